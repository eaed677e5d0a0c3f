"""What `course grade` prints about a class: names are text, old marks and late points show, no password does."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from course_lib.grading.classroom import gradebook_name
from course_lib.grading.day import points_table
from course_lib.grading.record import GRADED, NOT_GRADED, Outcome

from .conftest import make_root

MOST = {"double": 4.0, "why": 2.0}


def shown(*outcomes: Outcome) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(points_table("Lab", outcomes))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def rows(text: str) -> dict[str, list[str]]:
    found = [[cell.strip() for cell in re.split("[│┃]", line)[1:-1]] for line in text.splitlines()]
    return {cells[0]: cells[1:] for cells in found if cells}


def test_an_old_mark_and_what_being_late_costs_are_shown() -> None:
    text = shown(
        Outcome("ada", GRADED, {"double": 4.0, "why": 1.5}, MOST, ("why",), penalty=0.55),
        Outcome("ben", GRADED, {"double": 4.0, "why": 0.0}, MOST, ("why",)),
        Outcome("cleo", NOT_GRADED, {"double": 1.0, "why": 0.0}, MOST),
    )
    table = rows(text)
    assert table["learner"] == ["1", "2", "late", "of 6"]
    assert table["ada"] == ["4", "1.5*", "-0.55", "4.95"]
    assert table["ben"] == ["4", "*", "", "4"]
    assert table["cleo"] == ["-", "-", "-", "(1)"], "points of an earlier hand-in stand"
    assert "late" not in shown(Outcome("ben", GRADED, {"double": 4.0}, MOST))


def test_a_name_is_no_markup_and_colours_nothing() -> None:
    text = shown(Outcome("[red]eve\x1b[31m\u202e", GRADED, {"double": 4.0}, MOST))
    assert "[red]eve[31m" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql+psycopg://grader:geheim@db.example.org/gradebook", "gradebook on db.example.org"),
        ("postgresql+psycopg://grader@/class?host=/run/pg&password=geheim", "class on /run/pg"),
    ],
)
def test_the_gradebook_in_use_is_named_without_its_password(url: str, name: str, tmp_path: Path) -> None:
    root = make_root(tmp_path, CourseDirectory__db_url=repr(url))
    assert gradebook_name(root) == f"postgresql database {name}"
    assert gradebook_name(make_root(tmp_path / "other")).endswith("/class/gradebook.db")
