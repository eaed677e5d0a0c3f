"""Collecting from the exchange: every hand-in is a stranger's folder, and one that is bad stops nobody else's.

What a learner can write (names, times, links) is not believed. Files are opened once, relative to their folder's
descriptor, and copied from there (`admit.PlainFiles`). What cannot be taken is kept with its reason in
`class/collected/<lab>.json`, see `refused`. `nbgrader_config.py` puts `SafeCollect` into nbgrader's place, so
`nbgrader collect`, the formgrader and `course grade` use it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect
from traitlets import Bool

from course_lib.clean import one_line
from course_lib.files import write_atomically
from course_lib.grading.admit import MB, NotAdmittedError, PlainFiles, hand_in_time, read_rest, read_time
from course_lib.grading.exchange import LEARNER

TOLERANCE = timedelta(minutes=5)  # between the time that a hand-in claims and its arrival
MOST_FILES, MOST_SIZE = 500, 160 * MB  # of one hand-in
STAMP = "timestamp.txt"


@dataclass(frozen=True)
class Refusal:
    """A hand-in that was not taken, or not as it came: whose it is said to be, and why, in one sentence."""

    who: str
    reason: str


@dataclass(frozen=True)
class HandIn:
    """A folder in the exchange: who handed in, when it counts as handed in, and when it arrived."""

    who: str
    folder: Path
    time: datetime
    arrived: datetime
    left_out: list[str]  # links, devices, files of others

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """The newest counts; of two with one time, the one that arrived last."""
        return self.time, self.arrived, self.folder.name


@dataclass
class Collected:
    """What came of collecting one lab: what was refused, and the folder that each learner's submission came from."""

    refused: list[Refusal] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Collected:
        """Return the record in a file; an empty one if there is none that can be read."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls([Refusal(**entry) for entry in data["refused"]], dict(data["taken"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        text = json.dumps(asdict(self), indent=1, ensure_ascii=True) + "\n"
        write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))


def record_of(root: Path, lab: str) -> Path:
    """Return where the record of collecting a lab lies."""
    return root / "class" / "collected" / f"{lab}.json"


def refused(root: Path, lab: str) -> list[Refusal]:
    """Return what the last collecting of a lab did not take as it came, with the reasons."""
    return Collected.read(record_of(root, lab)).refused


class SafeCollect(ExchangeCollect):
    """nbgrader's collecting, safe from links, forged names and forged times."""

    check_arrival = Bool(
        True,
        help="Take the file system's time when a hand-in claims an earlier one. Switch it off after restoring an "
        "exchange from a backup: everything has arrived today then.",
    ).tag(config=True)

    def init_src(self) -> None:
        """Find the hand-ins; unlike nbgrader's own search, all of them, whatever their names hold."""
        super().init_src()
        lab, only = self.coursedir.assignment_id, self.coursedir.student_id
        self.record = record_of(Path(self.coursedir.root), lab)
        before = Collected.read(self.record)
        self.found = Collected(taken=before.taken)
        if only != "*":
            self.found.refused = [refusal for refusal in before.refused if refusal.who != only]
        self.by_learner: dict[str, list[Path]] = defaultdict(list)
        for folder in sorted(Path(self.inbound_path).iterdir()):
            who, mark, _ = folder.name.partition(f"+{lab}+")
            if not mark or (only not in ("*", who)):
                continue
            if not LEARNER.fullmatch(who):
                self.refuse(
                    who,
                    "The name is no learner's name (letters, digits, '.', '_', '@' and '-'): hand in again.",
                )
            else:
                self.by_learner[who].append(folder)

    def _path_to_record(self, path: str) -> dict[str, object]:
        """Return what nbgrader's search wants to know; a name that holds no time stops nobody's collecting."""
        return {
            "username": Path(path).name.split("+")[0],
            "filename": Path(path).name,
            "timestamp": datetime.min,
        }

    def refuse(self, who: str, reason: str) -> None:
        refusal = Refusal(one_line(who, 80) or "(no name)", one_line(reason, 300))
        self.found.refused.append(refusal)
        self.log.warning("%s: %s", refusal.who, refusal.reason)

    def copy_files(self) -> None:
        """Copy the newest hand-in of everybody; whatever goes wrong with one is that learner's sentence."""
        for who, folders in sorted(self.by_learner.items()):
            try:
                self.take_newest(who, folders)
            except Exception as error:  # the class goes on
                self.refuse(who, f"The hand-in could not be collected ({type(error).__name__}: {error}).")
        self.found.write(self.record)

    def take_newest(self, who: str, folders: list[Path]) -> None:
        """Copy the newest of one learner's hand-ins that can be taken, unless it is there already."""
        hand_ins = []
        for folder in folders:
            try:
                hand_ins.append(self.look_at(who, folder))
            except (NotAdmittedError, OSError) as problem:
                self.refuse(who, f"A hand-in can't be taken. {_sentence(problem)}")
        hand_ins.sort(key=lambda hand_in: hand_in.order, reverse=True)
        if self.before_duedate and self.duedate is not None:
            due = self.duedate.replace(tzinfo=UTC)
            hand_ins.sort(key=lambda hand_in: hand_in.time > due)  # stable: the newest in time come first
        target = self.target(who)
        there = hand_in_time(target)
        for hand_in in hand_ins:
            if target.is_dir() and not self.replaces(hand_in, there):
                break
            try:
                self.copy(hand_in, target)
            except (NotAdmittedError, OSError) as problem:
                self.refuse(
                    who, f"The hand-in of {_shown(hand_in.time)} can't be taken. {_sentence(problem)}"
                )
                continue
            self.found.taken[who] = hand_in.folder.name
            break
        for hand_in in hand_ins:
            if hand_in.folder.name == self.found.taken.get(who):
                self.tell_about(hand_in, hand_ins)

    def tell_about(self, hand_in: HandIn, hand_ins: list[HandIn]) -> None:
        """Say what somebody should know about the hand-in that counts."""
        if hand_in.left_out:
            names = ", ".join(one_line(name, 60) for name in hand_in.left_out[:5])
            self.refuse(hand_in.who, f"Left out, as are all links, devices and files of others: {names}.")
        twins = sum(other.time == hand_in.time for other in hand_ins)
        if twins > 1:
            said = f"{twins} hand-ins say {_shown(hand_in.time)}; the last to arrive counts."
            self.refuse(hand_in.who, said)

    def target(self, who: str) -> Path:
        course = self.coursedir
        return Path(course.format_path(course.submitted_directory, who, course.assignment_id))

    def replaces(self, hand_in: HandIn, there: datetime | None) -> bool:
        """Return whether a hand-in takes the place of the one that was collected before."""
        if there is None:
            return self.update or self.before_duedate
        came_from = self.found.taken.get(hand_in.who, hand_in.folder.name)
        other = hand_in.time == there and came_from != hand_in.folder.name
        if self.before_duedate:
            return hand_in.time != there or other
        return bool(self.update) and (hand_in.time > there or other)

    def walk(self, folder: Path) -> PlainFiles:
        """Return the files of a hand-in that nbgrader's settings want."""
        course = self.coursedir

        def skip(name: str, is_folder: bool) -> bool:
            wanted = is_folder or not course.include or any(fnmatch(name, p) for p in course.include)
            return not wanted or any(fnmatch(name, pattern) for pattern in course.ignore)

        return PlainFiles(folder, MOST_FILES, MOST_SIZE, skip)

    def look_at(self, who: str, folder: Path) -> HandIn:
        """Read off whose a hand-in is and when it came. Raises NotAdmittedError if it can't be taken."""
        claimed = None
        walk = self.walk(folder)
        for path, number, status in walk:
            if path == STAMP and status.st_size <= 200:
                claimed = read_time(b"".join(read_rest(number, 200)).decode("utf-8", "replace"))
        if self.check_owner:
            check_owner(who, walk.owner, Path(self.coursedir.root))
        arrived = datetime.fromtimestamp(walk.newest, UTC)
        if claimed is None or claimed > arrived or (self.check_arrival and arrived - claimed > TOLERANCE):
            if claimed is not None:
                said = "%s says that it was handed in at %s; it came at %s"
                self.log.warning(said, one_line(folder.name, 200), claimed, arrived)
            claimed = arrived
        return HandIn(who, folder, claimed, arrived, walk.left_out)

    def copy(self, hand_in: HandIn, target: Path) -> None:
        """Copy a hand-in in one step, with its time. Raises NotAdmittedError or OSError, with nothing changed."""
        fresh = target.with_name(f".{target.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            for path, number, status in self.walk(hand_in.folder):
                copy = fresh / path
                copy.parent.mkdir(parents=True, exist_ok=True)
                with copy.open("xb") as file:
                    for piece in read_rest(number, status.st_size):
                        file.write(piece)
            stamp = fresh / STAMP
            if stamp.is_dir():
                shutil.rmtree(stamp)
            stamp.write_text(hand_in.time.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), encoding="utf-8")
            shared = self.coursedir.groupshared
            self.set_perms(
                str(fresh), fileperms=0o664 if shared else 0o644, dirperms=0o2775 if shared else 0o755
            )
            if target.exists():
                shutil.rmtree(target)
            fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def check_owner(who: str, owner: int, root: Path) -> None:
    """Raise NotAdmittedError for a hand-in in somebody else's name, on a machine where names are accounts.

    What the collecting person or the owner of the course folder put there themselves may have any name: so
    `course submit --as somebody` works where one account plays everybody. An owner without an account (a container,
    a restored backup) is believed unless the name is an account's.
    """
    if sys.platform == "win32" or owner in (os.geteuid(), root.stat().st_uid):
        return
    import pwd

    try:
        account = pwd.getpwuid(owner).pw_name
    except KeyError:
        account = ""
    try:
        named = pwd.getpwnam(who).pw_uid
    except KeyError:
        named = None
    if named == owner or (named is None and not account):
        return
    whose = f"the account {account}" if account else f"the account number {owner}"
    raise NotAdmittedError(f"It is in the name of {who}, but {whose} handed it in.")


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC")


def _sentence(problem: Exception) -> str:
    if isinstance(problem, NotAdmittedError):
        return str(problem)
    assert isinstance(problem, OSError)
    return f"{problem.strerror or type(problem).__name__}."
