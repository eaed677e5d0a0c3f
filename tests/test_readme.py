"""The README keeps its word: its commands, links and figures are real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_lib.explore.keep_figures import kept_figures, stored_figure
from course_lib.grading.answers import load_bank

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "assessments" / "instructor-guide.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    for link in links:
        assert link.startswith("https:") or (page.parent / link).exists(), link


def test_figures_are_the_lessons_own() -> None:
    """A figure in the README is, byte for byte, what its lesson stores."""
    kept = kept_figures(ROOT / "lessons")
    shown = set(re.findall(r"\]\((lessons/images/\d\d-[^)]+)\)", (ROOT / "README.md").read_text()))
    assert {str(path.relative_to(ROOT)) for path in kept} == shown
    assert len(kept) >= 4
    for image, (notebook, cell, place) in kept.items():
        assert image.read_bytes() == stored_figure(notebook, cell, place)[0], (
            f"{image.name}: run `make lessons`"
        )


def test_a_figure_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="'nowhere' stores no image 1"):
        stored_figure(next((ROOT / "lessons").glob("00-*.ipynb")), "nowhere")


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {"lab", "test", "demo"} <= named <= targets


def test_the_grader_table_counts_the_bank() -> None:
    rows = re.findall(
        r"^\| (\d\d) \| (\d+) \| (\d+) of \3 \| (\d+) of \4 \|$", (ROOT / "README.md").read_text(), re.M
    )
    banks = {path.name[:2]: load_bank(path) for path in sorted((ROOT / "tests" / "answers").iterdir())}
    assert [row[0] for row in rows] == list(banks)
    for lab, exercises, right, wrong in rows:
        bank = banks[lab]
        assert int(exercises) == len({answer.exercise for answer in bank})
        assert int(right) == sum(answer.right for answer in bank)
        assert int(wrong) == sum(not answer.right for answer in bank)


def test_the_lesson_table_names_what_exists() -> None:
    text = (ROOT / "README.md").read_text()
    for lesson in (ROOT / "lessons").glob("*.ipynb"):
        assert f"(lessons/{lesson.name})" in text
    assert re.findall(r"^\| (\d\d) \| [^|]+\| (?:to come|lesson)", text, flags=re.MULTILINE) == [
        f"{number:02}" for number in range(13)
    ]
