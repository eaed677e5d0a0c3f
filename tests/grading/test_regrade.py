"""A grade that would change is shown and confirmed first; nothing that one learner hands in stops the class."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from course_lib.grading import classroom
from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import NOT_GRADED, Outcome, grade_submissions, make_release
from course_lib.grading.day import yes_to
from course_lib.grading.record import GRADED
from course_lib.grading.regrade import Change, NotConfirmedError, Pending, reasons, summary
from course_lib.grading.task import Graded, Result

from .conftest import TINY, add_tiny, cell_of, make_root, submit

RIGHT = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}
WRONG = {**RIGHT, "triple": "def triple(x):\n    return abs(x) * 3"}


def outcome(points: float, status: str = GRADED, **more: object) -> Outcome:
    return Outcome("ada", status, {"a": points}, {"a": 10.0}, **more)  # type: ignore[arg-type]


def test_the_reasons_name_what_is_different() -> None:
    before = {"answer": "1", "time": "1", "check": "1", "due": "1", "limits": "1", "grader": "1"}
    assert reasons(before, {**before, "check": "2"}) == "changed check"
    assert reasons(before, {**before, "answer": "2", "time": "2", "grader": "2"}) == (
        "new answer and new grader version"
    )
    assert reasons(before, {**before, "time": "2"}) == "handed in again, the same answer"
    assert reasons(before, before) == "graded again, nothing else changed"
    assert reasons({}, before) == "graded by an older version"


def test_a_summary_says_who_by_how_much_and_why() -> None:
    changes = [
        Change(outcome(9.4), outcome(9, penalty=0.5), "changed due date"),
        Change(outcome(8), outcome(8, NOT_GRADED, reason="lab.ipynb\x1b[31m is empty."), "new answer"),
    ]
    assert all(change.matters for change in changes)
    assert not Change(outcome(8), outcome(8), "changed check").matters
    assert summary(changes) == [
        "2 grades change: 0 up, 1 down.",
        "  ada: 9.4 -> 8.5 (-0.9), changed due date",
        "  ada: 8 stays, new answer; not or not wholly graded: lab.ipynb[31m is empty.",
    ]


def test_without_a_terminal_only_yes_changes_grades(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    changes = [Change(outcome(9), outcome(8), "changed check")]
    assert yes_to(changes, Console(), yes=True)
    with pytest.raises(NotConfirmedError, match="add --yes"):
        yes_to(changes, Console(), yes=False)
    assert "ada: 9 -> 8 (-1), changed check" in capsys.readouterr().out


def test_what_waits_for_a_yes_holds_for_one_key_only(tmp_path: Path) -> None:
    pending = Pending(tmp_path, TINY)
    result = Result("ada", {"lab": Graded(text="{}", scores={"a": 1.0}, files={"packet/x": b"\xff"})}, 1.5)
    pending.save("key", result)
    assert pending.load("ada", "key") == result
    assert pending.load("ada", "other") is None
    (pending.folder / "ada.json").write_text("{")
    assert pending.load("ada", "key") is None
    pending.drop("ada")
    assert not pending.folder.exists()


@pytest.fixture
def root(tmp_path: Path, bubblewrap: None) -> Path:
    """Ada is graded with 5 of 8, Ben with 8 of 8."""
    root = make_root(tmp_path / "class")
    add_tiny(root)
    make_release(root, TINY)
    for student, answers in (("ada", WRONG), ("ben", RIGHT)):
        submit(root, TINY, student, build_submission(root / "labs" / TINY / "lab.ipynb", answers))

    def never(changes: Sequence[Change]) -> bool:
        raise AssertionError("a first grade asks nothing")

    assert [o.score for o in grade_submissions(root, TINY, confirm=never)] == [5.0, 8.0]
    return root


def contents(root: Path) -> dict[str, object]:
    """Everything that holds grades."""
    with sqlite3.connect(root / "class" / "gradebook.db") as db:
        found: dict[str, object] = {"gradebook": sorted(db.execute("select id, auto_score from grade"))}
    for folder in ("records", "autograded"):
        for path in (root / "class" / folder).rglob("*"):
            if path.is_file():
                found[str(path)] = path.read_bytes()
    return found


def forgive_signs(root: Path) -> None:
    """The instructor changes a check: negative numbers are no longer asked for."""
    path = root / "solutions" / TINY / "lab.ipynb"
    nb = nbformat.read(path, as_version=4)
    cell = cell_of(nb, "grade_triple")
    cell.source = cell.source.replace("triple(-7) == -21", "triple(7) == 21")
    nbformat.write(nb, path)


@pytest.mark.slow
def test_a_changed_check_is_confirmed_before_anything_is_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgive_signs(root)
    before = contents(root)
    asked: list[Change] = []

    def no_terminal(changes: Sequence[Change]) -> bool:
        asked.extend(changes)
        assert {k: v for k, v in contents(root).items() if "ben" not in k} == {
            k: v for k, v in before.items() if "ben" not in k
        }
        raise NotConfirmedError("nobody to ask")

    with pytest.raises(NotConfirmedError):
        grade_submissions(root, TINY, confirm=no_terminal)
    (change,) = asked
    assert change.line() == "ada: 5 -> 8 (+3), changed check", "Ben's grade stays as it is: nothing to ask"
    assert contents(root)["gradebook"] == before["gradebook"]

    def run_nothing(tasks: object, *how: object) -> list[Result]:
        assert not list(tasks), "what was computed is not computed again"  # type: ignore[call-overload]
        return []

    with monkeypatch.context() as patch:
        patch.setattr(classroom, "grade_tasks", run_nothing)
        ada, _ = grade_submissions(root, TINY, confirm=lambda changes: True)
    assert ada.score == 8.0
    assert [o.score for o in grade_submissions(root, TINY, confirm=no_terminal)] == [8.0, 8.0]
    assert not (root / "class" / "pending" / TINY).exists()


@pytest.mark.slow
def test_no_leaves_the_old_grades(root: Path) -> None:
    forgive_signs(root)
    submit(root, TINY, "ben", "{")
    before = contents(root)
    asked: list[Change] = []
    with pytest.raises(NotConfirmedError, match="No grade was changed"):
        grade_submissions(root, TINY, confirm=lambda changes: bool(asked.extend(changes)))
    assert [change.line() for change in asked][1].startswith(
        "ben: 8 stays, new answer and changed check; not or not wholly"
    )
    assert contents(root) == before
    assert not (root / "class" / "pending" / TINY).exists()


@pytest.mark.slow
def test_a_grade_is_asked_for_whatever_became_of_its_record(root: Path) -> None:
    """Records are lost, or the last hand-in was broken: the gradebook still holds a grade."""
    asked: list[Change] = []

    def note(changes: Sequence[Change]) -> bool:
        asked.extend(changes)
        return True

    (root / "class" / "records" / TINY / "ada.json").unlink()
    submit(root, TINY, "ben", "{")
    grade_submissions(root, TINY, confirm=note)
    assert [change.after.student for change in asked] == ["ben"], "Ada's points come out the same"
    submit(root, TINY, "ben", build_submission(root / "labs" / TINY / "lab.ipynb", WRONG))
    grade_submissions(root, TINY, confirm=note)
    assert asked[1].line() == "ben: 8 -> 5 (-3), new answer"


PLACES = {
    "read": (classroom._Run, "_read"),
    "prepare": (classroom, "submission_seed"),
    "keep the notebook": (classroom._Run, "_write_notebooks"),
    "keep the points": (classroom.Book, "write"),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "error", [OverflowError("date value out of range"), OSError(36, "File name too long")]
)
def test_whatever_is_wrong_with_one_hand_in_is_one_learner_s_sentence(
    place: str, error: Exception, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw, at each step of Ada's way."""
    owner, name = PLACES[place]
    real = getattr(owner, name)

    def fails_for_ada(*arguments: object) -> object:
        if "ada" in arguments:
            raise error
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fails_for_ada)
        ada, ben = grade_submissions(root, TINY, again=True)
    assert (ada.status, ben.status) == (NOT_GRADED, GRADED)
    assert str(error.args[-1]) in ada.reason
    assert ada.score == 5.0, "the old grade stays"
    assert [o.status for o in grade_submissions(root, TINY)] == [GRADED, GRADED], (
        "the next time it is tried again"
    )
