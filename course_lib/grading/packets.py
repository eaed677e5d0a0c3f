"""A class's packets, checked outside every learner's process: `course packet grade NN`.

Points as in the lab's grade cell, but for the whole class at once, with what only a class shows: evidence or an
identity that two packets share. Integrity findings and shared things are questions to a person, never a verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path

from nbgrader.utils import parse_utc
from rich.markup import escape
from rich.table import Table

from course_lib.grading.admit import NotAdmittedError, read_plain
from course_lib.packet.checks.copies import COPIED, shared_part, written
from course_lib.packet.checks.core import check_loaded
from course_lib.packet.evidence import read_evidence
from course_lib.packet.files import PacketError
from course_lib.packet.load import Packet, load_packet

LESSON_POINTS, FINAL_POINTS = 12.0, 60.0  # automatic points of a running lesson, and of the final assessment
# Kinds of evidence whose rows the learner's seed draws.
BY_SEED = ("failure_probes", "temperature_sweep", "token_count", "evaluation")


@dataclass
class PacketGrade:
    """One learner's packet: automatic points, how many errors and warnings, and what a person should ask."""

    student: str
    points: float = 0.0
    maximum: float = LESSON_POINTS
    errors: int = 0
    warnings: int = 0
    questions: list[str] = field(default_factory=list)
    problem: str = ""


def grade_packets(
    root: Path, lab: str, students: Sequence[str] | None = None, final: bool = False
) -> Iterator[PacketGrade]:
    """Check the packets that came with a lab, in the order of the learners' names.

    The clock of each check is the day on which the lab was handed in, so that grading later changes nothing.

    Args:
        root: the course folder.
        lab: `NN-slug`; its number is the lesson that is checked.
        students: only these; all who handed in by default.
        final: 60 points in place of 12.
    """
    submitted = root / "class" / "submitted"
    folders = {path.parent.name: path for path in sorted(submitted.glob(f"*/{lab}"))}
    packets: dict[str, Packet] = {}
    problems: dict[str, str] = {}
    for student, folder in folders.items():
        try:
            packets[student] = load_packet(_plain_folder(folder))
        except PacketError as problem:
            problems[student] = str(problem)
    shared = _shared(packets)
    for student, folder in folders.items():
        if students and student not in students:
            continue
        grade = PacketGrade(student, maximum=FINAL_POINTS if final else LESSON_POINTS)
        grade.problem = problems.get(student, "")
        if student in packets:
            report = check_loaded(packets[student], lab[:2], _handed_in(folder))
            grade.points = report.points(grade.maximum)
            grade.errors, grade.warnings = len(report.errors), len(report.warnings)
            grade.questions = [finding.message for finding in report.findings if finding.integrity]
            grade.questions += shared[student]
        yield grade


def _plain_folder(folder: Path) -> Path:
    """The packet of a submission; a link on the way would lead to somebody else's."""
    packet = folder / "packet"
    for step in (folder.parent, folder, packet):
        if step.is_symlink():
            raise PacketError(f"{step.name} is a symbolic link; put the folder itself there.")
    if not packet.is_dir():
        raise PacketError("No packet was handed in with the lab.")
    return packet


def _handed_in(folder: Path) -> date | None:
    """The day of the hand-in; None (today) without a readable time stamp."""
    try:
        stamp = parse_utc(read_plain(folder / "timestamp.txt", 200).decode().strip())
    except (NotAdmittedError, ValueError):
        return None
    return stamp.date() if stamp else None


def _shared(packets: dict[str, Packet]) -> dict[str, list[str]]:
    """For each learner, what their packet has in common with another one's that no two packets should."""
    marks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student, packet in packets.items():
        for mark in _marks(packet):
            marks[mark].append(student)
    questions: dict[str, list[str]] = {student: [] for student in packets}
    for (what, _), owners in marks.items():
        for student in owners if len(owners) > 1 else ():
            others = ", ".join(other for other in owners if other != student)
            questions[student].append(f"{what} is the same as in the packet of {others}. Whose is it?")
    own = {student: written(packet) for student, packet in packets.items()}
    for one, other in combinations(own, 2):
        share = shared_part(own[one], own[other])
        if share >= COPIED:
            for student, source in ((one, other), (other, one)):
                said = f"{share:.0%} of the own text is the same as in the packet of {source}. Who wrote it?"
                questions[student].append(said)
    return questions


def _marks(packet: Packet) -> set[tuple[str, str]]:
    """What tells one packet from all others: its pseudonym, and rows that only its own seed draws."""
    meta = packet.model.meta
    found = {("The learner id", meta.learner_id)} if meta and meta.learner_id else set()
    for id, stored in read_evidence(packet).items():
        if stored.rows_sha256 and stored.envelope.get("kind") in BY_SEED:
            found.add((f"The file of rows of {id}", stored.rows_sha256))
    return found


def packets_table(lab: str, grades: Sequence[PacketGrade]) -> Table:
    """The class as a table; names and messages come from learners and are shown as plain text."""
    table = Table(title=f"Packets of {lab}: automatic points; the rest is a person's")
    for column in ("learner", "points", "errors", "warnings", "questions for a person"):
        table.add_column(column, justify="right" if column in ("points", "errors", "warnings") else "left")
    for grade in grades:
        asked = [*([grade.problem] if grade.problem else []), *grade.questions]
        table.add_row(
            escape(grade.student),
            f"{grade.points:g} of {grade.maximum:g}",
            str(grade.errors),
            str(grade.warnings),
            escape("\n".join(asked)),
        )
    return table
