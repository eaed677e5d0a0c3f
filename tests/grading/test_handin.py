"""A lab that is damaged, renamed, untouched or half done: said at once, and no advice hands in an empty lab."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from course_lib.errors import CourseError
from course_lib.grading import exchange
from course_lib.grading.admit import grade_ids, match_notebook
from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import grade_submissions, make_release
from course_lib.grading.exchange import HAS_EXCHANGE, HandedIn
from course_lib.grading.handin import HandInError, look_before
from course_lib.workspace import Workspace
from grading.conftest import TINY, add_tiny, make_root, submit, tiny_lab

ANSWERS = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_root(tmp_path_factory.mktemp("handin") / "course")
    add_tiny(root)
    make_release(root, TINY)
    return root


@pytest.fixture
def course(made: Path, tmp_path: Path) -> Workspace:
    """A course with the tiny lab, fetched by its learner."""
    workspace = Workspace(Path(shutil.copytree(made, tmp_path / "course")))
    shutil.copytree(workspace.labs / TINY, workspace.work / TINY)
    return workspace


def write(course: Workspace, name: str = "lab.ipynb", **answers: str) -> Path:
    nb = build_submission(course.labs / TINY / "lab.ipynb", answers)
    path = course.work / TINY / name
    nbformat.write(nb, path)
    return path


def look(course: Workspace, anyway: bool = False) -> list[str]:
    return look_before(course.work / TINY, course.labs / TINY, anyway)


def test_a_finished_lab_is_handed_in_without_a_word(course: Workspace) -> None:
    write(course, **ANSWERS, why="Because it is so.")
    assert look(course) == []


def test_a_half_done_lab_is_handed_in_with_a_note(course: Workspace) -> None:
    write(course, double=ANSWERS["double"])
    assert look(course) == [
        "lab.ipynb: 2 of 3 exercises are still empty (triple, why); handed in all the same."
    ]


@pytest.mark.parametrize("how", ["as given", "run", "cells deleted", "cleared"])
def test_an_untouched_lab_is_refused_unless_it_is_meant(course: Workspace, how: str) -> None:
    path = course.work / TINY / "lab.ipynb"
    nb = nbformat.read(path, as_version=4)
    if how == "run":
        nb.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")]
    elif how == "cells deleted":
        del nb.cells[2:]
    elif how == "cleared":
        nb.cells[-1].source = " "
    nbformat.write(nb, path)
    with pytest.raises(HandInError, match=r"lab\.ipynb is untouched: nothing was handed in.*--anyway"):
        look(course)
    assert look(course, anyway=True) == ["lab.ipynb is untouched; handed in all the same."]


def test_own_cells_are_work(course: Workspace) -> None:
    path = course.work / TINY / "lab.ipynb"
    nb = nbformat.read(path, as_version=4)
    nb.cells.append(nbformat.v4.new_code_cell("def double(x):\n    return x + x"))
    nbformat.write(nb, path)
    assert look(course) == [
        "lab.ipynb: 3 of 3 exercises are still empty (double, triple, why); handed in all the same."
    ]


@pytest.mark.parametrize("text", ['{"cells": [', "", "[]", '{"cells": 1, "nbformat": 4}'])
def test_a_damaged_notebook_is_refused_whatever_was_meant(course: Workspace, text: str) -> None:
    (course.work / TINY / "lab.ipynb").write_text(text)
    with pytest.raises(HandInError, match=r"^lab\.ipynb .*hand in again"):
        look(course, anyway=True)


def test_a_renamed_notebook_is_told_by_its_cells(course: Workspace) -> None:
    write(course, **ANSWERS).rename(course.work / TINY / "my lab.ipynb")
    with pytest.raises(
        HandInError, match=r"^`my lab.ipynb` is not `lab.ipynb`: rename it, and hand in again\.$"
    ):
        look(course)


def test_work_in_a_renamed_file_is_not_forgotten_over_a_fresh_copy(course: Workspace) -> None:
    """`course start` puts an empty lab.ipynb beside it: handing that in would hand in nothing."""
    write(course, "my lab.ipynb", **ANSWERS)
    with pytest.raises(
        HandInError, match=r"lab\.ipynb is untouched, but `my lab.ipynb` holds work: rename it"
    ):
        look(course, anyway=True)


def test_without_any_notebook_of_the_lab_it_is_said_what_is_there(course: Workspace) -> None:
    (course.work / TINY / "lab.ipynb").unlink()
    nbformat.write(nbformat.v4.new_notebook(), course.work / TINY / "other.ipynb")
    with pytest.raises(HandInError, match=r"There is no lab\.ipynb in 90-tiny; found other\.ipynb") as caught:
        look(course)
    assert "course start" not in str(caught.value)


def test_a_notebook_is_matched_only_if_there_is_one(tmp_path: Path) -> None:
    lab = tiny_lab()
    expected = grade_ids(lab)
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "other.ipynb")
    (tmp_path / "broken.ipynb").write_text("{")
    assert match_notebook(tmp_path, expected, ["lab"]) is None
    nbformat.write(lab, tmp_path / "lab.ipynb")
    assert match_notebook(tmp_path, expected, ["lab"]) is None, "it has its name"
    del lab.cells[:3]
    nbformat.write(lab, tmp_path / "LAB 1.IPYNB")
    assert match_notebook(tmp_path, expected, ["lab"]) == tmp_path / "LAB 1.IPYNB"
    nbformat.write(lab, tmp_path / "lab-Copy1.ipynb")
    assert match_notebook(tmp_path, expected, ["lab"]) is None, "which of the two?"
    assert match_notebook(tmp_path / "nowhere", expected, ["lab"]) is None


@pytest.mark.slow
def test_a_renamed_notebook_is_graded_and_it_is_said(course: Workspace) -> None:
    nb = build_submission(course.labs / TINY / "lab.ipynb", ANSWERS)
    folder = submit(course.root, TINY, "ada", nb, "my lab.ipynb").parent
    for name in ("data.csv", "page.xhtm", "page.html.png", "page"):
        (folder / name).write_text("x")
    (outcome,) = grade_submissions(course.root, TINY, trust=True)
    assert outcome.status == "graded"
    assert outcome.score == 8.0
    assert "my lab.ipynb was graded as lab.ipynb." in outcome.reason
    graded = course.classroom / "autograded" / "ada" / TINY
    assert sorted(path.name for path in graded.iterdir()) == ["data.csv", "lab.ipynb", "page.html.png"]


def test_plain_nbgrader_keeps_no_more_in_the_graded_folder(tmp_path: Path) -> None:
    notebook = tmp_path / "class" / "submitted" / "ada" / TINY / "lab.ipynb"
    graded = tmp_path / "class" / "autograded" / "ada" / TINY
    (graded / "part").mkdir(parents=True)
    for name in ("lab.ipynb", "data.csv", "page.xhtm", "part/page.SVG", "part/page"):
        (graded / name).touch()
    exchange.after_autograde(TINY, "ada", [str(notebook)])
    left = [path.relative_to(graded).as_posix() for path in graded.rglob("*") if path.is_file()]
    assert sorted(left) == ["data.csv", "lab.ipynb"]


def test_plain_nbgrader_meets_no_time_that_it_cannot_read(tmp_path: Path) -> None:
    folder = tmp_path / "class" / "submitted" / "ada" / TINY
    folder.mkdir(parents=True)
    stamp = folder / "timestamp.txt"
    stamp.write_text("2026-01-01 00:00:00 UTC")
    exchange.before_autograde(TINY, "ada", [str(folder / "lab.ipynb")])
    assert stamp.is_file()
    stamp.write_text("99999999999999999999")
    exchange.before_autograde(TINY, "ada", [str(folder / "lab.ipynb")])
    assert not stamp.exists()


@pytest.mark.skipif(not HAS_EXCHANGE, reason="nbgrader has no exchange here")
class TestExchange:
    """The same on the way through the exchange, from the command and from JupyterLab's button."""

    @pytest.fixture
    def inbound(self, course: Workspace) -> Path:
        exchange.release(course)
        return next((course.classroom / "exchange").glob("*/inbound"))

    def test_the_command_says_it_and_nothing_arrives(self, course: Workspace, inbound: Path) -> None:
        with pytest.raises(CourseError, match=r"untouched.*course submit 90 --anyway"):
            exchange.submit(course, TINY, "ada")
        assert list(inbound.iterdir()) == []
        note = "lab.ipynb is untouched; handed in all the same."
        assert exchange.submit(course, TINY, "ada", anyway=True) == HandedIn("ada", [note])
        write(course, double=ANSWERS["double"])
        assert "2 of 3 exercises" in exchange.submit(course, TINY, "ada").notes[0]
        assert len(list(inbound.iterdir())) == 2

    @pytest.fixture
    def settings_as_before(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        from nbgrader.server_extensions.assignment_list.handlers import AssignmentList

        monkeypatch.setattr(AssignmentList, "submit_assignment", AssignmentList.submit_assignment)
        before = Path.cwd()
        yield
        os.chdir(before)

    @pytest.mark.usefixtures("settings_as_before")
    def test_the_assignment_list_says_it_in_one_sentence(
        self, course: Workspace, inbound: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from nbgrader.server_extensions.assignment_list.handlers import AssignmentList

        monkeypatch.chdir(course.root)
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(course.root))  # as `course lab` does
        manager = AssignmentList()
        manager.root_dir = str(course.root)
        listed = manager.list_released_assignments("how-ai-models-work")
        assert listed["success"], listed
        write(course, **ANSWERS).rename(course.work / TINY / "my lab.ipynb")
        answer = manager.submit_assignment("how-ai-models-work", TINY)
        assert answer == {
            "success": False,
            "value": "`my lab.ipynb` is not `lab.ipynb`: rename it, and hand in again.",
        }
        assert list(inbound.iterdir()) == []
        write(course, **ANSWERS)
        assert manager.submit_assignment("how-ai-models-work", TINY) == {"success": True}
        assert len(list(inbound.iterdir())) == 1
