"""Damaged files among whole ones: each gets its points or one sentence that says why not, and nobody else loses.

What happens to single cells of a readable notebook is in test_classroom.py; here the file itself is damaged.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import Outcome, generate_feedback, grade_submissions, make_release

from .conftest import TINY, add_tiny, make_root, submit
from .test_classroom import FULL, RIGHT

pytestmark = pytest.mark.slow

Damage = Callable[[Path], object]
WHOLE = ("0-whole", "m-whole", "z-whole")
MEGABYTE = "x" * 1_000_000


def edited(change: Callable[[dict[str, Any]], object]) -> Damage:
    """Change the notebook's JSON, without anybody checking it."""

    def damage(path: Path) -> None:
        data = json.loads(path.read_text())
        change(data)
        path.write_text(json.dumps(data))

    return damage


def each_cell(change: Callable[[dict[str, Any], int], object]) -> Damage:
    """Change every cell's JSON."""
    return edited(lambda data: [change(cell, place) for place, cell in enumerate(data["cells"])])


def setting(**values: object) -> Damage:
    """Replace entries at the top of the notebook."""
    return edited(lambda data: data.update(values))


def text_replaced(change: Callable[[str], bytes]) -> Damage:
    """Replace the file's bytes by others, made of its text."""
    return lambda path: path.write_bytes(change(path.read_text()))


def as_version(version: int) -> Damage:
    """Save the notebook as an old Jupyter did."""
    return lambda path: path.write_text(
        json.dumps(nbformat.convert(nbformat.read(path, as_version=4), version))
    )


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "lab.ipynb").write_text("{}")


def swap(data: dict[str, Any], key: str) -> None:
    """Exchange what two answer cells have under `key`: their place, or their ids."""
    places = {cell["id"]: place for place, cell in enumerate(data["cells"])}
    one, other = places["solve_double"], places["solve_triple"]
    cells = data["cells"]
    if key == "place":
        cells[one], cells[other] = cells[other], cells[one]
    else:
        cells[one][key], cells[other][key] = cells[other][key], cells[one][key]


def retag(cell: dict[str, Any], place: int) -> None:
    """Every flag of nbgrader turned round."""
    about = cell["metadata"]["nbgrader"]
    about.update({flag: not about[flag] for flag in ("grade", "solution", "locked")})


def printed(megabytes: int) -> dict[str, Any]:
    lines = [MEGABYTE + "\n"] * megabytes
    return {"output_type": "stream", "name": "stdout", "text": lines}


def add_output(data: dict[str, Any]) -> None:
    data["cells"][1]["outputs"] = [printed(40)]


def add_cells(data: dict[str, Any], source: object, count: int) -> None:
    """Add cells of the learner's own at the end."""
    data["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": source} for _ in range(count)]


REPAIRED: dict[str, Damage] = {
    "format-4.0": setting(nbformat_minor=0),
    "format-4.99": setting(nbformat_minor=99),
    "no-metadata": setting(metadata={}),
    "swapped-cells": edited(lambda data: swap(data, "place")),
    "swapped-cell-ids": edited(lambda data: swap(data, "id")),
    "retagged": each_cell(retag),
    "one-id-for-all": each_cell(lambda cell, place: cell.update(id="same")),
    "ids-too-long": each_cell(lambda cell, place: cell.update(id=f"{place} " * 99)),
    "lines-as-one-text": each_cell(lambda cell, place: cell.update(source="".join(cell["source"]))),
    "outputs-missing": each_cell(lambda cell, place: cell.pop("outputs", None)),
    "windows-lines": text_replaced(lambda text: text.replace("\n", "\r\n").encode()),
    "nineteen-hundred-cells": edited(lambda data: add_cells(data, "", 1900)),
    "stored-output-of-40-MB": edited(add_output),
}

# What the file became, and words of the reason that it cannot be graded.
REFUSED: dict[str, tuple[Damage, str]] = {
    "latin-1": (text_replaced(lambda text: text.replace("Tiny", "Übung").encode("latin-1")), "read as text"),
    "utf-16": (text_replaced(lambda text: text.encode("utf-16")), "read as text"),
    "a-picture": (text_replaced(lambda text: b"\x89PNG\r\n\x1a\n" + bytes(99)), "read as text"),
    "twenty-thousand-cells": (edited(lambda data: add_cells(data, "", 20_000)), "at most 2,000"),
    "zeros": (text_replaced(lambda text: bytes(5000)), "JSON"),
    "deep": (text_replaced(lambda text: b"[" * 200_000 + b"]" * 200_000), "JSON|deep"),
    "deep-metadata": (
        text_replaced(lambda text: text.replace('"metadata"', '"x": ' + "[" * 50_000, 1).encode()),
        "JSON|deep",
    ),
    "endless-number": (
        text_replaced(lambda text: text.replace("null", "9" * 5000, 1).encode()),
        "JSON|number|damaged",
    ),
    "a-folder": (as_folder, "not a plain file|can't be read"),
    "format-99": (setting(nbformat=99), "99|format|version|damaged|not a notebook"),
    "format-is-a-word": (setting(nbformat="four"), "format|version|damaged"),
    "source-of-numbers": (each_cell(lambda cell, place: cell.update(source=[1, None, {}])), "damaged|text"),
    "eighty-megabytes": (edited(lambda data: add_cells(data, MEGABYTE, 80)), "MB"),
}

# What may be graded or refused, but not stop anything.
SURVIVED: dict[str, Damage] = {
    "byte-order-mark": text_replaced(lambda text: b"\xef\xbb\xbf" + text.encode()),
    "format-3": as_version(3),
    "format-2-claimed": setting(nbformat=2),
    "format-3-claimed": setting(nbformat=3),
    "not-a-number": setting(metadata={"width": float("nan"), "height": float("inf")}),
    "key-twice": text_replaced(lambda text: text.replace("{", '{"nbformat": 4, "cells": [],', 1).encode()),
    "swapped-grade-ids": edited(lambda data: swap(data, "metadata")),
    "metadata-null": each_cell(lambda cell, place: cell.update(metadata=None)),
    "nbgrader-is-a-list": each_cell(lambda cell, place: cell["metadata"].update(nbgrader=[place])),
    "cells-are-texts": setting(cells=["x", None, 3]),
    "half-a-character": edited(lambda data: add_cells(data, "half \ud800 of a pair", 1)),
    "null-characters": edited(lambda data: add_cells(data, "a\0b", 1)),
    "fifty-megabytes": edited(lambda data: add_cells(data, MEGABYTE, 50)),
    "answer-of-5-MB": edited(lambda data: data["cells"][1].update(source=f"# {MEGABYTE * 5}")),
    "kernel-is-a-number": setting(metadata={"kernelspec": 3, "language_info": []}),
    "Zoë O'Hara (2)": lambda path: None,
    "-rf": lambda path: None,
    "a[1]*": lambda path: None,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_root(tmp_path_factory.mktemp("class"), Execute__timeout="3")
    add_tiny(root)
    make_release(root, TINY)
    nb = build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT)
    damages = {**REPAIRED, **{name: damage for name, (damage, _) in REFUSED.items()}, **SURVIVED}
    for student in WHOLE:
        submit(root, TINY, student, nb)
    for student, damage in damages.items():
        damage(submit(root, TINY, student, nb))
    return root


@pytest.fixture(scope="module")
def outcomes(bubblewrap: None, root: Path) -> dict[str, Outcome]:
    return {outcome.student: outcome for outcome in grade_submissions(root, TINY, jobs=2)}


def says_why(outcome: Outcome) -> bool:
    """Whether the reason is a sentence for people: no traceback, and no fault of the grader itself."""
    wrong = re.search(r"Traceback|\n|grading failed", outcome.reason, re.IGNORECASE)
    return outcome.reason.endswith(".") and len(outcome.reason) < 400 and not wrong


def exercises(outcome: Outcome) -> dict[str, float]:
    return {exercise: outcome.points[exercise] for exercise in FULL}


def test_the_batch_is_complete(outcomes: dict[str, Outcome]) -> None:
    assert set(outcomes) == {*WHOLE, *REPAIRED, *REFUSED, *SURVIVED}


@pytest.mark.parametrize("student", [*WHOLE, *REPAIRED])
def test_what_can_be_read_has_full_points(student: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[student]
    assert (outcome.status, outcome.reason, exercises(outcome)) == ("graded", "", FULL)


@pytest.mark.parametrize("student", REFUSED)
def test_what_cannot_be_read_has_its_reason(student: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[student]
    assert (outcome.status, outcome.score) == ("not graded", 0)
    assert says_why(outcome), outcome.reason
    assert re.search(REFUSED[student][1], outcome.reason)


@pytest.mark.parametrize("student", SURVIVED)
def test_what_is_strange_is_graded_or_has_its_reason(student: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[student]
    if outcome.status == "graded":
        assert set(exercises(outcome).values()) <= {0.0, 4.0}
    else:
        assert says_why(outcome), outcome.reason


def test_whoever_was_graded_gets_a_page(root: Path, outcomes: dict[str, Outcome]) -> None:
    graded = [student for student, outcome in outcomes.items() if outcome.status == "graded"]
    pages = {page.parts[-3] for page in generate_feedback(root, TINY, graded)}
    assert pages == set(graded)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("part", ["lab.ipynb", "."])
def test_a_file_without_permission_has_its_reason(part: str, bubblewrap: None, tmp_path: Path) -> None:
    """The file, or its folder, cannot be read: the neighbour is graded."""
    root = make_root(tmp_path)
    add_tiny(root)
    make_release(root, TINY)
    nb = build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT)
    submit(root, TINY, "whole", nb)
    closed = submit(root, TINY, "closed", nb).parent / part
    closed.chmod(0)
    try:
        refused, whole = grade_submissions(root, TINY, ["closed", "whole"])
    finally:
        closed.chmod(0o700)
    assert (refused.status, exercises(whole)) == ("not graded", FULL)
    assert says_why(refused), refused.reason
