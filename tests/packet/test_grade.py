"""`course packet grade`: the class's packets, with questions where two share what no two should."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from course_lib.grading import packets
from course_lib.grading.bounded import BoundsError, call_bounded
from course_lib.grading.packets import Look, PacketGrade, grade_packets, packets_table

from .samples import make_packet

LAB = "02-how-ai-models-work"
DAY = "2026-11-02 18:00:00.000000 UTC"


@pytest.fixture(scope="module")
def grades(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PacketGrade]:
    root = tmp_path_factory.mktemp("class")

    def hand_in(student: str, packet: Path | None = None) -> Path:
        folder = root / "class" / "submitted" / student / LAB
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(DAY)
        if packet:
            shutil.copytree(packet, folder / "packet")
        return folder / "packet"

    original = make_packet(root / "work")
    hand_in("ada", original)
    copied = hand_in("boris", original)
    text = (copied / "packet.yaml").read_text()
    (copied / "packet.yaml").write_text(text.replace("learner_id: learner-a", "learner_id: learner-b"))
    edited = hand_in("chen", original)
    evidence = json.loads((edited / "evidence" / "E-TEMP.json").read_text())
    evidence["metrics"]["identical_t0"] = 0.123
    (edited / "evidence" / "E-TEMP.json").write_text(json.dumps(evidence))
    hand_in("dora")
    hand_in("emil").symlink_to(original)
    (hand_in("fatima", original) / "packet.yaml").write_text("meta: [broken\n")
    return {grade.student: grade for grade in grade_packets(root, LAB)}


def test_an_honest_packet_has_full_points_whenever_it_is_graded(grades: dict[str, PacketGrade]) -> None:
    assert (grades["ada"].points, grades["ada"].errors) == (12.0, 0)


def test_a_copied_packet_is_capped_and_asked_about_on_both_sides(grades: dict[str, PacketGrade]) -> None:
    assert grades["boris"].points <= 0.4 * 12
    assert any("measured for learner 'learner-a'" in question for question in grades["boris"].questions)
    for one, other in (("ada", "boris"), ("boris", "ada")):
        asked = [question for question in grades[one].questions if "rows of E-TEMP is the same" in question]
        assert len(asked) == 1
        assert other in asked[0]


def test_text_that_two_wrote_is_asked_about(tmp_path: Path, complete_full_packet: Path) -> None:
    for student in ("ada", "boris"):
        folder = tmp_path / "class" / "submitted" / student / "04-lab"
        shutil.copytree(complete_full_packet, folder / "packet")
        (folder / "timestamp.txt").write_text(DAY)
    ada, boris = grade_packets(tmp_path, "04-lab")
    assert any("100% of the own text is the same as in the packet of boris" in one for one in ada.questions)
    assert any("in the packet of ada. Who wrote it?" in one for one in boris.questions)


def test_edited_evidence_is_a_question(grades: dict[str, PacketGrade]) -> None:
    assert grades["chen"].points <= 0.4 * 12
    assert any("E-TEMP says identical_t0 0.123" in question for question in grades["chen"].questions)


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("dora", "No packet was handed in"),
        ("emil", "packet is a symbolic link"),
        ("fatima", "Line 2, column 1: this is not valid YAML"),
    ],
)
def test_what_cannot_be_read_gets_no_points_and_a_sentence(
    grades: dict[str, PacketGrade], student: str, said: str
) -> None:
    assert grades[student].points == 0
    assert said in grades[student].problem


def test_the_table_shows_names_and_messages_as_text() -> None:
    from rich.console import Console

    console = Console(record=True, width=200, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(packets_table(LAB, [PacketGrade("[red]x[/red]", questions=["[bold]Whose?"])]))
    shown = console.export_text()
    assert "[red]x[/red]" in shown
    assert "[bold]Whose?" in shown


def test_the_final_assessment_has_60_points(tmp_path: Path) -> None:
    folder = tmp_path / "class" / "submitted" / "ada" / LAB
    make_packet(folder / "packet")
    (folder / "timestamp.txt").write_text(DAY)
    (grade,) = grade_packets(tmp_path, LAB, final=True)
    assert (grade.points, grade.maximum) == (60.0, 60.0)


HOSTILE = ["1" + "0" * 400, "1e999", '"\\ud800"', '"\\u001b[31m"', "[" * 100_000, "{" + '"a":' * 50_000]


@pytest.mark.slow
def test_no_packet_stops_the_class(tmp_path: Path) -> None:
    """Numbers that no float holds, half characters and endless nesting: in the packet, its lock and its evidence."""
    original = make_packet(tmp_path / "work")
    (original / "packet.lock.json").write_text('{"entries": []}')

    def hand_in(student: str, name: str, old: str, new: str) -> None:
        folder = tmp_path / "class" / "submitted" / student / LAB
        shutil.copytree(original, folder / "packet")
        (folder / "timestamp.txt").write_text("99999999999999999999")
        file = folder / "packet" / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    for number, value in enumerate(HOSTILE):
        hand_in(f"yaml-{number}", "packet.yaml", "peak_rps: 0.2", f"peak_rps: {value}")
        hand_in(f"lock-{number}", "packet.lock.json", "[]", f'[{{"lesson": {value}}}]')
        hand_in(f"metric-{number}", "evidence/E-TEMP.json", '"metrics": {', f'"metrics": {{"x": {value}, ')
        hand_in(f"row-{number}", "evidence/E-TEMP.rows.jsonl", '"id":', f'"x": {value}, "id":')
    hand_in("zoe", "packet.lock.json", '{"entries": []}', '{"entries": []}')
    grades = list(grade_packets(tmp_path, LAB))
    assert len(grades) == 4 * len(HOSTILE) + 1
    assert (grades[-1].student, grades[-1].points) == ("zoe", 12.0)
    said = json.dumps([asdict(grade) for grade in grades], ensure_ascii=False)
    said.encode()
    assert "\x1b" not in said
    assert "can't be checked" not in said, "each of these has a sentence of its own"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "arguments", "says"),
    [
        (re.match, ("(a+)+$", "a" * 40 + "b"), "more than 1 CPU seconds"),
        (bytearray, (8 * 2**30,), "1536 MB of memory"),
        (json.loads, ("{",), "JSONDecodeError: Expecting"),
        (os._exit, (3,), "ended with code 3"),
    ],
)
def test_a_call_ends_within_its_bounds(
    function: Callable[..., object], arguments: tuple[object, ...], says: str
) -> None:
    with pytest.raises(BoundsError, match=says):
        call_bounded(function, *arguments, cpu_seconds=1)


def test_whatever_breaks_in_one_packet_is_its_owners_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(function: object, folder: Path, *rest: object) -> Look:
        if folder.parent.name == "bad":
            raise BoundsError("RecursionError: x")
        return Look(PacketGrade(folder.parent.name, 3.0))

    monkeypatch.setattr(packets, "call_bounded", break_down)
    for student in ("ada", "bad"):
        (tmp_path / "class" / "submitted" / student / LAB).mkdir(parents=True)
    ada, bad = grade_packets(tmp_path, LAB)
    assert (ada.points, ada.problem) == (3.0, "")
    assert bad.problem == "The packet can't be checked. RecursionError: x"
