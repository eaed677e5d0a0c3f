"""The registry of checks, what a check sees, and what it gives back.

A check yields one Issue for each thing that it finds. Its points are earned only if it had something to check
and found
nothing: an empty section earns nothing. A finding that follows from another one on the same subject is not
shown.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from course_lib import clock
from course_lib.packet.evidence import Stored, read_evidence
from course_lib.packet.files import PacketError
from course_lib.packet.kinds import RECOMPUTE, Metrics
from course_lib.packet.load import FieldProblem, Packet, load_packet
from course_lib.packet.lock import Entry, read_lock
from course_lib.packet.schema import LESSONS, PacketModel

INTEGRITY_CAP = 0.4  # an integrity finding caps the automatic part at this share and asks for a human look
Level = Literal["error", "warning"]
Status = Literal["passed", "failed", "nothing to check"]


@dataclass(frozen=True)
class Issue:
    """What a check found: the subject (an id or a field's path) and one message.

    `told` marks what another finding says already: it costs the check its points and is not shown.
    """

    subject: str
    message: str
    integrity: bool = False
    told: bool = False


@dataclass(frozen=True)
class Finding:
    """An issue with its check, as the learner sees it."""

    check: str
    severity: Level
    subject: str
    message: str
    line: int | None = None
    integrity: bool = False
    section: str = ""


@dataclass
class Context:
    """What a check may look at; `today` is the clock and `lesson` the lesson that is being checked.

    `findings` holds what the checks that ran before have found.
    """

    packet: Packet
    lesson: str
    today: date
    findings: list[Finding] = field(default_factory=list)

    @property
    def model(self) -> PacketModel:
        return self.packet.model

    @cached_property
    def evidence(self) -> dict[str, Stored]:
        return read_evidence(self.packet)

    @cached_property
    def measured(self) -> dict[str, Metrics]:
        """The metrics of each piece of evidence, computed from its rows; none if the rows do not fit its kind."""
        found: dict[str, Metrics] = {}
        for id, stored in self.evidence.items():
            found[id] = {}
            with contextlib.suppress(
                KeyError, TypeError, ValueError, AttributeError, ArithmeticError, IndexError
            ):
                metrics = RECOMPUTE[stored.envelope["kind"]](stored.rows)
                if all(math.isfinite(value) for value in metrics.values()):
                    found[id] = metrics
        return found

    @cached_property
    def lock(self) -> list[Entry]:
        """The seals so far; empty if there are none or the lock cannot be trusted (see lock_problem)."""
        try:
            return read_lock(self.packet.folder)
        except PacketError:
            return []

    @cached_property
    def lock_problem(self) -> str:
        try:
            read_lock(self.packet.folder)
        except PacketError as problem:
            return str(problem)
        return ""

    @property
    def latest(self) -> date:
        """The last day that is not in the future, wherever on Earth the learner is."""
        return self.today + timedelta(days=1)

    def present(self, path: str) -> bool:
        """Whether the section or field at a dotted path has a value."""
        value: Any = self.model
        for step in path.split("."):
            value = getattr(value, step, None)
        return value not in (None, [])

    def misfit(self, path: str) -> bool:
        """Whether a value at or below a path does not fit its field; STR-00 says so."""
        paths = (problem.path for problem in self.packet.problems)
        return any(one == path or one.startswith((f"{path}.", f"{path}[")) for one in paths)

    def problems(self, owner: str) -> Iterator[FieldProblem]:
        """The misfits of values with the schema that belong to one check."""
        return (problem for problem in self.packet.problems if problem_owner(problem) == owner)


CheckFunction = Callable[[Context], Iterator[Issue]]


@dataclass(frozen=True)
class Check:
    """One check: active from `lesson`, worth `points`, about the sections in `needs`."""

    id: str
    lesson: str
    severity: Level
    points: int
    title: str
    run: CheckFunction
    needs: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


CHECKS: dict[str, Check] = {}
# The order in which they run: causes before what follows from them.
FAMILIES = (
    *("STR", "LOG", "USE", "RSK", "DAT", "RRG", "THR", "CLM", "EVD"),
    *("CST", "EVL", "DEC", "CTL", "OVS", "MON", "INC", "RBK", "PRS", "GATE"),
)


def ordered() -> list[Check]:
    """All checks, family by family; within a family as registered, so that a cause comes before its follow-
    up.
    """
    return sorted(CHECKS.values(), key=lambda one: FAMILIES.index(one.id.split("-")[0]))


def check(
    id: str,
    lesson: str,
    severity: Level,
    points: int,
    title: str,
    *,
    needs: tuple[str, ...] = (),
    follows: tuple[str, ...] = (),
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check.

    Args:
        needs: dotted paths that must have a value; without them the check has nothing to check and earns
        nothing.
        follows: checks whose finding on the same subject explains this one; this one is then not shown.
    """

    def register(function: CheckFunction) -> CheckFunction:
        if id in CHECKS:
            raise ValueError(f"two checks are called {id}")
        CHECKS[id] = Check(id, lesson, severity, points, title, function, needs, follows)
        return function

    return register


def problem_owner(problem: FieldProblem) -> str:
    """The check that reports a value which does not fit its field."""
    name = problem.path.rsplit(".", 1)[-1]
    if problem.kind == "extra_forbidden":
        return "STR-00"
    if name == "role" or name.endswith("_role"):
        return "STR-06"
    if problem.kind == "value_error":
        return "STR-07"
    if name == "id":
        return "STR-02"
    if problem.path.startswith(("use_case.volume", "use_case.slo", "use_case.today_cost")):
        return "USE-01"
    if problem.path.startswith("risks[") and name in RATINGS:
        return "RRG-02"
    return "STR-00"


RATINGS = ("severity", "likelihood", "residual_severity", "residual_likelihood")


@dataclass
class Report:
    """What the checks said about a packet."""

    lesson: str
    finished: bool
    statuses: dict[str, Status]
    findings: list[Finding] = field(default_factory=list)
    integrity: bool = False

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]

    def about(self, section: str) -> Report:
        """The same report with the findings of one section only; points and checks stay those of the packet.

        Raises PacketError if there is no such section.
        """
        if section not in PacketModel.model_fields:
            raise PacketError(
                f"There is no section '{section}'; choose from {', '.join(PacketModel.model_fields)}."
            )
        return replace(self, findings=[finding for finding in self.findings if finding.section == section])

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "warning"]

    @property
    def share(self) -> float:
        """Points earned of the points that are active so far, 0..1, before the rules of `points`."""
        total = sum(CHECKS[id].points for id in self.statuses)
        earned = sum(CHECKS[id].points for id, status in self.statuses.items() if status == "passed")
        return earned / total if total else 0.0

    def points(self, maximum: float = 12.0) -> float:
        """The automatic points of the lesson, 0..maximum.

        A lesson that is not marked done earns nothing yet; an integrity finding caps the points at 40 %.
        """
        if not self.finished:
            return 0.0
        share = min(self.share, INTEGRITY_CAP) if self.integrity else self.share
        return round(min(max(share * maximum, 0.0), maximum), 2)

    def to_json(self) -> str:
        """The report for programs."""
        return json.dumps(
            {
                "lesson": self.lesson,
                "finished": self.finished,
                "ok": not self.errors,
                "points": self.points(),
                "max_points": 12.0,
                "integrity": self.integrity,
                "checks": [
                    {"id": id, "status": status, "points": CHECKS[id].points, "title": CHECKS[id].title}
                    for id, status in self.statuses.items()
                ],
                "findings": [asdict(finding) for finding in self.findings],
            },
            indent=2,
            ensure_ascii=False,
        )


def check_packet(path: str | Path, lesson: str | None = None, today: date | None = None) -> Report:
    """Check a packet with all checks that are active up to a lesson.

    Args:
        path: the packet's folder or its packet.yaml.
        lesson: "00" to "12"; by default meta.lesson_completed, or "00" if that is blank.
        today: the clock for every rule about dates; by default the day in UTC.

    Raises:
        PacketError: if the lesson is unknown or the file cannot be read as a packet at all.
    """
    packet = load_packet(path)
    return check_loaded(packet, lesson, today)


def check_loaded(packet: Packet, lesson: str | None = None, today: date | None = None) -> Report:
    """Like check_packet, for a packet that was read already."""
    return run_checks(make_context(packet, lesson, today))


def make_context(packet: Packet, lesson: str | None = None, today: date | None = None) -> Context:
    """Return what the checks look at; the arguments are those of check_packet, and so is what it raises."""
    lesson = lesson.zfill(2) if lesson is not None else _completed(packet) or "00"
    if lesson not in LESSONS:
        raise PacketError(f"There is no lesson '{lesson}'; use 00 to 12.")
    return Context(packet, lesson, today or clock.today())


def _completed(packet: Packet) -> str | None:
    return packet.model.meta.lesson_completed if packet.model.meta else None


def run_checks(context: Context) -> Report:
    """Run every check that is active; `context.findings` holds what they found afterwards."""
    packet, lesson = context.packet, context.lesson
    statuses: dict[str, Status] = {}
    integrity = False
    seen: set[tuple[str, str]] = set()
    places = _places(packet)
    for one in ordered():
        if one.lesson > lesson:
            continue
        ready = all(context.present(path) for path in one.needs)
        issues = list(one.run(context)) if ready else []
        shown = [
            issue
            for issue in issues
            if not issue.told and not any((other, issue.subject) in seen for other in one.follows)
        ]
        seen |= {(one.id, issue.subject) for issue in issues}
        integrity = integrity or any(issue.integrity for issue in issues)
        context.findings += [_finding(one, issue, packet, places) for issue in shown]
        statuses[one.id] = "failed" if issues else "passed" if ready else "nothing to check"
    finished = (_completed(packet) or "") >= lesson
    return Report(lesson, finished, statuses, list(context.findings), integrity)


def _places(packet: Packet) -> dict[str, str]:
    """The path of each list entry by its id."""
    return {
        entry["id"]: f"{name}[{index}]"
        for name, section in packet.tree.items()
        for index, entry in enumerate(section if isinstance(section, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }


def _finding(one: Check, issue: Issue, packet: Packet, places: Mapping[str, str]) -> Finding:
    """Give an issue its section, and its line: that of its path, of the entry with its id, or of the nearest thing
    around it.
    """
    path = places.get(issue.subject, issue.subject)
    root = re.split(r"[.\[]", path)[0]
    while path and path not in packet.lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return Finding(
        one.id,
        one.severity,
        issue.subject,
        issue.message,
        packet.lines.get(path) if path else None,
        issue.integrity,
        root if root in PacketModel.model_fields else "",
    )
