"""What a packet may hold at most: so that reading one takes seconds and megabytes, whatever is in it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from course_lib.json_size import count_values
from course_lib.packet import evidence
from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import Finding, Report, check_loaded
from course_lib.packet.evidence import MOST_EVIDENCE, read_evidence
from course_lib.packet.files import PacketError, parse_json
from course_lib.packet.load import MOST_PROBLEMS, load_packet, parse_packet
from course_lib.packet.report import MOST_SHOWN, lines

from .samples import DAY


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{}", 1),
        ("[{}, {}]", 4),
        ('{"a": [1, 2]}', 4),
        ('{"a,:{[": "\\\\", "b\\",": 1}', 4),
        ('["not closed, {', 1),
        ("", 0),
    ],
)
def test_values_are_counted_outside_of_strings(text: str, count: int) -> None:
    assert count_values(text.encode()) == count


@pytest.mark.parametrize(
    "text", ["1" + "0" * 400, "-1e999", "NaN", '["\\ud800"]', '{"\\udc00": 1}', '"\ud800"']
)
def test_json_that_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(PacketError, match="is not valid JSON"):
        parse_json(text, "x.json")


def test_whole_characters_in_two_halves_are_fine() -> None:
    assert parse_json('"\\ud83d\\ude00"', "x.json") == "\U0001f600"


@pytest.mark.parametrize("text", ['meta: {packet_id: "\\ud800"}', '"\\ud800": 1'])
def test_half_a_character_in_a_packet_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(PacketError, match=r"Line 1, column \d+: the (text|name) holds half a character"):
        parse_packet(text)


def test_a_file_of_unknown_keys_is_no_packet() -> None:
    text = "".join(f"k{number}: 1\n" for number in range(MOST_PROBLEMS + 1))
    with pytest.raises(PacketError, match=f"{MOST_PROBLEMS + 1} values .* The first: 'k0' is not a field"):
        parse_packet(text)
    assert len(parse_packet(text.removeprefix("k0: 1\n")).problems) == MOST_PROBLEMS


@pytest.mark.slow
def test_checking_grows_no_faster_than_the_packet(packet: Path) -> None:
    """Each finding looked through the whole packet: 24 000 entries took four minutes."""
    file = packet / "packet.yaml"
    text = file.read_text()

    def seconds(count: int) -> float:
        file.write_text(text + "controls:\n" + "".join(f"  - id: CTL-{number}\n" for number in range(count)))
        loaded = load_packet(packet)
        started = time.process_time()
        assert len(check_loaded(loaded, "04", DAY).findings) > count
        return time.process_time() - started

    assert seconds(4000) < 10 * seconds(1000) + 0.5


def test_two_measurements_never_share_a_file(packet: Path) -> None:
    """Six entries that named one file of rows took 42 seconds and 1.2 GB."""
    before = read_evidence(load_packet(packet))
    first = next(iter(before))
    envelope = json.loads((packet / "evidence" / f"{first}.json").read_text())
    (packet / "evidence" / "E-TWIN.json").write_text(json.dumps(envelope))
    text = (packet / "packet.yaml").read_text()
    assert "evidence:" in text
    entries = "".join(
        f"  - {{id: {id}, lesson: '02', kind: {envelope['kind']}, path: evidence/{file}.json}}\n"
        for id, file in (("E-TWIN", "E-TWIN"), ("E-AGAIN", first))
    )
    head, tail = text.split("evidence:\n", 1)
    (packet / "packet.yaml").write_text(f"{head}evidence:\n{_first_entries(tail)}{entries}")
    after = read_evidence(load_packet(packet))
    assert after[first].rows
    assert f"belongs to {first} already" in after["E-TWIN"].problem
    assert f"belongs to {first} already" in after["E-AGAIN"].problem
    assert after["E-TWIN"].rows == after["E-AGAIN"].rows == []


def _first_entries(text: str) -> str:
    """The lines of the section that the text begins in."""
    rows = text.splitlines(keepends=True)
    end = next((number for number, row in enumerate(rows) if row[:1] not in (" ", "-", "#", "\n")), len(rows))
    return "".join(rows[:end])


def test_evidence_has_limits_for_all_of_it_together(packet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_packet(packet)
    monkeypatch.setattr(evidence, "ALL_ROWS_LIMIT", 10)
    assert any("the limit is 10" in stored.problem for stored in read_evidence(loaded).values())
    monkeypatch.undo()
    monkeypatch.setattr(evidence, "ALL_VALUES_LIMIT", 100)
    assert any("at most 100 in all evidence" in stored.problem for stored in read_evidence(loaded).values())
    monkeypatch.undo()
    many = [
        entry.model_copy(update={"id": f"E-{number}"})
        for number in range(MOST_EVIDENCE + 1)
        for entry in loaded.model.evidence[:1]
    ]
    loaded.model.evidence = many
    assert "is one more" in read_evidence(loaded)[f"E-{MOST_EVIDENCE}"].problem


def test_a_report_shows_at_most_so_many_findings_and_says_that_there_are_more() -> None:
    findings = [Finding("X", "error", "x", "\x1b[31mwrong", None, False, "")] * (MOST_SHOWN + 7)
    shown = lines(Report("02", False, {}, findings))
    assert len(shown) == MOST_SHOWN + 1
    assert shown[-1] == "... and 7 more."
    assert shown[0] == "X error: [31mwrong"


@pytest.mark.parametrize("value", ["1" + "0" * 400, "1e999", '"\\e[31m"'])
def test_a_number_that_no_float_holds_is_a_finding(packet: Path, value: str) -> None:
    file = packet / "packet.yaml"
    file.write_text(file.read_text().replace("peak_rps: 0.2", f"peak_rps: {value}"))
    assert check_packet(packet, "02", DAY).findings
