"""What changed, in words: entries by id, moved thresholds first, and seals that keep a copy."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from course_lib.packet.commands import packet_app
from course_lib.packet.diff import Comparison, compare, compare_paths, compare_with_seal
from course_lib.packet.evidence import save_evidence
from course_lib.packet.files import PacketError
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.lock import copy_name, read_lock, seal_packet
from course_lib.packet.notebook import Desk

from .samples import NOON, probe_rows

run = CliRunner()


@pytest.fixture
def sealed(packet: Path) -> Path:
    """The packet, sealed for lesson 02."""
    seal_packet(packet, "02", now=NOON)
    return packet


def since(folder: Path) -> list[str]:
    """What changed since the last seal."""
    return [change.sentence for change in compare_with_seal(load_packet(folder)).changes]


def rewrite(folder: Path, pattern: str, new: str) -> None:
    """Replace a piece of packet.yaml that a regular expression finds."""
    file = folder / "packet.yaml"
    text, count = re.subn(pattern, new, file.read_text(), count=1, flags=re.DOTALL)
    assert count == 1
    file.write_text(text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"thresholds": [{"id": "T-QUAL", "value": 0.85}]},
            "T-QUAL: value was 0.9 and is 0.85, which is easier to meet. No reason is given (change_reason).",
        ),
        (
            {
                "thresholds": [
                    {"id": "T-INJ", "value": 0.001, "change_reason": "A customer was moved up in a test."}
                ]
            },
            "T-INJ: value was 0.01 and is 0.001, which is harder to meet. The reason given: A customer was"
            " moved up in a test.",
        ),
        (
            {"thresholds": [{"id": "T-LAT", "severity": "blocking"}]},
            "T-LAT: severity was major and is blocking, which is harder to meet. No reason is given (change_reason).",
        ),
        (
            {"thresholds": [{"id": "T-COST", "op": ">=", "value": 9}]},
            "T-COST: op was <= and is >= and value was 0.15 and is 9. No reason is given (change_reason).",
        ),
        ({"risks": [{"id": "R-INJECTION", "likelihood": 2}]}, "R-INJECTION: likelihood was 4 and is 2."),
        (
            {"risks": [{"id": "R-INJECTION", "residual_severity": 2, "residual_likelihood": 1}]},
            "R-INJECTION: new are residual_severity (2), residual_likelihood (1).",
        ),
        (
            {
                "risks": [
                    {
                        "id": "R-NEW",
                        "category": "LLM10",
                        "description": "A mail loop sends a million tickets.",
                    }
                ]
            },
            "risks: R-NEW ('A mail loop sends a million tickets.') is new.",
        ),
        ({"use_case": {"autonomy": "automatic"}}, "use_case.autonomy was suggest and is automatic."),
        ({"oversight": {"review_rate": None}}, "oversight.review_rate is gone; it was 0.15."),
        ({"cost_model": {"retry_rate": 0.03}}, "The section cost_model is new: retry_rate."),
        (
            {"use_case": {"slo": {"na": True, "because": "nobody waits for this"}}},
            "use_case.slo was latency_p95_ms 2000, availability_pct 99, cost_per_request_usd 0.15 and is"
            " 'N/A: nobody waits for this'.",
        ),
        (
            {
                "decisions": [
                    {
                        "id": "DEC-DECODING",
                        "reason": "The same ticket has to give one queue, whoever opens it.",
                    }
                ]
            },
            "DEC-DECODING: reason was 'The same ticket has to give the same queue, whoever opens it.' and is 'The same"
            " ticket has to give one queue, whoever opens it.'.",
        ),
    ],
)
def test_changes_in_words(changes: dict[str, Any], sentence: str, sealed: Path) -> None:
    update_packet(sealed, changes)
    assert since(sealed) == [sentence]


def test_long_text_shows_the_words_that_differ(sealed: Path) -> None:
    old = load_packet(sealed).model.risks[0].mitigation
    assert old is not None
    update_packet(
        sealed,
        {"risks": [{"id": "R-INJECTION", "mitigation": old.replace("quoted data only", "quoted text")}]},
    )
    assert since(sealed) == [
        "R-INJECTION: mitigation was reworded: '… model as quoted data only, …' became '… model as quoted text, …'."
    ]


def test_order_comments_and_layout_are_no_change(sealed: Path) -> None:
    text = (sealed / "packet.yaml").read_text()
    start, end = text.index("risks:\n"), text.index("oversight:\n")
    first, *rest = re.split(r"(?m)^(?=  - id: )", text[start:end])
    turned = first + "".join(reversed(rest)).rstrip() + "\n\n"
    text = text[:start] + turned + text[end:]
    text = text.replace("# ---- lesson 00", "# another comment", 1).replace("value: 0.90", "value: 0.9", 1)
    text = text.replace(
        "    - answering customers or closing tickets\n    - rating the work of agents\n",
        "    - rating the work of agents\n    - answering customers or closing tickets\n",
        1,
    )
    (sealed / "packet.yaml").write_text(text)
    ids = [risk.id for risk in load_packet(sealed).model.risks]
    assert ids[0] == "R-WRONG-QUEUE"
    assert since(sealed) == []


def test_the_order_of_rollback_steps_is_a_change(full: Path) -> None:
    other = Path(shutil.copytree(full, full.parent / "other"))
    rollback = load_packet(full).model.rollback
    assert rollback is not None
    update_packet(other, {"rollback": {"steps": list(reversed(rollback.steps))}})
    sentences = [change.sentence for change in compare_paths(full, other).changes]
    assert sentences == [f"rollback.steps: the order changed; it now starts with {rollback.steps[-1]}."]


def test_thresholds_that_moved_come_first_and_meta_last(sealed: Path) -> None:
    update_packet(
        sealed,
        {
            "meta": {"updated": "2026-11-03"},
            "use_case": {"autonomy": "automatic"},
            "thresholds": [{"id": "T-LAT", "value": 9000}],
        },
    )
    compared = compare_with_seal(load_packet(sealed))
    assert [name for name, _ in compared.by_section()] == ["thresholds that moved", "use_case", "meta"]
    assert (
        compared.summary == "3 changes between the seal of lesson 02 (2026-11-02) and now; 1 threshold moved."
    )


def test_thresholds_that_are_gone_have_moved(sealed: Path) -> None:
    rewrite(sealed, r"  - id: T-LAT.*?(?=\nrisks:)", "")
    assert since(sealed) == [
        "T-LAT is gone; it asked for: 95th percentile of the time to a suggestion <= 2000 milliseconds (major)."
    ]
    rewrite(sealed, r"thresholds:.*?(?=risks:)", "")
    compared = compare_with_seal(load_packet(sealed))
    assert [change.moved for change in compared.changes] == [True] * 5


def test_two_packets_and_their_measurements(packet: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(packet, tmp_path / "other"))
    assert compare_paths(packet, other).summary == f"Nothing changed between {packet} and {other}."
    save_evidence("failure_probes", "E-FAIL", "01", probe_rows(44), packet_dir=other, now=NOON)
    sentences = [change.sentence for change in compare_paths(packet, other).changes]
    assert "E-FAIL was measured again." in sentences
    assert "E-FAIL#probes was 40 and is 44." in sentences
    assert not any("failure_rate was" in sentence for sentence in sentences)  # a quarter both times


def test_entries_without_a_name_are_compared_too(packet: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(packet, tmp_path / "other"))
    for folder, rate in ((packet, 3), (other, 4)):
        update_packet(folder, {"monitoring": [{"window_minutes": rate}, {"window_minutes": 9}]})
    sentences = [change.sentence for change in compare_paths(packet, other).changes]
    assert sentences == ["monitoring, 'without a name': window_minutes was 3 and is 4."]


# --- seals --------------------------------------------------------------------------------------------------


def test_each_seal_keeps_a_copy_of_its_own(packet: Path) -> None:
    first = seal_packet(packet, "01", now=NOON)
    update_packet(packet, {"use_case": {"autonomy": "automatic"}})
    second = seal_packet(packet, "01", now=NOON)
    assert copy_name(first) != copy_name(second)
    assert sorted(path.name for path in (packet / "sealed").iterdir()) == sorted(
        Path(copy_name(entry)).name for entry in read_lock(packet)
    )
    assert since(packet) == []


def test_an_older_seal_can_be_chosen(packet: Path) -> None:
    seal_packet(packet, "00", now=NOON)
    update_packet(packet, {"use_case": {"autonomy": "automatic"}})
    seal_packet(packet, "02", now=NOON)
    assert compare_with_seal(load_packet(packet), "02").changes == []
    assert len(compare_with_seal(load_packet(packet), "00").changes) == 1
    with pytest.raises(PacketError, match="Lesson 01 was never sealed"):
        compare_with_seal(load_packet(packet), "01")


def test_an_old_seal_without_a_copy_still_tells_what_its_lock_knows(sealed: Path) -> None:
    shutil.rmtree(sealed / "sealed")
    unchanged = compare_with_seal(load_packet(sealed))
    assert (unchanged.changes, unchanged.note) == ([], "")
    update_packet(
        sealed,
        {
            "use_case": {"autonomy": "automatic"},
            "thresholds": [
                {"id": "T-QUAL", "value": 0.5},
                {"id": "T-NEW", "metric": "a new one", "op": ">=", "value": 1},
            ],
        },
    )
    save_evidence("failure_probes", "E-FAIL", "01", probe_rows(44), packet_dir=sealed, now=NOON)
    compared = compare_with_seal(load_packet(sealed))
    assert compared.note.startswith("This seal kept no copy of the packet")
    assert [change.sentence for change in compared.changes] == [
        "T-QUAL: value was 0.9 and is 0.5, which is easier to meet. No reason is given (change_reason).",
        "E-FAIL was measured again.",
        "T-NEW is new: a new one >= 1.",
    ]


def test_no_change_is_claimed_beyond_what_a_lock_knows(sealed: Path) -> None:
    shutil.rmtree(sealed / "sealed")
    update_packet(sealed, {"use_case": {"autonomy": "automatic"}})
    assert compare_with_seal(load_packet(sealed)).summary.startswith("No threshold and no evidence changed")


def test_a_changed_copy_is_seen(sealed: Path) -> None:
    copy = next((sealed / "sealed").iterdir())
    copy.write_text(copy.read_text().replace("value: 0.90", "value: 0.50", 1))
    with pytest.raises(PacketError, match="is not what was sealed"):
        compare_with_seal(load_packet(sealed))


def test_a_copy_behind_a_link_is_not_followed(sealed: Path, tmp_path: Path) -> None:
    copy = next((sealed / "sealed").iterdir())
    copy.rename(tmp_path / "elsewhere.yaml")
    copy.symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(PacketError, match="symbolic link"):
        compare_with_seal(load_packet(sealed))


def test_a_seal_that_is_interrupted_leaves_no_seal(packet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(path: Path, content: str | bytes) -> None:
        if path.name == "packet.lock.json":
            raise PacketError("no space left")
        path.parent.mkdir(exist_ok=True)
        path.write_text(str(content))

    with monkeypatch.context() as patch:
        patch.setattr("course_lib.packet.lock.write_atomic", full_disk)
        with pytest.raises(PacketError, match="no space left"):
            seal_packet(packet, "02", now=NOON)
    assert read_lock(packet) == []
    seal_packet(packet, "02", now=NOON)
    assert since(packet) == []


def test_copies_travel_with_the_submission(packet: Path, tmp_path: Path) -> None:
    Desk(packet, tmp_path / "handed-in", "02").seal()
    assert since(tmp_path / "handed-in") == []
    assert list((tmp_path / "handed-in" / "sealed").iterdir())


# --- the command --------------------------------------------------------------------------------------------


def test_diff_prints_sections(sealed: Path) -> None:
    update_packet(
        sealed, {"thresholds": [{"id": "T-QUAL", "value": 0.85}], "use_case": {"autonomy": "automatic"}}
    )
    result = run.invoke(packet_app, ["diff", str(sealed)])
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines.index("thresholds that moved") < lines.index("use case")
    assert any(line.startswith("T-QUAL: value was 0.9 and is 0.85") for line in lines)


def test_diff_of_two_packets(packet: Path, full: Path) -> None:
    result = run.invoke(packet_app, ["diff", str(packet), str(full)])
    assert result.exit_code == 0
    assert "The section cost_model is new" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{packet}"], "This packet was never sealed"),
        (["nowhere"], "There is no packet.yaml"),
        (["{packet}", "nowhere"], "There is no packet.yaml"),
        (["{packet}", "{packet}", "--lesson", "02"], "leave out one of them"),
    ],
)
def test_bad_input_gives_one_sentence(arguments: list[str], says: str, packet: Path) -> None:
    result = run.invoke(packet_app, ["diff", *(argument.format(packet=packet) for argument in arguments)])
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_terminal_is_not_tricked(sealed: Path) -> None:
    update_packet(sealed, {"use_case": {"users": ["\x1b]0;pwned\x07 [bold]agents[/bold]"]}})
    out = run.invoke(packet_app, ["diff", str(sealed)]).stdout
    assert "\x1b" not in out
    assert "[bold]agents[/bold]" in out


def test_summaries() -> None:
    assert Comparison("a", "b").summary == "Nothing changed between a and b."


def test_comparing_a_packet_with_itself(packet: Path) -> None:
    assert compare(load_packet(packet), load_packet(packet)).changes == []
