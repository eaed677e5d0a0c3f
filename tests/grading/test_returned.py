"""Every hand-in gets a page that its learner can fetch, also one that could not be graded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from course_lib.grading import returned
from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import NOT_GRADED, Outcome, make_release
from course_lib.grading.day import give_back, grade_class
from course_lib.grading.exchange import HAS_EXCHANGE, nbgrader_settings, submit
from course_lib.grading.returned import ADVICE, OTHERWISE, advice, reason_page
from course_lib.workspace import Workspace

from .conftest import TINY, add_tiny, make_root

RIGHT = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("No lab.ipynb; found my lab.ipynb.", "Rename"),
        ("lab.ipynb is not valid JSON (line 3); it was probably cut off or edited by hand.", "fresh copy"),
        ("lab.ipynb has 70 MB; at most 64 MB can be graded.", "Clear the outputs"),
        ("More than 200 files and 32 MB lie beside the notebook.", "Clear the outputs"),
        ("lab.ipynb is not a plain file.", "not a link"),
        ("Something else.", "show it to your instructor"),
    ],
)
def test_the_advice_fits_the_reason(reason: str, what: str) -> None:
    assert what in advice(reason)


def test_a_page_without_points_says_why_and_what_to_do_and_runs_nothing() -> None:
    outcome = Outcome("eve\x1b<script>", NOT_GRADED, {"a": 3.0}, {"a": 4.0})
    page = reason_page("02-lab", "lab<b>", outcome, "lab.ipynb is <empty>.\u202e")
    soup = BeautifulSoup(page, "html.parser")
    text = " ".join(soup.get_text(" ").split())
    assert "lab.ipynb is <empty>." in text
    assert "course start 02" in text
    assert "What was graded before stays: 3 of 4 points." in text
    assert not soup.find(["script", "b", "link", "img"])
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert all(what for _, what in ADVICE)
    assert OTHERWISE


def fetched(workspace: Workspace) -> dict[str, str]:
    """What nbgrader's own *Fetch Feedback* brings to the learner's folder: text of each page by its name."""
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange.default import ExchangeFetchFeedback

    shutil.rmtree(workspace.work / TINY / "feedback", ignore_errors=True)
    with nbgrader_settings(workspace) as config:
        config.CourseDirectory.assignment_id = TINY
        ExchangeFetchFeedback(coursedir=CourseDirectory(config=config), config=config).start()
    pages = (workspace.work / TINY / "feedback").rglob("*.html")
    return {
        page.stem: " ".join(BeautifulSoup(page.read_text(), "html.parser").get_text(" ").split())
        for page in pages
    }


def hand_in(workspace: Workspace, learner: str, name: str, content: str) -> None:
    """Submit through the exchange; what a careful `submit` would refuse gets there by other ways."""
    folder = workspace.work / TINY
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(workspace.labs / TINY, folder)
    submit(workspace, TINY, learner, anyway=True)
    for copy in [*inbound(workspace, learner), *cached(workspace, learner)]:
        (copy / "lab.ipynb").unlink()
        (copy / name).write_text(content)


def inbound(workspace: Workspace, learner: str) -> list[Path]:
    return list(workspace.classroom.glob(f"exchange/*/inbound/{learner}+*"))


def cached(workspace: Workspace, learner: str) -> list[Path]:
    return list(workspace.work.glob(f".submitted/*/{learner}+*"))


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.skipif(not HAS_EXCHANGE, reason="nbgrader has no exchange here")
def test_from_hand_in_to_fetched_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ada is right, Ben's file is cut off, Cleo renamed hers, Dan's secret is lost, Eve handed in something else, and
    Finn 600 files."""
    root = make_root(tmp_path / "course")
    add_tiny(root)
    make_release(root, TINY)
    workspace = Workspace(root)
    right = nbformat.writes(build_submission(root / "labs" / TINY / "lab.ipynb", {**RIGHT, "why": "So."}))
    for learner, name, content in (
        ("ada", "lab.ipynb", right),
        ("ben", "lab.ipynb", right[:500]),
        ("cleo", "my lab.ipynb", right),
        ("dan", "lab.ipynb", right),
        ("eve", "other.ipynb", nbformat.writes(nbformat.v4.new_notebook())),
        ("finn", "lab.ipynb", right),
    ):
        hand_in(workspace, learner, name, content)
    for folder in inbound(workspace, "dan"):
        (folder / "submission_secret.txt").unlink()
    for number in range(600):
        (inbound(workspace, "finn")[0] / f"{number}.txt").touch()

    grade_class(workspace, TINY, Console(width=200), hold=True)
    said = capsys.readouterr().out
    assert "held: look, then `course give-back 90`" in said
    released = list(workspace.classroom.glob("exchange/*/feedback/*.html"))
    assert not released
    outcomes = grade_class(workspace, TINY, Console(width=200))
    said = capsys.readouterr().out
    assert "5 learners can fetch theirs" in said
    assert re.search(r"give the page yourself: dan\n", said)
    page = root / "class" / "feedback" / "dan" / TINY / "lab.html"
    assert page.is_file()

    def only(learner: str) -> dict[str, str]:
        """What this learner fetches: on a machine of one's own there are no other people's copies."""
        for other in workspace.work.glob(".submitted/*/*"):
            other.rename(tmp_path / other.name)
        for own in tmp_path.glob(f"{learner}+*"):
            own.rename(workspace.work / ".submitted" / "how-ai-models-work" / own.name)
        return fetched(workspace)

    ada, ben, cleo, eve, finn = (only(who) for who in ("ada", "ben", "cleo", "eve", "finn"))
    assert "8 of 10 points so far" in ada["lab"]
    assert "not valid JSON" in ben["lab"]
    assert "course start 90" in ben["lab"]
    assert "8 of 10 points so far" in cleo["my lab"], "it was graded, and it is fetched under its own name"
    assert "No lab.ipynb; found other.ipynb." in eve["other"]
    assert "Rename your notebook" in eve["other"]
    assert re.search("more than 500 files.*take large files out", finn["lab"]), "it was not even collected"

    from course_lib.grading.classroom import _gradebook

    with _gradebook(root) as book:
        grade = book.find_grade("grade_why", "lab", TINY, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        book.db.commit()
    give_back(workspace, TINY, Console(quiet=True), outcomes)
    assert "10 of 10 points" in only("ada")["lab"]


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_a_page_that_cannot_be_written_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_root(tmp_path / "course")
    add_tiny(root)
    make_release(root, TINY)
    for learner in ("ada", "ben"):
        folder = root / "class" / "submitted" / learner / TINY
        folder.mkdir(parents=True)
        notebook = build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT)
        (folder / "lab.ipynb").write_text(nbformat.writes(notebook))
    real = returned.generate_feedback

    def fails(root: Path, lab: str, students: list[str]) -> list[Path]:
        if students == ["ada"]:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return real(root, lab, students)

    monkeypatch.setattr(returned, "generate_feedback", fails)
    grade_class(Workspace(root), TINY, Console(width=200))
    said = capsys.readouterr().out
    assert "no page for ada: UnicodeEncodeError" in said
    assert (root / "class" / "feedback" / "ben" / TINY / "lab.html").is_file()
