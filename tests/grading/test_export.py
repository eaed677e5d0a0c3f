"""Grades leave the gradebook as Canvas, Moodle and nbgrader's CSV: right numbers, safe cells, nothing overwritten."""

from __future__ import annotations

import csv
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course_lib.errors import CourseError
from course_lib.grading.classroom import NOT_GRADED, Outcome
from course_lib.grading.export import export_grades
from course_lib.grading.record import save_record
from course_lib.workspace import use_own_tools

from .conftest import make_root

# The warnings are from nbgrader's own queries.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
LABS = ("01-first", "02-second")


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy of the class, for each test its own."""
    return Path(shutil.copytree(made, tmp_path / "class-copy"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook with two labs (10 and 4 points) and learners of all kinds."""
    root = make_root(tmp_path_factory.mktemp("class"))
    (root / "class").mkdir()
    with gradebook(root) as book:
        for lab, points in zip(LABS, (10, 4), strict=True):
            book.add_assignment(lab, duedate=datetime(2026, 11, 1))
            book.add_notebook("lab", lab)
            book.add_grade_cell("grade_x", "lab", lab, max_score=points, cell_type="code")
        book.add_student(
            "ada", first_name="Ada", last_name="Lovelace", email="ada@example.org", lms_user_id="4711"
        )
        book.add_student("ben", first_name='=HYPERLINK("http://evil")', last_name="+1, \n@x")
        book.add_student("cleo", first_name="Zoë", last_name='"Q", van', email="=1+1")
        book.add_student("-dan", first_name="Dan")
        for student, lab, score, penalty in (
            ("ada", LABS[0], 9.5, None),
            ("ada", LABS[1], 4, 1.5),
            ("ben", LABS[0], 1 / 3, None),
            ("-dan", LABS[0], 7, None),
        ):
            book.add_submission(lab, student)
            grade = book.find_grade("grade_x", "lab", lab, student)
            grade.auto_score, grade.needs_manual_grade = score, False
            book.find_submission_notebook("lab", lab, student).late_submission_penalty = penalty
        book.find_grade("grade_x", "lab", LABS[0], "ben").needs_manual_grade = True
        book.db.commit()
    return root


def gradebook(root: Path) -> Gradebook:
    use_own_tools()  # nbgrader calls `alembic` by name
    return Gradebook(f"sqlite:///{root / 'class' / 'gradebook.db'}", "how-ai-models-work")


@pytest.fixture
def rows(root: Path) -> dict[str, list[list[str]]]:
    found = {}
    for kind in ("canvas", "moodle", "csv"):
        path, _ = export_grades(root, kind)
        with path.open(newline="", encoding="utf-8") as file:
            found[kind] = list(csv.reader(file))
    return found


def test_canvas_finds_its_columns(rows: dict[str, list[list[str]]]) -> None:
    head, possible, ada, ben, cleo = rows["canvas"]
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *LABS]
    assert "Points Possible" in possible[0]
    assert possible[5:] == ["10", "4"]
    assert ada == ["Lovelace, Ada", "4711", "", "ada", "", "9.5", "2.5"], "the late penalty is off"
    assert ben[3:] == ["ben", "", "0.33", ""], "no submission, no grade: not a 0"
    assert cleo[0] == '"Q", van, Zoë'


def test_moodle_finds_a_learner_and_a_column_per_lab(rows: dict[str, list[list[str]]]) -> None:
    head, ada, ben, cleo = rows["moodle"]
    assert head == ["Username", "ID number", "Email address", "First name", "Surname", *LABS]
    assert ada == ["ada", "4711", "ada@example.org", "Ada", "Lovelace", "9.5", "2.5"]
    assert ben[5:] == ["0.33", ""]
    assert cleo[:5] == ["cleo", "", "", "Zoë", '"Q", van']


def test_nbgraders_own_csv_has_its_columns_and_whole_rows(rows: dict[str, list[list[str]]]) -> None:
    head, *lines = rows["csv"]
    assert head[:4] == ["assignment", "duedate", "timestamp", "student_id"]
    assert all(len(line) == len(head) for line in lines), (
        "nbgrader quotes nothing; a comma in a name breaks a row"
    )
    by_key = {(line[0], line[3]): dict(zip(head, line, strict=True)) for line in lines}
    assert set(by_key) == {(lab, student) for lab in LABS for student in ("ada", "ben", "cleo")}
    assert by_key[LABS[1], "ada"]["score"] == "2.5"
    assert by_key[LABS[1], "ada"]["raw_score"] == "4.0"
    assert by_key[LABS[0], "cleo"]["last_name"] == '"Q", van'


def test_no_cell_is_a_formula(rows: dict[str, list[list[str]]]) -> None:
    cells = [cell for lines in rows.values() for line in lines for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert any(cell.startswith("'+1, @x") for cell in cells)


def test_what_a_person_should_know_is_said(root: Path) -> None:
    save_record(root, LABS[0], Outcome("eve", NOT_GRADED, reason="lab.ipynb is empty."), "")
    path, notes = export_grades(root, "canvas", [LABS[0]])
    assert any(note.startswith("01-first: text waits") and note.endswith(": ben.") for note in notes)
    assert "01-first: handed in, but not or not wholly graded: eve." in notes
    assert any("'-dan' is left out" in note for note in notes)
    assert any("cleo: email is left out" in note for note in notes)
    eve = next(line for line in path.read_text().splitlines() if line.startswith("eve"))
    assert eve == "eve,,,eve,,", "who could not be graded has a row, and no 0"


@pytest.mark.parametrize(
    "name", ["＝1+1", "\ufeff=1+1", "\u200b=1+1", "\x1b=1+1", "\u202e=1+1", "\x00 \x7f=1+1"]
)
def test_no_disguise_makes_a_name_a_formula(root: Path, name: str) -> None:
    with gradebook(root) as book:
        book.find_student("ben").first_name = name
        book.find_student("ben").last_name = ""
        book.db.commit()
    for kind in ("canvas", "moodle", "csv"):
        path, _ = export_grades(root, kind)
        with path.open(newline="", encoding="utf-8") as file:
            shown = next(cell for row in csv.reader(file) for cell in row if "1+1" in cell)
        assert shown in ("'=1+1", "'＝1+1")


ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,01-first (4711),Lab two (4712),Current Score
    Points Possible,,,,,10,4,(read only)
"Lovelace, Ada",4711,s-1,ada,Monday,,,
"Zoë, Cleo",4713,s-3,cleo,Monday,,,
"New, Nora",4719,s-9,nora,Friday,,,
"""


def test_canvas_keeps_its_assignments_and_its_roster(root: Path, tmp_path: Path) -> None:
    roster = tmp_path / "canvas.csv"
    roster.write_text("\ufeff" + ROSTER)
    path, notes = export_grades(root, "canvas", roster=roster)
    head, possible, ada, cleo, nora = csv.reader(path.open(newline="", encoding="utf-8"))
    assert head[5:] == ["01-first (4711)", "02-second"]
    assert possible[5:] == ["10", "4"]
    assert ada == ["Lovelace, Ada", "4711", "s-1", "ada", "Monday", "9.5", "2.5"]
    assert (cleo[3:], nora[3:]) == (["cleo", "Monday", "", ""], ["nora", "Friday", "", ""])
    assert "No grade for cleo, nora: their cells are empty." in notes
    assert "Not in Canvas' roster, and left out: ben." in notes
    assert any("no column for 02-second" in note for note in notes)

    (root / "class" / "canvas-columns.yaml").write_text("02-second: Lab two (4712)\n")
    path, notes = export_grades(root, "canvas", roster=roster, force=True)
    assert path.read_text().splitlines()[0].endswith(",01-first (4711),Lab two (4712)")
    assert not any("no column" in note for note in notes)
    path, _ = export_grades(root, "canvas", force=True)
    assert "Lab two (4712)" in path.read_text(), "the names hold without a roster too"


def test_a_roster_that_is_none_is_said_so(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(CourseError, match="no columns Student and ID"):
        export_grades(root, "canvas", roster=other)
    with pytest.raises(CourseError, match="goes with --format canvas"):
        export_grades(root, "moodle", roster=other)


def test_only_the_labs_that_are_named(root: Path, tmp_path: Path) -> None:
    path, _ = export_grades(root, "canvas", [LABS[1]], out=tmp_path / "mine.csv")
    assert path.read_text().splitlines()[0].endswith(f"Section,{LABS[1]}")
    with pytest.raises(CourseError, match="77-none was graded yet"):
        export_grades(root, "canvas", ["77-none"], out=tmp_path / "other.csv")


def test_nothing_is_overwritten_without_force(root: Path) -> None:
    path, _ = export_grades(root, "moodle")
    path.write_text("mine")
    with pytest.raises(CourseError, match="exists already"):
        export_grades(root, "moodle")
    assert path.read_text() == "mine"
    export_grades(root, "moodle", force=True)
    assert path.read_text().startswith("Username")
    assert path.stat().st_mode & 0o077 == 0, "names and grades are for their owner"
    assert not list(path.parent.glob(f".{path.name}*")), "no temporary file is left"
    with pytest.raises(CourseError, match="Cannot write"):
        export_grades(root, "moodle", out=path / "x.csv")
    with pytest.raises(CourseError, match="choose from canvas, moodle, csv"):
        export_grades(root, "xls")


def test_before_anything_was_graded(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Nothing was graded yet"):
        export_grades(make_root(tmp_path / "empty"), "canvas")
