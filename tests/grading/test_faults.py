"""Faults while a class is graded with the real command: nothing is lost, doubled or changed, and it can go on.

The class is small and has one grade that a person gave; an undisturbed run says what the gradebook must hold in the
end. Each test spoils a run in its own way, sees that the command tells it in a sentence, and runs it again.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import make_release
from course_lib.grading.preprocessors import grade_id

from .conftest import REPO, TINY, add_tiny, make_root, submit
from .test_attacks import ancestors, proc, running
from .test_classroom import RIGHT, WRONG

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("bubblewrap")]

# Each kill costs some seconds: a sample here, COURSE_FAULT_KILLS=50 for the full count.
KILLS = 5  # of one test
SEEDS = max(1, int(os.environ.get("COURSE_FAULT_KILLS", "5")) // KILLS)
thorough = pytest.mark.skipif(
    "COURSE_FAULT_KILLS" not in os.environ, reason="left out of make test for its time: run make test-faults"
)
PATIENCE = 60.0  # seconds until a command that was left alone has ended
SOON = 10.0  # seconds until the processes of a dead grader are gone

ANSWERS = {
    "all-right": RIGHT,
    "wrong-sign": WRONG,
    "one-only": {"double": RIGHT["double"]},
    "nothing": {},
    "ends-kernel": {**RIGHT, "triple": "import os\n\n\ndef triple(x):\n    os._exit(0)"},
    "takes-time": {
        **RIGHT,
        "double": "import time\n\n\ndef double(x):\n    time.sleep(0.2)\n    return 2 * x",
    },
    "writer": {**RIGHT, "why": "Because of the sign."},
}
Grades = dict[tuple[str, str], tuple[float | None, ...]]


@dataclass(frozen=True)
class Undisturbed:
    """A class that was graded without faults, what its gradebook holds, and the seconds that it took."""

    root: Path
    grades: Grades
    seconds: float


@dataclass
class Command:
    """A running `course grade`."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait(self, timeout: float = PATIENCE) -> int:
        return self.process.wait(timeout)

    def said(self) -> str:
        """What it printed, each run of spaces made one."""
        return " ".join(self.log.read_text(errors="replace").split())

    def tree(self) -> list[int]:
        """Its process and all below it."""
        return [pid for pid in running() if self.process.pid in ancestors(pid)]


def start(root: Path, *options: str, inside: Sequence[str] = (), **environment: str) -> Command:
    """Start `course grade` on a class, if need be inside another command."""
    command = [
        *inside,
        sys.executable,
        "-m",
        "course_lib",
        "grade",
        TINY,
        "--jobs",
        "2",
        "--no-feedback",
        "--yes",
        *options,
    ]
    log = root / f"{time.monotonic_ns()}.log"
    variables = {**os.environ, "PYTHONPATH": str(REPO), "NO_COLOR": "1", "COLUMNS": "300", **environment}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=root, env=variables, stdout=out, stderr=out, start_new_session=True
        )
    return Command(process, log)


def grade(root: Path, *options: str) -> float:
    """Grade without any fault; return the seconds that it took."""
    started = time.monotonic()
    command = start(root, *options)
    assert command.wait() == 0, command.said()
    return time.monotonic() - started


def gradebook(root: Path) -> Path:
    return root / "class" / "gradebook.db"


def grades(root: Path) -> Grades:
    """What the gradebook holds: automatic, manual and extra points and whether a person is asked."""
    query = """
        select student.id, grade_cell.name, grade.auto_score, grade.manual_score, grade.extra_credit,
               grade.needs_manual_grade
        from grade join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
        join student on submitted_assignment.student_id = student.id
        join base_cell as grade_cell on grade.cell_id = grade_cell.id
    """
    with sqlite3.connect(gradebook(root)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        rows = db.execute(query).fetchall()
    found = {(student, cell): tuple(rest) for student, cell, *rest in rows}
    assert len(found) == len(rows), "a grade is there twice"
    return found


def hand_in(root: Path, student: str, answers: dict[str, str]) -> None:
    submit(root, TINY, student, build_submission(root / "labs" / TINY / "lab.ipynb", answers))


def notebooks(root: Path) -> dict[str, int]:
    """When each graded notebook was written, by student."""
    paths = (root / "class" / "autograded").glob(f"*/{TINY}/lab.ipynb")
    return {path.parts[-3]: path.stat().st_mtime_ns for path in paths}


@pytest.fixture(scope="module")
def base(bubblewrap: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class to be graded, of which one written answer has a person's grade already. Copied, never changed."""
    root = make_root(tmp_path_factory.mktemp("class"), Execute__timeout="3")
    add_tiny(root)
    make_release(root, TINY)
    hand_in(root, "writer", ANSWERS["writer"])
    grade(root)
    with sqlite3.connect(gradebook(root)) as db:
        changed = db.execute(
            "update grade set manual_score = 1.5, needs_manual_grade = 0 "
            "where cell_id in (select id from base_cell where name = 'grade_why')"
        )
        assert changed.rowcount == 1
    for student, answers in ANSWERS.items():
        hand_in(root, student, answers)
    hand_in(root, "writer", {**ANSWERS["writer"], "triple": WRONG["triple"]})
    return root


@pytest.fixture(scope="module")
def undisturbed(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The class after a run without faults: nothing else must ever come out. Copied, never changed."""
    root = copy(base, tmp_path_factory.mktemp("undisturbed") / "class")
    seconds = grade(root)
    found = grades(root)
    assert found["writer", "grade_why"][1] == 1.5, "a person's grade must stay"
    assert found["writer", "grade_triple"][0] == 1.0
    assert {student for student, _ in found} == set(ANSWERS)
    return Undisturbed(root, found, seconds)


@pytest.fixture
def expected(undisturbed: Undisturbed) -> Grades:
    return undisturbed.grades


@pytest.fixture
def root(base: Path, tmp_path: Path) -> Path:
    """A class of this test's own, to be graded."""
    return copy(base, tmp_path / "class")


@pytest.fixture
def graded(undisturbed: Undisturbed, tmp_path: Path) -> Path:
    """A class of this test's own that was graded without faults."""
    return copy(undisturbed.root, tmp_path / "graded")


def copy(base: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(base, target))


def kill(pids: Sequence[int], number: int = signal.SIGKILL) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def assert_gone(pids: Iterable[int], said: str) -> None:
    """No process of a dead grader is left."""
    deadline = time.monotonic() + SOON
    while (left := set(pids) & set(running())) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, (said, [proc(pid, "cmdline") for pid in left])


def assert_told(command: Command, *words: str) -> None:
    """It ended with 1 and a sentence; a traceback is for nobody."""
    assert command.wait() == 1, command.said()
    assert "Traceback" not in command.said()
    assert re.search("|".join(words), command.said(), re.IGNORECASE), command.said()


def until(root: Path, number: int, command: Command) -> list[int]:
    """Wait until so many submissions more are graded; return the processes that are at work then."""
    deadline = time.monotonic() + PATIENCE
    records = root / "class" / "records" / TINY
    before = {"writer.json"}
    while (tree := command.tree()) and time.monotonic() < deadline:
        if len(tree) > 1 and len({path.name for path in records.glob("*.json")} - before) >= number:
            return tree
        time.sleep(0.02)
    raise AssertionError(f"it ended before {number} were graded: {command.said()}")


# --- processes that end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(SEEDS))
def test_any_process_may_be_killed_at_any_moment(
    seed: int, base: Path, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """kill -9 of one process of the grading tree, again and again; then the same command ends the work."""
    dice = random.Random(seed)
    root = copy(base, tmp_path / "class")
    command = start(root)
    victims: list[str] = []
    seen: set[int] = set()
    while len(victims) < KILLS:
        time.sleep(dice.uniform(0.1, undisturbed.seconds / 3))
        tree = command.tree()
        if command.process.poll() is not None:
            if command.process.returncode == 0:
                assert grades(root) == undisturbed.grades, victims
                root = copy(base, tmp_path / "class")
            command = start(root)
        elif tree:
            seen |= set(tree)
            victim = dice.choice(tree)
            victims.append(proc(victim, "cmdline").replace("\0", " ")[-80:])
            kill([victim])
    command.wait()
    assert_gone(seen, f"after kills of {victims}")
    grade(root)
    assert grades(root) == undisturbed.grades, victims


@thorough
@pytest.mark.parametrize("number", [0, 2, 4])
def test_a_power_cut_leaves_no_lock(number: int, root: Path, expected: Grades) -> None:
    """All processes at once are gone: the next run needs no help."""
    command = start(root)
    tree = until(root, number, command)
    kill(tree)
    command.wait()
    assert_gone(tree, "after a power cut")
    grade(root)
    assert grades(root) == expected


@thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_grader_that_is_told_to_stop_stops(number: signal.Signals, root: Path, expected: Grades) -> None:
    """Ctrl-C, kill, a closed terminal: it ends soon, with all its processes, and goes on where it was."""
    command = start(root)
    tree = until(root, 2, command)
    if number == signal.SIGINT:
        os.killpg(command.process.pid, number)  # as a terminal does
    else:
        kill([command.process.pid], number)
    assert command.wait(SOON) != 0
    assert_gone(tree, f"after {number.name}")
    assert "Traceback" not in command.said()
    grade(root)
    assert grades(root) == expected


def test_two_graders_at_once(root: Path, expected: Grades) -> None:
    """One of them works, the other says so or waits; no grade is there twice."""
    commands = [start(root) for _ in range(2)]
    codes = [command.wait() for command in commands]
    assert 0 in codes
    for command, code in zip(commands, codes, strict=True):
        assert "Traceback" not in command.said()
        assert code == 0 or "nother grader" in command.said()
    grade(root)
    assert grades(root) == expected


# --- disks and files -----------------------------------------------------------------------------------------


def bind(*arguments: str) -> list[str]:
    """A command that changes what the grader sees of the disk, and nothing else."""
    return ["bwrap", "--dev-bind", "/", "/", *arguments, "--"]


@thorough
@pytest.mark.parametrize("folder", ["autograded", "records", "logs"])
def test_a_full_disk(folder: str, root: Path, expected: Grades) -> None:
    """There is no room for one kind of file: it is told, nothing is half written, and later the work ends."""
    path = root / "class" / folder
    path.mkdir(exist_ok=True)
    command = start(root, inside=bind("--size", "4096", "--tmpfs", str(path)))
    assert command.wait() in (0, 1)
    assert "Traceback" not in command.said()
    if command.process.returncode:
        assert re.search("space|full|written|write", command.said()), command.said()
    grade(root)
    assert grades(root) == expected
    assert set(notebooks(root)) == set(ANSWERS)


@thorough
def test_a_disk_without_room_for_the_gradebook(root: Path, expected: Grades) -> None:
    """The whole class lies on a disk that is full: it is told, and the gradebook is none the worse."""
    classroom, saved = root / "class", root / "saved"
    classroom.rename(saved)
    classroom.mkdir()
    blocks = sum(-(-path.stat().st_size // 4096) for path in saved.rglob("*") if path.is_file())
    size = 4096 * (blocks + 4)
    fill = ["sh", "-c", 'cp -a "$0/." "$1" && shift && exec "$@"', str(saved), str(classroom)]
    command = start(root, inside=[*bind("--size", str(size), "--tmpfs", str(classroom)), *fill])
    assert_told(command, "space", "full", "can't be written", "cannot write")
    classroom.rmdir()
    saved.rename(classroom)
    grade(root)
    assert grades(root) == expected


@thorough
def test_a_class_that_is_read_only(root: Path, base: Path, expected: Grades) -> None:
    """It is told before anything runs, and nothing has changed."""
    path = str(root / "class")
    command = start(root, inside=bind("--ro-bind", path, path))
    assert_told(command, "cannot write", "read-only", "writable")
    assert grades(root) == grades(base)
    grade(root)
    assert grades(root) == expected


@thorough
def test_a_gradebook_that_somebody_locks_for_a_while(root: Path, expected: Grades) -> None:
    """Another program writes into it for some seconds: the grader waits, or says that it can go on later."""
    db = sqlite3.connect(gradebook(root), isolation_level=None)
    db.execute("begin exclusive")
    command = start(root)
    try:
        time.sleep(8)
    finally:
        db.rollback()
        db.close()
    if command.wait() != 0:
        assert "Traceback" not in command.said()
        assert re.search("gradebook|locked", command.said()), command.said()
        grade(root)
    assert grades(root) == expected


@thorough
def test_a_gradebook_that_was_deleted(graded: Path, expected: Grades) -> None:
    """All automatic grades are there again after the next run; only a person's are lost."""
    gradebook(graded).unlink()
    grade(graded)
    found = grades(graded)
    assert {key: row[0] for key, row in found.items()} == {key: row[0] for key, row in expected.items()}


@thorough
def test_a_gradebook_that_is_no_database(root: Path) -> None:
    """It is told, and the file is left for whoever can mend it."""
    gradebook(root).write_bytes(b"SQLite format 3\0" + b"garbage" * 999)
    before = gradebook(root).read_bytes()
    assert_told(start(root), "gradebook", "database")
    assert gradebook(root).read_bytes() == before


@thorough
def test_records_that_are_damaged(graded: Path, expected: Grades) -> None:
    """A record that cannot be read is as good as none: that submission is graded again, to the same result."""
    before = notebooks(graded)
    contents = (b"", b"{", b"[]", b'{"key": 3, "outcome": null}', b"\xff\0")
    damaged = dict(zip(sorted(ANSWERS), contents, strict=False))
    for student, content in damaged.items():
        (graded / "class" / "records" / TINY / f"{student}.json").write_bytes(content)
    grade(graded)
    after = notebooks(graded)
    assert {student for student in after if after[student] != before[student]} == set(damaged)
    assert grades(graded) == expected


@thorough
@pytest.mark.parametrize("folder", ["autograded", "logs", "records"])
def test_a_folder_of_results_that_was_deleted(folder: str, graded: Path, expected: Grades) -> None:
    """The next run puts it back, and the grades stay."""
    before = {path.name for path in (graded / "class" / folder).rglob("*")}
    shutil.rmtree(graded / "class" / folder)
    grade(graded)
    automatic = {key: row[:3] for key, row in grades(graded).items()}
    assert automatic == {key: row[:3] for key, row in expected.items()}
    if folder != "logs":
        assert {path.name for path in (graded / "class" / folder).rglob("*")} == before


@thorough
def test_a_secret_that_was_deleted(graded: Path, expected: Grades) -> None:
    """Hidden inputs are drawn with a new one; grades of right and wrong answers do not hang on it."""
    secrets = [path for path in (graded / "class").iterdir() if re.search("secret|key|seed", path.name)]
    assert secrets, "there is no secret to delete"
    for path in secrets:
        assert path.stat().st_mode & 0o077 == 0, "only the instructor may read it"
        path.unlink()
    hand_in(graded, "one-only", {"double": RIGHT["double"], "triple": "# nothing yet"})
    grade(graded)
    assert grades(graded) == expected


# --- what changes between and during runs ---------------------------------------------------------------------


@thorough
def test_only_a_submission_that_changed_is_run_again(graded: Path, undisturbed: Undisturbed) -> None:
    """A new hand-in is graded; the others stay as they are, down to their files, and take no time."""
    expected, seconds = undisturbed.grades, undisturbed.seconds
    before = notebooks(graded)
    again = grade(graded)
    assert notebooks(graded) == before
    assert again < seconds
    hand_in(graded, "nothing", RIGHT)
    grade(graded)
    after = notebooks(graded)
    assert {student for student in after if after[student] != before[student]} == {"nothing"}
    found = grades(graded)
    assert found["nothing", "grade_double"][0] == found["nothing", "grade_triple"][0] == 4.0
    others = {key: row for key, row in found.items() if key[0] != "nothing"}
    assert others == {key: row for key, row in expected.items() if key[0] != "nothing"}


@thorough
def test_all_are_graded_again_when_the_tests_changed(graded: Path) -> None:
    """New hidden tests count for everybody, whatever was graded before."""
    path = graded / "solutions" / TINY / "lab.ipynb"
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        cell.source = cell.source.replace("double(-7) == -14", "double(-7) == 99")
        if grade_id(cell) == "solve_double":  # the reference solution has to pass them, or nobody is graded
            cell.source = cell.source.replace("return ", "return 99 if x == -7 else ")
    nbformat.write(nb, path)
    grade(graded)
    found = grades(graded)
    assert {found[student, "grade_double"][0] for student in ANSWERS} == {0.0, 1.0}
    assert found["writer", "grade_why"][1] == 1.5


@thorough
def test_a_submission_that_vanishes_meanwhile(root: Path, expected: Grades) -> None:
    """Its folder is deleted while the class is graded: the others have their grades."""
    command = start(root)
    until(root, 1, command)
    shutil.rmtree(root / "class" / "submitted" / "wrong-sign")
    assert command.wait() in (0, 1)
    assert "Traceback" not in command.said()
    found = grades(root)
    others = [key for key in expected if key[0] != "wrong-sign"]
    assert {key: found[key] for key in others} == {key: expected[key] for key in others}


@thorough
def test_without_bubblewrap_nothing_runs(root: Path, base: Path, tmp_path: Path) -> None:
    """Work of strangers is not run without a sandbox: it is told what to install, and nothing has changed."""
    assert_told(start(root, PATH=str(tmp_path)), "bubblewrap")
    assert grades(root) == grades(base)


@thorough
def test_temporary_files_have_no_place(root: Path, expected: Grades) -> None:
    """TMPDIR leads nowhere: it works all the same, or it is told."""
    command = start(root, TMPDIR=str(root / "no" / "such" / "folder"))
    if command.wait() != 0:
        assert "Traceback" not in command.said()
    grade(root)
    assert grades(root) == expected
