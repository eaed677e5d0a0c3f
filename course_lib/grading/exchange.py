"""The way of a lab between instructor and learner, on nbgrader's own exchange.

On one machine the exchange is a folder of the clone (`class/exchange`), so Assignment List, `nbgrader ...` and
`course start|submit|grade` see the same labs. nbgrader has no exchange on Windows; there the same steps copy the
folders directly.
"""

from __future__ import annotations

import filecmp
import logging
import os
import re
import shutil
import stat
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.grading.admit import hand_in_time, may_keep
from course_lib.workspace import Workspace, use_own_tools

if TYPE_CHECKING:
    from collections.abc import Iterator

LEARNER = re.compile(r"[^\W_][\w.@-]{0,63}")  # a learner's name, which becomes a folder's
HAS_EXCHANGE = sys.platform != "win32"


@contextmanager
def nbgrader_settings(workspace: Workspace) -> Iterator[Any]:
    """Yield nbgrader's settings as `nbgrader_config.py` at the course root gives them."""
    from nbgrader.apps import NbGrader

    from course_lib.grading.settings import read_settings

    read_settings(workspace.root)  # nbgrader itself would go on with its defaults
    use_own_tools()
    before = Path.cwd()
    os.chdir(workspace.root)
    try:
        app = NbGrader()
        app.config_file_paths.append(str(workspace.root))
        app.load_config_file()
        app.log.setLevel(logging.ERROR)
        yield app.config
    finally:
        os.chdir(before)


def _run(workspace: Workspace, action: str, lab: str, **settings: dict[str, Any]) -> Any:
    """Run one of nbgrader's exchange actions and return what ran it.

    Raises CourseError with the action's own last word.
    """
    from nbgrader.auth import Authenticator
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeError, ExchangeFactory

    from course_lib.grading.handin import HandInError

    with nbgrader_settings(workspace) as config:
        config.CourseDirectory.assignment_id = lab
        for section, values in settings.items():
            config[section].update(values)
        course = CourseDirectory(config=config)
        worker = getattr(ExchangeFactory(config=config), action)(
            coursedir=course, authenticator=Authenticator(config=config), config=config
        )
        worker.log = logging.getLogger("course.exchange")
        worker.log.setLevel(logging.CRITICAL)
        try:
            worker.start()
            return worker
        except HandInError as problem:
            raise CourseError(str(problem).replace("NN", lab[:2])) from problem
        except (ExchangeError, OSError, RuntimeError) as error:
            raise CourseError(f"{action} of {lab} failed: {error}".rstrip(".") + ".") from error


def _same_tree(left: Path, right: Path) -> bool:
    """Return whether two folders hold the same files with the same bytes."""
    ours = sorted(p.relative_to(left) for p in left.rglob("*") if p.is_file())
    theirs = sorted(p.relative_to(right) for p in right.rglob("*") if p.is_file())
    return ours == theirs and all(filecmp.cmp(left / p, right / p, shallow=False) for p in ours)


def release(workspace: Workspace) -> list[str]:
    """Put every lab of `labs/` into the exchange where it is missing or differs; return the names that changed."""
    if not HAS_EXCHANGE:
        return []
    exchange = workspace.classroom / "exchange"
    workspace.writable(workspace.work, workspace.classroom)
    if not exchange.is_dir():
        exchange.mkdir()
    with nbgrader_settings(workspace) as config:
        outbound = Path(config.Exchange.root) / config.CourseDirectory.course_id / "outbound"
    changed = []
    for lab in workspace.lab_names():
        released = outbound / lab
        if not (released.is_dir() and _same_tree(workspace.labs / lab, released)):
            _run(workspace, "ReleaseAssignment", lab, ExchangeReleaseAssignment={"force": True})
            changed.append(lab)
    return changed


def fetch(workspace: Workspace, lab: str) -> Path:
    """Copy a lab into `work/`; files that are there already are never overwritten. Return its folder."""
    target = workspace.work / lab
    workspace.writable(workspace.work)
    if HAS_EXCHANGE:
        release(workspace)
        _run(workspace, "FetchAssignment", lab, ExchangeFetchAssignment={"replace_missing_files": True})
        return target
    for source in sorted((workspace.labs / lab).rglob("*")):
        copy = target / source.relative_to(workspace.labs / lab)
        if source.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    return target


@dataclass(frozen=True)
class HandedIn:
    """A lab that was handed in: under which name, and what its author should know about it."""

    name: str
    notes: list[str]


def submit(workspace: Workspace, lab: str, learner: str | None = None, anyway: bool = False) -> HandedIn:
    """Hand in `work/<lab>` as `learner` (default: the account's name).

    Raises:
        CourseError: nothing to hand in, a damaged or renamed notebook, an untouched lab unless `anyway`, a name
            that cannot be a folder, or the exchange refused.
    """
    from nbgrader.utils import get_username

    source = workspace.work / lab
    if not source.is_dir() or not any(source.iterdir()):
        raise CourseError(f"There is nothing in {source} to hand in: run `course start {lab[:2]}` first.")
    name: str = learner or get_username()
    if not LEARNER.fullmatch(name):
        raise CourseError(f"{name!r} cannot be a learner's name: use letters, digits, '.', '_', '@' and '-'.")
    if HAS_EXCHANGE:
        release(workspace)
        course = {"student_id": name, "assignment_id": lab}
        worker = _run(workspace, "Submit", lab, CourseDirectory=course, SafeSubmit={"anyway": anyway})
        return HandedIn(name, worker.notes)
    from course_lib.grading.handin import HandInError, look_before

    try:
        notes = look_before(source, workspace.labs / lab, anyway)
    except HandInError as problem:
        raise CourseError(str(problem).replace("NN", lab[:2])) from problem
    target = workspace.classroom / "submitted" / name / lab
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    (fresh / "timestamp.txt").write_text(datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC"))
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return HandedIn(name, notes)


def drop_links(folder: Path) -> list[str]:
    """Remove links, pipes and devices from a submission's folder: following one would copy a stranger's choice of
    file. Return their names.
    """
    dropped = []
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(parent) / name
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                path.unlink()
                dropped.append(str(path.relative_to(folder)))
    return sorted(dropped)


def before_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before it copies a submission: links go first, and a time that nbgrader would stumble over."""
    for folder in {Path(notebook).parent for notebook in notebooks}:
        drop_links(folder)
        stamp = folder / "timestamp.txt"
        if stamp.is_file() and hand_in_time(folder) is None:
            stamp.unlink()


def after_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook after it graded a submission: what may not lie in a graded folder goes."""
    for folder in {Path(notebook).parent for notebook in notebooks}:
        graded = folder.parents[1].with_name("autograded") / student / assignment
        for path in [path for path in graded.rglob("*") if path.is_file() and not may_keep(path.name)]:
            path.unlink()


def collect(workspace: Workspace, lab: str) -> None:
    """Bring newly handed-in labs from the exchange into `class/submitted/`; the newest of each learner counts."""
    if HAS_EXCHANGE and any((workspace.classroom / "exchange").glob("*/inbound")):
        _run(workspace, "Collect", lab, ExchangeCollect={"update": True})
