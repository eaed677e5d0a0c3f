"""A class's packets, checked outside every learner's process: `course packet grade NN`.

Points as in the lab's grade cell, but for the whole class at once, with what only a class shows: evidence or an
identity that two packets share. Integrity findings and shared things are questions to a person, never a verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from course_lib.clean import one_line
from course_lib.grading.admit import clock_time
from course_lib.grading.bounded import BoundsError, call_bounded
from course_lib.packet.checks.copies import COPIED, shared_part, written
from course_lib.packet.checks.core import check_loaded
from course_lib.packet.evidence import read_evidence
from course_lib.packet.files import PacketError
from course_lib.packet.load import Packet, load_packet
from course_lib.packet.report import MOST_SHOWN

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


@dataclass
class Look:
    """What one process found out about one packet: its grade, and what must not stand in another one."""

    grade: PacketGrade
    marks: set[tuple[str, str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def grade_packets(
    root: Path, lab: str, students: Sequence[str] | None = None, final: bool = False
) -> Iterator[PacketGrade]:
    """Check the packets that came with a lab, in the order of the learners' names.

    The clock of each check is the day on which the lab was handed in, so that grading later changes nothing. Each
    packet is read and checked in a process of its own, with limits; one that reaches them, or that nobody has
    thought of, is that learner's problem and nobody else's.

    Args:
        root: the course folder.
        lab: `NN-slug`; its number is the lesson that is checked.
        students: only these; all who handed in by default.
        final: 60 points in place of 12.
    """
    submitted = root / "class" / "submitted"
    looks: dict[str, Look] = {}
    for folder in sorted(submitted.glob(f"*/{lab}")):
        grade = PacketGrade(folder.parent.name, maximum=FINAL_POINTS if final else LESSON_POINTS)
        try:
            look = call_bounded(look_at_packet, folder, lab[:2], grade)
        except BoundsError as problem:
            look = Look(replace(grade, problem=f"The packet can't be checked. {problem}"))
        looks[grade.student] = look
    shared = _shared(looks)
    for student, look in looks.items():
        if not students or student in students:
            look.grade.questions += shared[student]
            yield look.grade


def look_at_packet(folder: Path, lesson: str, grade: PacketGrade) -> Look:
    """Check the packet in a submission's folder; return `grade` filled in, and what to compare with others."""
    try:
        packet = load_packet(_plain_folder(folder))
        came = clock_time(folder)
        report = check_loaded(packet, lesson, came.date() if came else None)
    except PacketError as problem:
        return Look(replace(grade, problem=one_line(problem)))
    grade = replace(
        grade,
        points=report.points(grade.maximum),
        errors=len(report.errors),
        warnings=len(report.warnings),
        questions=[one_line(finding.message) for finding in report.findings if finding.integrity][
            :MOST_SHOWN
        ],
    )
    return Look(grade, _marks(packet), written(packet))


def _plain_folder(folder: Path) -> Path:
    """The packet of a submission; a link on the way would lead to somebody else's."""
    packet = folder / "packet"
    for step in (folder.parent, folder, packet):
        if step.is_symlink():
            raise PacketError(f"{step.name} is a symbolic link; put the folder itself there.")
    if not packet.is_dir():
        raise PacketError("No packet was handed in with the lab.")
    return packet


def _shared(looks: dict[str, Look]) -> dict[str, list[str]]:
    """For each learner, what their packet has in common with another one's that no two packets should."""
    marks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student, look in looks.items():
        for mark in look.marks:
            marks[mark].append(student)
    questions: dict[str, list[str]] = {student: [] for student in looks}
    for (what, _), owners in sorted(marks.items()):
        for student in owners if len(owners) > 1 else ():
            others = ", ".join(other for other in owners if other != student)
            questions[student].append(
                f"{one_line(what)} is the same as in the packet of {others}. Whose is it?"
            )
    for one, other in combinations(looks, 2):
        share = shared_part(looks[one].words, looks[other].words)
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
            escape(one_line(grade.student)),
            f"{grade.points:g} of {grade.maximum:g}",
            str(grade.errors),
            str(grade.warnings),
            escape("\n".join(map(one_line, asked))),
        )
    return table
