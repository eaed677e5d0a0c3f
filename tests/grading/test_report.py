"""The page about a class: right numbers, nothing that runs, readable by people who do not see it."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag

from course_lib.errors import CourseError
from course_lib.evaluation.intervals import wilson_interval
from course_lib.grading.bank import LabVerdicts, Verdict, graders_table
from course_lib.grading.checks import CheckResult
from course_lib.grading.classroom import GRADED, NOT_GRADED, Outcome
from course_lib.grading.record import save_record
from course_lib.grading.report import (
    build_page,
    check_rows,
    exercise_rows,
    histogram,
    misconceptions,
    write_report,
)
from course_lib.grading.similarity import Pair

from .conftest import TINY, make_root, tiny_lab

WHEN = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
MOST = {"double": 4.0, "triple_it": 4.0, "why": 2.0}
SIGN = "Negative numbers go <b>wrong</b>."


def check(name: str, reason: str, message: str = SIGN) -> CheckResult:
    passed = reason == "passed"
    return CheckResult(name, 2, 2 if passed else 0, reason, "" if passed else message)


def outcome(student: str, double: str, triple: str, waiting: tuple[str, ...] = (), **more: object) -> Outcome:
    """A graded submission whose second check of each exercise ended in this way."""
    checks = {
        name: [
            check("positive", "not written" if reason == "not written" else "passed"),
            check("negative", reason),
        ]
        for name, reason in (("double", double), ("triple_it", triple))
    }
    points = {name: sum(c.earned for c in found) for name, found in checks.items()} | {
        "why": 0.0 if waiting else 2.0
    }
    return Outcome(student, GRADED, points, MOST, waiting, checks, **more)  # type: ignore[arg-type]


CLASS = [
    outcome("ada", "passed", "passed"),
    outcome("ben", "passed", "failed", waiting=("why",)),
    outcome("cleo", "slow", "failed", flags=("Cell solve_double ended the kernel.",)),
    outcome("dan", "passed", "not written", waiting=("why",)),
    Outcome("eve<script>", NOT_GRADED, reason="lab.ipynb is empty."),
]
PAIRS = [Pair("ada", "ben", 0.75, (("double", 1.0), ("triple_it", 0.5)))]
GRADED_ONLY = CLASS[:4]


def words(tag: Tag | BeautifulSoup) -> str:
    return " ".join(tag.get_text(" ").split())


def section(page: BeautifulSoup, name: str) -> str:
    found = page.find("section", attrs={"aria-labelledby": name})
    assert isinstance(found, Tag)
    return words(found)


@pytest.fixture(scope="module")
def html() -> str:
    return build_page(TINY, CLASS, PAIRS, WHEN)


@pytest.fixture(scope="module")
def page(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_numbers_of_the_class(page: BeautifulSoup) -> None:
    assert page.p
    assert words(page.p) == (
        "Made 2026-11-24 14:05 UTC. 5 learners handed in: 4 graded, 1 not graded. "
        "2 learners have text that waits for a person."
    )
    assert "Of 10 points: mean 6.5, median 6, lowest 4, highest 10." in section(page, "scores")


def test_the_histogram_holds_everybody_once() -> None:
    bins = histogram([0, 9.99, 10, 119, 120], 120)
    assert [(b.low, b.high) for b in bins] == [(10 * i, 10 * i + 10) for i in range(12)]
    assert (bins[0].learners, bins[1].learners, bins[11].learners) == (2, 1, 2)
    assert len(histogram([7], 7)) == 7
    assert [b.learners for b in histogram([0.5, 1], 1)] == [2]
    assert sum(b.learners for b in histogram([3.3] * 9, 94)) == 9
    assert histogram([94], 94)[-1].high == 94


def test_points_per_exercise_leave_out_what_waits() -> None:
    double, triple, why = exercise_rows(GRADED_ONLY)
    assert (double.mean, double.full, double.none, double.waiting) == (3.5, 3, 0, 0)
    assert (triple.full, triple.none) == (1, 1)
    assert (why.mean, why.read, why.waiting) == (2.0, 2, 2)


def test_a_check_that_was_not_written_was_not_tried(page: BeautifulSoup) -> None:
    rows = {(row.exercise, row.name): row for row in check_rows(GRADED_ONLY)}
    assert list(rows) == [(e, c) for e in ("double", "triple_it") for c in ("positive", "negative")]
    row = rows["triple_it", "negative"]
    assert (row.passed, row.tried, row.not_written) == (1, 3, 1)
    assert "negative 2 1 of 3 1" in section(page, "exercises")


def test_misconceptions_have_a_share_and_its_interval(page: BeautifulSoup) -> None:
    first, second = misconceptions(GRADED_ONLY)
    assert (first.message, first.learners, first.tried) == (SIGN, 2, 3)
    assert (first.low, first.high) == wilson_interval(2, 3)
    assert (second.message, second.exercise, second.learners) == (
        "The check ran too long and was stopped.",
        "double",
        1,
    )
    assert f"{SIGN} triple it: negative 2 of 3 67 % 21 % to 94 %" in section(page, "misconceptions")


def test_what_needs_a_person(page: BeautifulSoup) -> None:
    assert "eve<script> lab.ipynb is empty." in section(page, "refused")
    assert "Cell solve_double ended the kernel. 1 cleo" in section(page, "noted")
    assert "why 2 ben, dan" in section(page, "waiting")
    similar = section(page, "similar")
    assert "A question, not a verdict" in similar
    assert "ada and ben 75 % double (100 %), triple it (50 %)" in similar


def test_the_page_is_accessible_and_on_its_own(html: str, page: BeautifulSoup) -> None:
    assert page.html
    assert page.html["lang"] == "en"
    assert page.title
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    for table in page.find_all("table"):
        assert table.caption
        assert all(th.get("scope") for th in table.find_all("th"))
    for svg in page.find_all("svg"):
        if svg.get("aria-hidden") == "true":  # a bar beside its number
            assert re.search(r"\d", words(svg.find_parent("tr")))
        else:
            assert svg["role"] == "img"
            assert "4 to 5 points: 1 learner." in words(svg.find("desc"))
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert not page.find(["script", "link", "img", "iframe", "a"])
    assert not re.search(r"https?://|url\(|@import|<b>wrong", html)
    assert "default-src 'none'" in html
    assert "@media print" in html


def test_a_class_of_nobody_graded_and_one_without_trouble() -> None:
    refused = BeautifulSoup(build_page(TINY, CLASS[4:], [], WHEN), "html.parser")
    assert "No submission could be graded." in section(refused, "scores")
    calm = BeautifulSoup(build_page(TINY, CLASS[:1], [], WHEN), "html.parser")
    for name, sentence in {
        "misconceptions": "No check failed.",
        "refused": "Everything that was handed in could be graded.",
        "noted": "Nothing unusual happened.",
        "waiting": "Nothing waits.",
        "similar": "No pair stands out.",
    }.items():
        assert sentence in section(calm, name)


def test_the_report_is_made_from_the_records(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    with pytest.raises(CourseError, match="Nothing of 90-tiny was graded yet: run `course grade 90` first"):
        write_report(root, TINY)
    for one in CLASS[:4]:
        save_record(root, TINY, one, "key")
    path = write_report(root, TINY)
    assert path == root / "class" / "reports" / f"{TINY}.html"
    assert "4 learners handed in" in path.read_text()
    assert write_report(root, TINY, tmp_path / "mine.html").is_file()
    with pytest.raises(CourseError, match="Cannot write"):
        write_report(root, TINY, tmp_path / "mine.html" / "below")
    json.loads((root / "class" / "records" / TINY / "ada.json").read_text())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"cells": [3], "nbformat": 4}'])
def test_one_damaged_notebook_does_not_stop_the_report(content: bytes, tmp_path: Path) -> None:
    root = make_root(tmp_path)
    released = root / "labs" / TINY / "lab.ipynb"
    released.parent.mkdir(parents=True)
    nbformat.write(tiny_lab(), released)
    for one in CLASS[:2]:
        save_record(root, TINY, one, "key")
    graded = root / "class" / "autograded" / "ada" / TINY / "lab.ipynb"
    graded.parent.mkdir(parents=True)
    graded.write_bytes(content)
    (root / "class" / "records" / TINY / "cleo.json").write_bytes(content)
    assert "2 learners handed in" in write_report(root, TINY).read_text()


def test_the_table_of_the_graders_counts_faults() -> None:
    verdicts = [Verdict("a", "x", True), Verdict("a", "y", True, "refused"), Verdict("b", "z", False)]
    lab = LabVerdicts("02-lab", verdicts)
    assert lab.row() == ("02", "2", "1 of 2", "1 of 1")
    assert graders_table([lab]).row_count == 1
