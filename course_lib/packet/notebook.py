"""The packet notebook's desk: open, measure, decide, check, seal - and carry the packet along with the
submission.

The packet lives in work/packet. Each lab's packet notebook keeps a copy in `packet/` beside itself, so that
handing in
the lab hands in the packet too; when the lab is graded, only that copy is there, and the notebook works on
it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from course_lib import clock
from course_lib.packet.checks import CHECKS, Report, check_packet
from course_lib.packet.evidence import read_evidence
from course_lib.packet.files import LOCK_NAME, PACKET_NAME, PacketError, inside, sha256, write_atomic
from course_lib.packet.form import Form
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.lock import copy_name, read_lock, seal_packet
from course_lib.packet.report import lines, summary
from course_lib.packet.start import ENVIRONMENT, change_use_case, new_packet, require_name, use_cases

PROMISED = {  # what lesson 01 asks for: dimension, comparison, unit, severity
    "T-QUAL": ("quality", ">=", "share", "blocking"),
    "T-INJ": ("security", "<=", "share", "blocking"),
    "T-PII": ("privacy", "<=", "share", "blocking"),
    "T-COST": ("cost", "<=", "usd", "major"),
    "T-LAT": ("latency", "<=", "milliseconds", "major"),
}
REPLACED = "Replaced the draft of the worked use case by our own number, before anything was measured."
MARK = ".carried"  # in the copy: the hash of the packet.yaml that was carried last


class Desk:
    """A packet that is open in a notebook; `folder` is the packet, `copy` goes along with the submission."""

    def __init__(self, folder: Path, copy: Path, lesson: str) -> None:
        self.folder, self.copy, self.lesson = folder, copy, lesson

    def measure(self, id: str, again: bool = False, **options: Any) -> dict[str, float]:
        """Make one measurement, or show it if it is there already; returns its metrics.

        Evidence is never replaced by itself: `again=True` measures anew. `options` go to the measurement, for
        example system="nearest-examples@v1" (see course_lib.packet.measure).
        """
        stored = read_evidence(load_packet(self.folder)).get(id)
        if again or stored is None or "does not exist" in stored.problem:
            from course_lib.packet.measure import MEASUREMENTS

            if id not in MEASUREMENTS:
                raise PacketError(f"There is no measurement '{id}'; choose from {', '.join(MEASUREMENTS)}.")
            MEASUREMENTS[id](self.folder, **options)
            stored = read_evidence(load_packet(self.folder))[id]
            self._carry()
        if stored.problem:
            print(f"{id}: {stored.problem}")
            return {}
        metrics = dict(stored.envelope.get("metrics") or {})
        print(f"{id} ({stored.envelope.get('created_at', '')[:10]}, {len(stored.rows)} rows)")
        for name, value in metrics.items():
            print(f"  {name:22} {value:.4g}" if isinstance(value, int | float) else f"  {name:22} {value}")
        return metrics

    def write(self, changes: Mapping[str, Any]) -> None:
        """Merge changes into packet.yaml; comments, order and everything else stay."""
        before = load_packet(self.folder).content_sha256
        update_packet(self.folder, changes)
        if load_packet(self.folder).content_sha256 != before:
            update_packet(self.folder, {"meta": {"updated": _today().isoformat()}})
        self._carry()

    def frame(
        self,
        *,
        summary: str,
        autonomy: str,
        users: list[str],
        non_goals: list[str],
        requests_per_month: int,
        sensitivity: str,
    ) -> None:
        """Write what the use case is, and what it is not; `sensitivity` goes to the first data card."""
        if isinstance(requests_per_month, bool) or not isinstance(requests_per_month, int):
            raise PacketError(
                f"requests_per_month is a whole number without quotes; found {requests_per_month!r}."
            )
        if isinstance(non_goals, str) or len(non_goals) < 2:
            found = "one text" if isinstance(non_goals, str) else len(non_goals)
            raise PacketError(f"non_goals is a list of at least two; found {found}.")
        data = load_packet(self.folder).model.data
        card = (data[0].id if data else None) or "D-INPUT"
        use_case = {"summary": summary, "autonomy": autonomy, "users": users, "non_goals": non_goals}
        volume = {"requests_per_month": requests_per_month}
        self.write(
            {
                "use_case": {**use_case, "volume": volume},
                "data": [{"id": card, "sensitivity": sensitivity}],
            }
        )
        print(f"The use case is in the packet: {requests_per_month:,} requests a month, {sensitivity} data.")

    def promise(
        self,
        limits: Mapping[str, tuple[str, float]],
        *,
        peak_rps: float,
        availability_pct: float,
        today_cost_per_item_usd: float,
        success: Sequence[tuple[str, str]],
        change_reason: str | None = None,
    ) -> None:
        """Set the first threshold of each dimension, and what the service promises (lesson 01).

        A number that a worked use case drafted is replaced here; if lesson 00 sealed the draft, the change says so.

        Args:
            limits: for each id of PROMISED what is measured, and the number.
            success: sentences that say when the use case is a success, each with the id of its threshold.
            change_reason: why a number that was sealed already changes.

        Raises PacketError if `limits` has other ids, or for a number in another unit.
        """
        if set(limits) != set(PROMISED):
            raise PacketError(f"limits needs {', '.join(PROMISED)}; found {', '.join(limits) or 'none'}.")
        if not 50 <= availability_pct <= 100:
            raise PacketError(f"availability_pct is a percentage such as 99.5; found {availability_pct}.")
        if limits["T-LAT"][1] < 20:
            raise PacketError(f"T-LAT is in milliseconds; found {limits['T-LAT'][1]}: two seconds are 2000.")
        if limits["T-COST"][1] > today_cost_per_item_usd:
            print(
                f"Mind: T-COST {limits['T-COST'][1]} is above what an item costs today, {today_cost_per_item_usd}."
            )
        slo = {"availability_pct": availability_pct}
        slo |= {"cost_per_request_usd": limits["T-COST"][1], "latency_p95_ms": limits["T-LAT"][1]}
        self.write(
            {
                "use_case": {
                    "volume": {"peak_rps": peak_rps},
                    "slo": slo,
                    "today_cost_per_item_usd": today_cost_per_item_usd,
                    "success_criteria": [{"text": text, "threshold": id} for text, id in success],
                }
            }
        )
        lock = read_lock(self.folder)
        drafts = lock[-1]["thresholds"] if lock and (change_reason or lock[-1]["lesson"] == "00") else {}
        for id, (dimension, op, unit, severity) in PROMISED.items():
            metric, value = limits[id]
            fields: dict[str, Any] = {
                "metric": metric,
                "op": op,
                "value": value,
                "unit": unit,
                "severity": severity,
            }
            if id in drafts and any(drafts[id].get(name) != wanted for name, wanted in fields.items()):
                fields["change_reason"] = change_reason or REPLACED
            self.set_threshold(id, dimension=dimension, **fields)

    def set_threshold(self, id: str, **fields: Any) -> None:
        """Set a threshold before measuring: dimension, metric, op, value, unit, severity; `set_at` is
        today. Raises PacketError for a share outside 0 to 1.
        """
        value = fields.get("value")
        if fields.get("unit") == "share" and not (isinstance(value, int | float) and 0 <= value <= 1):
            hint = (
                f" Did you mean {value / 100:g}?"
                if isinstance(value, int | float) and 1 < value <= 100
                else ""
            )
            raise PacketError(f"{id}: a share lies between 0 and 1; found {value!r}.{hint}")
        old = next((t for t in load_packet(self.folder).model.thresholds if t.id == id), None)
        set_at = old.set_at if old and old.set_at and old.value == fields.get("value") else _today()
        self.write({"thresholds": [{"id": id, **fields, "set_at": set_at.isoformat()}]})
        print(f"{id}: {fields.get('metric')} {fields.get('op')} {fields.get('value')}, set on {set_at}.")

    def decide(
        self,
        topic: str,
        *,
        chosen: str,
        reason: str,
        rejected_option: str,
        rejected_because: str,
        evidence: list[str],
        decided_by_role: str,
        review_date: date | str,
    ) -> None:
        """Write one decision with the alternative that it rejects."""
        self.write(
            {
                "decisions": [
                    {
                        "id": f"DEC-{topic.upper()}",
                        "topic": topic,
                        "chosen": chosen,
                        "reason": reason,
                        "alternatives": [
                            {
                                "option": rejected_option,
                                "rejected_because": rejected_because,
                                "evidence": evidence,
                            }
                        ],
                        "evidence": evidence,
                        "decided_by_role": decided_by_role,
                        "review_date": str(review_date),
                    }
                ]
            }
        )
        print(f"DEC-{topic.upper()} is in the packet.")

    def show(self, section: str) -> None:
        """Print a section as it stands in packet.yaml; what is empty is left out."""
        from ruamel.yaml import YAML

        def filled(value: Any) -> Any:
            if isinstance(value, Mapping):
                return {
                    key: found for key, one in value.items() if (found := filled(one)) not in (None, {}, [])
                }
            return [filled(one) for one in value] if isinstance(value, list) else value

        yaml, text = YAML(), io.StringIO()
        yaml.default_flow_style = False
        yaml.dump({section: filled(load_packet(self.folder).tree.get(section))}, text)
        print(
            re.sub(r": '([^']*)'$", r": \1", text.getvalue(), flags=re.MULTILINE), end=""
        )  # text is quoted only here

    def form(self, section: str, entry: str | None = None) -> Form:
        """A form for one section, or one entry of a list section; see course_lib.packet.form."""
        return Form(self, section, entry)

    def reopen(self) -> None:
        """Mark the lesson as not done, unless it is sealed.

        A worked use case drafts it; a draft earns nothing until the learner's own words are in and `finish` says so.
        """
        before = f"{int(self.lesson) - 1:02}"
        meta = load_packet(self.folder).model.meta
        sealed = any(entry["lesson"] >= self.lesson for entry in read_lock(self.folder))
        if not sealed and meta and (meta.lesson_completed or "") > before:
            self.write({"meta": {"lesson_completed": before}})

    def finish(self, what_changed: str, fields: list[str]) -> None:
        """Mark the lesson done, with its changelog entry."""
        model = load_packet(self.folder).model
        old = next((change for change in model.changelog if change.lesson == self.lesson), None)
        day = (old.date if old and old.date else _today()).isoformat()
        done = max(self.lesson, (model.meta.lesson_completed if model.meta else None) or "00")
        entry = {"lesson": self.lesson, "date": day, "summary": what_changed, "fields_changed": fields}
        self.write({"meta": {"lesson_completed": done}, "changelog": [entry]})
        print(f"Lesson {self.lesson} is filled in and marked done; now run the check.")

    def check(self) -> Report:
        """Say what is missing or wrong, and how many automatic points there are so far."""
        self._carry()
        report = check_packet(self.folder, self.lesson)
        print("\n".join([*lines(report), summary(report)]))
        return report

    def commit(self) -> None:
        """Seal what was just promised, as an addition to the lesson before, so that it stands before it is measured.

        Once this lesson itself is sealed, nothing is written.
        """
        if any(entry["lesson"] >= self.lesson for entry in read_lock(self.folder)):
            print("This lesson is sealed already: what changes now needs its change_reason.")
            return
        self._seal(f"{int(self.lesson) - 1:02}", "Committed")

    def seal(self) -> None:
        """Seal the lesson; what stands in the way is said in one sentence."""
        errors = len(check_packet(self.folder, self.lesson).errors)
        if errors:
            print(f"Mind: {errors} findings are still errors; a seal keeps them for a reviewer to see.")
        self._seal(self.lesson, f"Lesson {self.lesson} sealed")

    def _seal(self, lesson: str, done: str) -> None:
        try:
            entry = seal_packet(self.folder, lesson)
        except PacketError as problem:
            print(problem)
            return
        self._carry()
        print(f"{done}: {entry['hash'][:12]}...")

    def _carry(self) -> None:
        """Bring the copy in step with the packet."""
        if self.copy == self.folder:
            return
        packet = load_packet(self.folder)
        names = [str(entry.path) for entry in packet.model.evidence if entry.path]
        names += [name.removesuffix(".json") + ".rows.jsonl" for name in names]
        with contextlib.suppress(PacketError):
            names += [copy_name(entry) for entry in read_lock(self.folder)]
        for name in [*names, LOCK_NAME, PACKET_NAME]:
            with contextlib.suppress(PacketError, FileNotFoundError):
                source = inside(self.folder, name)
                if source.is_file() and not source.is_symlink():
                    write_atomic(inside(self.copy, name), source.read_bytes())
        write_atomic(self.copy / MARK, _hash(self.folder) + "\n")


def open_packet(lesson: str, use_case: str | None = None, here: str | Path = ".") -> Desk:
    """Open the learner's packet, or start one; says where it is.

    A new one starts from the worked use case of that name ("ticket-triage" if none is given); any other name is a use
    case of the learner's own, and its packet starts blank. In lesson 00 the use case may change until it is measured.

    Outside grading the packet is ../packet (work/packet for a lab in work/) with a copy in ./packet; when the lab is
    graded, or where there is no such folder, it is ./packet alone.

    Raises PacketError if the name is no id, if something is measured for another use case, or if both the packet and
    its copy were edited since they were last the same.
    """
    if use_case is not None:
        require_name(use_case)
    home, copy = _places(Path(here))
    _reconcile(home, copy)
    learner = None
    if lesson == "00" and use_case and (home / PACKET_NAME).is_file() and not _is_graded():
        learner = change_use_case(home, use_case)
        if not (home / PACKET_NAME).is_file():
            print("The packet that you had is kept beside the new one, as packet.<its use case>.yaml.")
        elif learner:
            print(f"Your packet is now about '{use_case}'.")
            if any(entry.id == ENVIRONMENT for entry in load_packet(home).model.evidence):
                Desk(home, copy, lesson).measure(ENVIRONMENT, again=True)  # evidence names its use case
    use_case = use_case or "ticket-triage"
    if not (home / PACKET_NAME).is_file():
        if use_case in use_cases():
            # In lesson 00 nothing is done yet; later ones take the drafts of the lessons that were skipped.
            undone = {"meta": {"lesson_completed": None}} if lesson == "00" else None
            new_packet(home, use_case=use_case, learner=learner, answers=undone)
            waits = " (what lesson 01 needs waits for lesson 01)" if lesson == "00" else ""
            print(
                f"No packet yet: started one from the worked use case '{use_case}', lessons 00 and 01 drafted{waits}."
            )
            print("Read it through and change what does not fit the work that you know.")
        else:
            run = f"{_today():%Y-%m}"
            names = {"packet_id": f"{use_case}-01", "use_case_id": use_case, "course_run": run}
            new_packet(home, learner=learner, answers={"meta": names})
            print(f"No packet yet: started a blank one for your own use case '{use_case}'.")
    desk = Desk(home, copy, lesson)
    meta = load_packet(home).model.meta
    desk._carry()
    where = "work/packet" if home != copy else "packet/ beside this notebook"
    print(f"Packet of {meta.learner_id if meta else '?'} in {where}; packet.yaml opens in any editor.")
    return desk


def _is_graded() -> bool:
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _places(here: Path) -> tuple[Path, Path]:
    """Where the packet and its copy are, for a notebook in the folder `here`."""
    folder = here.resolve()
    if folder.parent.name in ("solutions", "labs") and (folder.parents[1] / "nbgrader_config.py").is_file():
        # Run in the course's own tree: a packet there would be handed out, or copied over a learner's.
        work = folder.parents[1] / "work"
        return work / "packet", work / folder.name / "packet"
    copy, home = here / "packet", folder.parent / "packet"
    if not _is_graded() and ((home / PACKET_NAME).is_file() or folder.parent.name == "work"):
        return home, copy
    return copy, copy


def _reconcile(home: Path, copy: Path) -> None:
    """Bring an edited copy back into the packet, unless both were edited."""
    if home == copy or not (copy / PACKET_NAME).is_file():
        return
    if not (home / PACKET_NAME).is_file():
        shutil.copytree(copy, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MARK))
        return
    mark = copy / MARK
    carried = mark.read_text(encoding="utf-8").strip() if mark.is_file() else ""
    if _hash(copy) in (carried, _hash(home)):
        return
    if _hash(home) != carried:
        raise PacketError(
            "Both work/packet/packet.yaml and its copy beside this notebook were edited; move your changes"
            " into work/packet/packet.yaml and delete the folder packet/ beside this notebook."
        )
    load_packet(copy)
    write_atomic(home / PACKET_NAME, (copy / PACKET_NAME).read_bytes())


def lesson_points(folder: str | Path, lesson: str, maximum: float = 12.0, today: date | None = None) -> float:
    """The automatic points of a packet for one lesson, 0..maximum, for a grade cell.

    Shows one line for each check that lost points. Never raises and never writes to stderr: a packet that
    cannot be
    read gets 0 points and its one sentence.
    """
    from course_lib.grading.checks import CheckResult, as_data, show
    from course_lib.grading.checks import report as lines_of

    def tell(results: list[CheckResult], points: float) -> float:
        show(lines_of("packet", results), as_data("packet", maximum, points, results))
        return points

    if not Path(folder).exists():
        folder = _places(Path())[1]
    try:
        report = check_packet(folder, lesson, today)
    except PacketError as problem:
        return tell([CheckResult("readable", maximum, 0.0, "failed", str(problem))], 0.0)
    points = report.points(maximum)
    results = []
    share = maximum / (
        sum(float(CHECKS[id].points) for id in report.statuses) or 1.0
    )  # the rows add up to the points
    for id, status in report.statuses.items():
        worth = round(float(CHECKS[id].points) * share, 2)
        message = next((finding.message for finding in report.findings if finding.check == id), "")
        if status == "nothing to check":
            message = f"Nothing to check yet: {CHECKS[id].title}."
        passed = status == "passed"
        results.append(
            CheckResult(id, worth, worth if passed else 0.0, "passed" if passed else "failed", message)
        )
    if points < maximum:
        print(summary(report))
    return tell(results, points)


def _hash(folder: Path) -> str:
    return sha256((folder / PACKET_NAME).read_bytes())


def _today() -> date:
    return clock.today()
