"""The loader: scalars by schema type, duplicate keys, hostile YAML, and changes that keep what a person
wrote.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import check_loaded
from course_lib.packet.files import PacketError, assessments
from course_lib.packet.load import PACKET_LIMIT, load_packet, parse_packet, update_text

from .samples import DAY


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("use_case: {users: [no, 1.10, 1e21, 0x10, 12:30:45, null text]}", "use_case.users", None),
        ("risk_classification: {answers: {override: no}}", "risk_classification.answers.override", False),
        ("use_case: {volume: {requests_per_month: 036000}}", "use_case.volume.requests_per_month", 36000),
        ("thresholds: [{value: 1e21}]", "thresholds.0.value", 1e21),
        ("models: [{version: 1.10}]", "models.0.version", "1.10"),
        ("meta: {lesson_completed: 02}", "meta.lesson_completed", "02"),
        ("meta: {lesson_completed: 2}", "meta.lesson_completed", "02"),
        ("meta: {packet_id: 2026-11-02}", "meta.packet_id", "2026-11-02"),
        ("meta: {packet_id: ~}", "meta.packet_id", None),
        ("meta: {packet_id: 'null'}", "meta.packet_id", "null"),
    ],
)
def test_a_scalar_is_read_by_its_field(text: str, path: str, value: object) -> None:
    """YAML 1.1 makes False of `no`, text of `1e21` and 1.1 of `1.10`; the field decides, not the look."""
    packet = parse_packet(text)
    found: object = packet.model
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, list) else getattr(found, step)
    if path == "use_case.users":
        assert found == ["no", "1.10", "1e21", "0x10", "12:30:45", "null text"]
    else:
        assert found == value
        assert type(found) is type(value)
    assert packet.problems == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gate: {}\nmeta: {}\ngate: {}\n", "Line 3, column 1: 'gate' appears twice (first in line 1)"),
        ("meta:\n  created: a\n  created: b\n", "Line 3, column 3: 'created' appears twice"),
        ("a: [", "this is not valid YAML"),
        ("a: b: c", "Line 1, column 5: this is not valid YAML"),
        ("", "The packet is empty"),
        ("# nothing\n", "The packet is empty"),
        ("- a\n", "A packet starts with sections"),
        ("text", "A packet starts with sections"),
        ("a: &x [1]\nb: *x\n", "anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]\n", "tags such as"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        ("? [a, b]\n: c\n", "a field name must be plain text"),
        ("a: " + "[" * 40 + "]" * 40, "nested too deeply"),
        ("a: " + "[" * 1500, "nested too deeply"),
        ("a: " + "[" * 20000, "nested too deeply"),
        ("a: \x00", "not valid YAML"),
        ("a" * (PACKET_LIMIT + 1), "more than"),
    ],
)
def test_what_is_not_a_packet_is_said_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(PacketError) as caught:
        parse_packet(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_files_that_are_no_packets(tmp_path: Path) -> None:
    file = tmp_path / "packet.yaml"
    with pytest.raises(PacketError, match="There is no packet"):
        load_packet(tmp_path)
    with pytest.raises(PacketError, match="is not a packet"):
        load_packet(tmp_path / "other.yaml")
    with file.open("wb") as handle:
        handle.truncate(100 * 1024 * 1024)
    with pytest.raises(PacketError, match="104,857,600 bytes; the limit is"):
        load_packet(tmp_path)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PacketError, match="not UTF-8"):
        load_packet(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(PacketError, match="not a regular file"):
        load_packet(tmp_path)
    file.rmdir()
    file.symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(PacketError, match="symbolic link"):
        load_packet(tmp_path)


def test_wrong_types_are_findings_and_the_rest_is_read() -> None:
    packet = parse_packet(
        "meta: [1]\nrisks: {a: b}\ndata: [text, {id: D-A}]\nuse_case: {volume: 3, autonomy: suggest}\n"
    )
    assert {problem.path for problem in packet.problems} >= {"meta", "risks", "data[0]", "use_case.volume"}
    assert packet.model.use_case is not None
    assert packet.model.use_case.autonomy == "suggest"
    assert packet.model.data[-1].id == "D-A"
    assert all("\n" not in problem.message for problem in packet.problems)


# --- no text crashes the checker, none passes it
# ----------------------------------------------------------------------

names = st.sampled_from(
    ["meta", "use_case", "risks", "data", "evidence", "id", "path", "na", "because", "thresholds", "x"]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.just("E-TEMP"),
    st.just("../../x"),
)
trees = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=6,
)


def never_passes(text: str) -> None:
    try:
        report = check_loaded(parse_packet(text), "02", DAY)
    except PacketError:
        return
    assert report.errors
    assert report.points() == 0


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    never_passes(text)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees)
def test_any_tree(tree: dict) -> None:
    import io

    from ruamel.yaml import YAML

    out = io.StringIO()
    YAML(typ="safe", pure=True).dump(tree, out)
    never_passes(out.getvalue())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 6000), st.integers(0, 40), st.text(max_size=5))
def test_a_damaged_packet_never_crashes(start: int, length: int, junk: str) -> None:
    text = assessments("starters/ticket-triage.yaml").read_text(encoding="utf-8")
    never_passes(text[:start] + junk + text[start + length :])


# --- changes
# -----------------------------------------------------------------------------------------------------------

WRITTEN = """\
# mine
meta:   # who
  learner_id: a-b   # a pseudonym
  packet_id: '007'
# before risks
risks:
    # the worst
    - id: R-A
      severity: 3   # of 5
# after risks

use_case:
  summary: >-
    two
    lines
"""


def test_a_change_touches_only_its_section() -> None:
    after = update_text(WRITTEN, {"risks": [{"id": "R-A", "likelihood": 2}, {"id": "R-B", "severity": 1}]})
    assert after.split("risks:")[0] == WRITTEN.split("risks:")[0]
    assert after.split("# after risks")[1] == WRITTEN.split("# after risks")[1]
    assert "# the worst" in after
    assert "# of 5" in after
    assert [risk.id for risk in parse_packet(after).model.risks] == ["R-A", "R-B"]
    assert parse_packet(after).model.risks[0].likelihood == 2


def test_a_list_without_ids_is_replaced() -> None:
    first = update_text(WRITTEN, {"decisions": [{"id": "DEC-A", "alternatives": [{"option": "x"}]}]})
    second = update_text(first, {"decisions": [{"id": "DEC-A", "alternatives": [{"option": "y"}]}]})
    (decision,) = parse_packet(second).model.decisions
    assert [alternative.option for alternative in decision.alternatives] == ["y"]


def test_a_new_section_goes_to_the_end_and_dates_stay_bare() -> None:
    after = update_text(
        WRITTEN, {"changelog": [{"lesson": "00", "date": "2026-11-02"}], "meta": {"created": "2026-11-02"}}
    )
    assert "  created: 2026-11-02\n" in after
    assert parse_packet(after).model.changelog[0].lesson == "00"
    assert after.index("changelog:") > after.index("use_case:")


def test_a_change_that_changes_nothing_leaves_the_text() -> None:
    assert update_text(WRITTEN, {"meta": {"learner_id": "a-b"}}) == WRITTEN


def test_a_layout_that_cannot_be_changed_alone_is_refused() -> None:
    with pytest.raises(PacketError, match="cannot be changed safely"):
        update_text("{meta: {learner_id: a-b}, use_case: {}}\n", {"meta": {"packet_id": "x"}})


def test_the_template_asks_for_what_is_missing(tmp_path: Path) -> None:
    from course_lib.packet.start import new_packet

    new_packet(tmp_path, today=DAY)
    report = check_packet(tmp_path, today=DAY)
    assert report.lesson == "00"
    assert report.points() == 0
    text = "\n".join(finding.message for finding in report.findings)
    assert "meta lacks packet_id, use_case_id, course_run, lesson_completed." in text
    assert "use_case lacks summary, autonomy, users." in text
    assert "0 non-goals" not in text, "that belongs to lesson 01"
    assert len(report.findings) <= 6, "a beginner is not buried"
    for later in ("cost_model", "gate", "models"):
        assert later not in text
