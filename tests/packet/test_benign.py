"""Edits that change nothing of substance raise no finding and cost no point."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from course_lib.packet.checks import Report, check_packet

from .gaming._tools import fields, forge
from .samples import DAY

Edit = Callable[[str], str]


def swapped(old: str, new: str, count: int = -1) -> Edit:
    """Replace a piece that stands in the packet."""

    def change(text: str) -> str:
        assert old in text, f"{old!r} is not in the packet"
        return text.replace(old, new, count)

    return change


def sections_reversed(text: str) -> str:
    """The sections from last to first."""
    parts = re.split(r"(?m)^(?=[a-z_]+:)", text)
    return parts[0] + "\n".join(part.rstrip("\n") + "\n" for part in reversed(parts[1:]))


def loaded(change: Callable[[Any], object]) -> Edit:
    """Change the tree with a YAML tool and write it as that tool does."""

    def run(text: str) -> str:
        yaml = YAML(typ="rt")
        tree, out = yaml.load(text), io.StringIO()
        change(tree)
        yaml.dump(tree, out)
        return out.getvalue()

    return run


RISK = """risks:
  - id: R-STRIKE
    category: LLM10
    description: A strike at the provider of electricity stops every server for an afternoon.
    severity: 2
    likelihood: 1
    owner_role: OPS
    mitigation: Agents sort tickets by hand, as they did before; the queue view stays in place.
"""
THRESHOLD = """thresholds:
  - id: T-GERMAN
    dimension: quality
    metric: share of German tickets that reach the right queue
    op: ">="
    value: 0.8
    unit: share
    severity: minor
    set_at: 2026-11-02
"""
LONGER = (
    "An agent who is new at the desk reads the reason first and the queue name second, so the reason is kept short and"
    " in the words of the ticket."
)
BENIGN: dict[str, Edit] = {
    "sections in another order": sections_reversed,
    "entries in another order": loaded(
        lambda tree: [tree[name].reverse() for name in ("risks", "claims", "controls")]
    ),
    "thresholds in another order": loaded(lambda tree: tree["thresholds"].reverse()),
    "evidence in another order": loaded(lambda tree: tree["evidence"].reverse()),
    "results in another order": loaded(lambda tree: tree["evaluation"]["results"].reverse()),
    "fields in another order": loaded(lambda tree: tree["meta"].move_to_end("packet_id")),
    "formatted by a tool": loaded(lambda tree: None),
    "comments everywhere": lambda text: re.sub(r"(?m)^(?=[a-z_]+:|  - id:)", "# a note\n", text),
    "comments at the end of lines": swapped("hosting: self_hosted", "hosting: self_hosted   # for now"),
    "no comments": lambda text: re.sub(r"(?m)^#.*\n|\s+# .*$", "", text),
    "values in quotes": swapped("owner_role: OPS", 'owner_role: "OPS"'),
    "numbers in quotes": swapped("peak_rps: 0.2 ", 'peak_rps: "0.2" '),
    "dates in quotes": lambda text: re.sub(r"(: )(\d{4}-\d{2}-\d{2})\b", r"\1'\2'", text),
    "a lesson as a number": swapped('lesson_completed: "04"', "lesson_completed: 4"),
    "yes for true": swapped("override: true", "override: yes"),
    "blank lines": swapped("\n  - id:", "\n\n  - id:"),
    "spaces at the end of lines": lambda text: text.replace("\n", "  \n"),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: f"\ufeff{text}",
    "a cost rounded to whole dollars": swapped("total_month_usd: 4981.51", "total_month_usd: 4982"),
    "a model cost rounded": swapped("model_cost_month_usd: 1.51", "model_cost_month_usd: 1.5"),
    "zeros at the end of a number": swapped("value: 0.85", "value: 0.8500"),
    "a number with an exponent": swapped("alert_value: 1800", "alert_value: 1.8e3"),
    "another language's letters": swapped(
        "unknown words make it guess", "unbekannte Wörter, größer, naïve, ошибка, 混乱"
    ),
    "an article of a law in prose": swapped("Article 50 of", "Article 50 and Annex III, point 4 of"),
    "a paragraph sign in prose": swapped("Article 50 of", "§ 26 BDSG and Article 50 of"),
    "a percentage that is a field": swapped("15 % of the suggestions", "15 percent of the suggestions"),
    "a share in words that is a field": swapped(
        "15 % of the suggestions", "fifteen percent of the suggestions"
    ),
    "a date in prose": swapped("nothing more here.", "nothing more here, as read on 2 November 2026."),
    "a year in prose": swapped("nothing more here.", "nothing more here in 2026."),
    "a small number in prose": swapped("with every ticket;", "with every ticket, in 4 languages;"),
    "an hour of the day in prose": swapped(
        "nothing more here.", "nothing more here. The desk opens at 08:30."
    ),
    "a longer summary": swapped("nothing more here.", f"nothing more here. {LONGER}"),
    "a longer reason": swapped(
        "and its answers can be explained.", f"and its answers can be explained. {LONGER}"
    ),
    "one more risk": swapped("risks:\n", RISK),
    "one more threshold with its result": lambda text: swapped("thresholds:\n", THRESHOLD)(text).replace(
        "  results:\n",
        "  results:\n    - threshold: T-GERMAN\n      evidence: E-CAND\n      metric: accuracy_de\n",
    ),
    "one more user": swapped("  non_goals:\n", "    - managers of the service desk\n  non_goals:\n"),
    "the word 'none' inside a sentence": swapped(
        "masked ticket text", "none of the contract numbers, only masked ticket text"
    ),
    "the words 'to do' as they are used": swapped(
        "unknown words make it guess", "it has little to go by in short texts"
    ),
    "another name of the packet": swapped("packet_id: ticket-triage-01", "packet_id: my-second-packet"),
    "another currency": swapped("currency: USD", "currency: EUR"),
    "a threshold that is tighter, with a reason": swapped(
        'op: ">="\n    value: 0.85',
        'op: ">="\n    value: 0.86\n    change_reason: The service desk asked for a little more in October.',
    ),
    "a later day of the last change": swapped("updated: 2026-11-02", "updated: 2026-11-03"),
    "a reason why a field does not apply": swapped(
        "data_sent: masked ticket text", "data_sent: {na: true, because: it runs on our own servers only}"
    ),
    "text over several lines": swapped(
        "deletion_path: nightly job over", "deletion_path: >-\n      nightly job\n      over"
    ),
    "a worse verdict than the numbers give": swapped("declared: CONDITIONAL", "declared: FAIL"),
}


@pytest.fixture(scope="module")
def honest(sealed_packet: Path) -> Report:
    return check_packet(sealed_packet, "04", DAY)


@pytest.mark.parametrize("edit", BENIGN.values(), ids=BENIGN)
def test_a_harmless_edit_raises_nothing(edit: Edit, sealed: Path, honest: Report) -> None:
    file = sealed / "packet.yaml"
    before = file.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before
    file.write_bytes(after.encode("utf-8"))
    report = check_packet(sealed, "04", DAY)
    assert report.errors == []
    assert {finding.check for finding in report.warnings} <= {finding.check for finding in honest.warnings}
    assert report.points() >= honest.points()


def test_rows_in_another_order_are_the_same_evidence(sealed: Path) -> None:
    forge(sealed, "E-CAND", lambda rows: rows.reverse())
    assert check_packet(sealed, "04", DAY).errors == []


def test_the_packet_may_be_checked_three_weeks_later(sealed: Path) -> None:
    assert check_packet(sealed, "04", date(2026, 11, 23)).errors == []


def test_a_field_that_the_library_writes_again_changes_nothing(sealed: Path, honest: Report) -> None:
    fields(sealed, meta={"updated": "2026-11-02"}, models=[{"id": "M-NEAREST", "params_b": 0.1}])
    assert check_packet(sealed, "04", DAY).points() == honest.points()
