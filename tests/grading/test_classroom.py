"""Grading a class: damaged, cheating, stuck and crashing notebooks, and the batch goes on to its end."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import (
    ClassroomError,
    Outcome,
    generate_feedback,
    grade_submissions,
    make_release,
    validate_notebook,
)

from .conftest import TINY, add_tiny, cell_of, make_root, submit, tiny_lab

RIGHT = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}
WRONG = {**RIGHT, "triple": "def triple(x):\n    return abs(x) * 3"}
Damage = Callable[[NotebookNode], NotebookNode | str]


def keep(nb: NotebookNode, wanted: Callable[[NotebookNode], bool]) -> NotebookNode:
    nb.cells = [cell for cell in nb.cells if wanted(cell)]
    return nb


def name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def strip(nb: NotebookNode, *, ids: bool) -> NotebookNode:
    """Lose all metadata, as some editors and converters do."""
    for number, cell in enumerate(nb.cells):
        cell.metadata = {}
        if ids:
            cell.id = f"x{number}"
    return nb


def double_cells(nb: NotebookNode) -> NotebookNode:
    """Each cell twice; the first copy of an answer is an old, wrong attempt."""
    cells = []
    for number, cell in enumerate(nb.cells):
        old = copy.deepcopy(cell)
        old.id = f"copy{number}"
        if name(cell).startswith("solve_"):
            old.source = f"def {name(cell).removeprefix('solve_')}(x):\n    return 0"
        cells += [old, cell]
    nb.cells = cells
    return nb


def stub_pasted_back(nb: NotebookNode) -> NotebookNode:
    """After the answer stands a second copy of the untouched stub."""
    stub = copy.deepcopy(cell_of(nb, "solve_double"))
    stub.id, stub.source = "again", "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    nb.cells.insert(2, stub)
    return nb


def split_answer(nb: NotebookNode) -> NotebookNode:
    """A split cell: both halves carry the same grade_id."""
    first, second = cell_of(nb, "solve_double"), copy.deepcopy(cell_of(nb, "solve_double"))
    first.source, second.source, second.id = (
        "def twice(x):\n    return 2 * x",
        "def double(x):\n    return twice(x)",
        "half",
    )
    nb.cells.insert(nb.cells.index(first) + 1, second)
    return nb


def helper_cell(nb: NotebookNode) -> NotebookNode:
    """The answer leans on a cell of the learner's own."""
    nb.cells.insert(1, new_code_cell("def helper(x):\n    return 2 * x"))
    cell_of(nb, "solve_double").source = "def double(x):\n    return helper(x)"
    return nb


def more_points(nb: NotebookNode) -> NotebookNode:
    """Own points, own tests, and no longer locked."""
    for cell in nb.cells:
        if name(cell).startswith("grade_") and cell.cell_type == "code":
            cell.source = "1000.0"
            cell.metadata.nbgrader.points = 1000
            cell.metadata.nbgrader.locked = False
    cell_of(nb, "solve_triple").source = "def triple(x):\n    return 0"
    return nb


def skip_tag(nb: NotebookNode) -> NotebookNode:
    for cell in nb.cells:
        if name(cell).startswith("grade_"):
            cell.metadata.tags = ["skip-execution"]
    cell_of(nb, "solve_triple").source = "def triple(x):\n    return 0"
    return nb


def old_schema(nb: NotebookNode) -> NotebookNode:
    for cell in nb.cells:
        del cell.metadata.nbgrader["schema_version"]
    return nb


def other_kernel(nb: NotebookNode) -> NotebookNode:
    nb.metadata.kernelspec = {"name": "julia-9", "display_name": "Julia", "language": "julia"}
    return nb


def markdown_answer(nb: NotebookNode) -> NotebookNode:
    cell = cell_of(nb, "solve_double")
    cell.cell_type = "markdown"
    for key in ("outputs", "execution_count"):
        cell.pop(key, None)
    return nb


def damaged_cells(nb: NotebookNode) -> str:
    """A cell of an unknown type, and one with strange metadata."""
    data = json.loads(nbformat.writes(nb))
    data["cells"][2:2] = [
        {"cell_type": "sound", "source": "la", "metadata": {}},
        {"cell_type": "raw", "source": "", "metadata": {"nbgrader": {"grade_id": "grade_double", "x": [1]}}},
    ]
    return json.dumps(data)


def solving(exercise: str, source: str) -> Damage:
    def damage(nb: NotebookNode) -> NotebookNode:
        cell_of(nb, f"solve_{exercise}").source = source
        return nb

    return damage


SWALLOW = "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass"
FULL = {"double": 4.0, "triple": 4.0}
ONLY_TRIPLE = {"double": 0.0, "triple": 4.0}

# student -> (what happened to a right notebook, points, words of the reason)
CASES: dict[str, tuple[Damage, dict[str, float], str]] = {
    "as-it-is": (lambda nb: nb, FULL, ""),
    "no-tests": (
        lambda nb: keep(nb, lambda c: not name(c).startswith(("grade_d", "grade_t", "check_"))),
        FULL,
        "",
    ),
    "answers-only": (lambda nb: keep(nb, lambda c: name(c).startswith("solve_")), FULL, ""),
    "answer-deleted": (lambda nb: keep(nb, lambda c: name(c) != "solve_double"), ONLY_TRIPLE, ""),
    "no-cells": (lambda nb: keep(nb, lambda c: False), {"double": 0.0, "triple": 0.0}, ""),
    "all-cells-twice": (double_cells, FULL, ""),
    "stub-pasted-back": (stub_pasted_back, FULL, ""),
    "answer-split": (split_answer, FULL, ""),
    "own-helper": (helper_cell, FULL, ""),
    "metadata-lost": (lambda nb: strip(nb, ids=False), FULL, ""),
    "metadata-and-ids-lost": (lambda nb: strip(nb, ids=True), FULL, ""),
    "reversed": (lambda nb: NotebookNode({**nb, "cells": nb.cells[::-1]}), FULL, ""),
    "more-points": (more_points, {"double": 4.0, "triple": 0.0}, ""),
    "skip-tag": (skip_tag, {"double": 4.0, "triple": 0.0}, ""),
    "old-schema": (old_schema, FULL, ""),
    "other-kernel": (other_kernel, FULL, ""),
    "damaged-cells": (damaged_cells, FULL, ""),
    "answer-as-markdown": (markdown_answer, FULL, ""),
    "warns-on-stderr": (
        solving("double", "import sys\ndef double(x):\n    sys.stderr.write('!')\n    return 2 * x"),
        FULL,
        "",
    ),
    "syntax-error": (solving("double", "def double(x:\n    return 2"), ONLY_TRIPLE, ""),
    "endless-function": (
        solving("double", "def double(x):\n    while True:\n        pass"),
        ONLY_TRIPLE,
        "Cell check_double ran too",
    ),
    "endless-cell": (
        solving("double", "while True:\n    pass"),
        ONLY_TRIPLE,
        "Cell solve_double ran too long",
    ),
    "unstoppable-cell": (solving("double", SWALLOW), ONLY_TRIPLE, "Cell solve_double ran too long"),
    "kills-kernel": (
        solving("double", "import os\nos._exit(0)"),
        ONLY_TRIPLE,
        "Cell solve_double ended the kernel.",
    ),
    "kills-in-check": (
        solving("double", "import os\ndef double(x):\n    os._exit(0)"),
        ONLY_TRIPLE,
        "Cell check_double ended the kernel.",
    ),
    "returns-nonsense": (solving("double", "def double(x):\n    return print"), ONLY_TRIPLE, ""),
}

BROKEN: dict[str, tuple[str, str, str]] = {
    "cut-off": ("lab.ipynb", '{"cells": [', "lab.ipynb is not valid JSON (line 1)"),
    "empty": ("lab.ipynb", "", "lab.ipynb is empty."),
    "not-a-notebook": ("lab.ipynb", '{"a": 1}', "not a notebook"),
    "a-list": ("lab.ipynb", "[1, 2]", "not a notebook"),
    "no-source": (
        "lab.ipynb",
        json.dumps({**tiny_lab(), "cells": [{"cell_type": "code"}]}),
        "missing an expected key: metadata",
    ),
    "broken-cells": (
        "lab.ipynb",
        '{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        "lab.ipynb",
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_root(tmp_path_factory.mktemp("class"), Execute__timeout="3")
    add_tiny(root)
    make_release(root, TINY)
    return root


@pytest.fixture(scope="module")
def outcomes(root: Path) -> dict[str, Outcome]:
    release = root / "labs" / TINY / "lab.ipynb"
    for student, (damage, _, _) in CASES.items():
        submit(root, TINY, student, damage(build_submission(release, RIGHT)))
    for student, (file, content, _) in BROKEN.items():
        submit(root, TINY, student, content, file)
    (root / "class" / "submitted" / "empty-folder" / TINY).mkdir(parents=True)
    submit(root, TINY, "wrong-sign", build_submission(release, WRONG))
    seen: list[Outcome] = []
    outcomes = grade_submissions(root, TINY, on_result=seen.append)
    assert outcomes == sorted(seen, key=lambda outcome: outcome.student)
    return {outcome.student: outcome for outcome in outcomes}


@pytest.mark.slow
@pytest.mark.parametrize("student", CASES)
def test_what_a_notebook_went_through_costs_only_what_it_must(
    student: str, outcomes: dict[str, Outcome]
) -> None:
    _, points, reason = CASES[student]
    outcome = outcomes[student]
    assert outcome.status == "graded"
    assert {exercise: outcome.points[exercise] for exercise in points} == points
    assert outcome.max_points == {"double": 4.0, "triple": 4.0, "why": 2.0}
    assert reason in outcome.reason
    if not reason:
        assert outcome.reason == ""


@pytest.mark.slow
@pytest.mark.parametrize("student", BROKEN)
def test_what_cannot_be_graded_has_a_reason(student: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[student]
    assert outcome.status == "not graded"
    assert BROKEN[student][2] in outcome.reason
    assert outcome.score == 0


@pytest.mark.slow
def test_an_empty_folder_is_reported(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["empty-folder"].reason == "No lab.ipynb; found nothing."


@pytest.mark.slow
def test_partial_credit_and_the_failed_check_are_told(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["wrong-sign"]
    assert outcome.points["triple"] == 1.0
    assert [c.name for c in outcome.checks["triple"] if not c.passed] == ["negative"]
    assert outcome.waiting == ()  # the text was left empty: 0 points, nothing to read


@pytest.mark.slow
def test_grading_again_gives_the_same_and_keeps_manual_points(
    root: Path, outcomes: dict[str, Outcome]
) -> None:
    from nbgrader.api import Gradebook

    nb = build_submission(root / "labs" / TINY / "lab.ipynb", {**WRONG, "why": "Because of the sign."})
    submit(root, TINY, "writer", nb)
    (first,) = grade_submissions(root, TINY, ["writer"])
    assert first.waiting == ("why",)
    with Gradebook(f"sqlite:///{root / 'class' / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("grade_why", "lab", TINY, "writer")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    (second,) = grade_submissions(root, TINY, ["writer"])
    assert second.points == {**first.points, "why": 1.5}


@pytest.mark.slow
def test_feedback_says_what_failed_and_shows_no_hidden_test(root: Path, outcomes: dict[str, Outcome]) -> None:
    students = ["wrong-sign", "kills-in-check", "endless-cell", "syntax-error", "scripts"]
    nb = build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT)
    nb.cells.append(new_code_cell("from IPython.display import HTML\nHTML('<script>evil()</script>')"))
    submit(root, TINY, "scripts", nb)
    grade_submissions(root, TINY, ["scripts"])
    pages = {page.parts[-3]: page.read_text() for page in generate_feedback(root, TINY, students)}
    assert set(pages) == set(students)
    assert "Negative numbers go wrong." in pages["wrong-sign"]
    assert "triple: 1 of 4 points" in pages["wrong-sign"]
    assert "0.0 / 0.0" not in pages["wrong-sign"]
    assert "<script>evil()" not in pages["scripts"]
    for page in pages.values():
        for leak in ("secret_input", ">41<", "HIDDEN TESTS", "course_lib.grading", "checks.check("):
            assert leak not in page


@pytest.mark.slow
def test_plain_nbgrader_commands_grade_the_same(root: Path, outcomes: dict[str, Outcome]) -> None:
    """`nbgrader autograde` and `generate_feedback` in the course folder, without this library's command."""
    folder = Path(sys.executable).parent
    submit(root, TINY, "plain", skip_tag(build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT)))
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    for command in (("autograde", TINY), ("generate_feedback", TINY)):
        done = subprocess.run(
            ["nbgrader", *command, "--student", "plain"], cwd=root, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    page = (root / "class" / "feedback" / "plain" / TINY / "lab.html").read_text()
    assert "double: 4 of 4 points" in page
    assert "triple: 0 of 4 points" in page
    assert "secret_input" not in page


@pytest.mark.slow
def test_the_formgraders_button_grades_the_same(root: Path, outcomes: dict[str, Outcome]) -> None:
    """The button calls nbgrader's API inside the Jupyter server."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    kill = "try:\n        os.kill(os.getppid(), 9)\n    except OSError:\n        pass"
    hostile = {**RIGHT, "triple": f"import os\n\ndef triple(x):\n    {kill}\n    return 3 * x"}
    submit(root, TINY, "button", build_submission(root / "labs" / TINY / "lab.ipynb", hostile))
    api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config())
    assert api.autograde(TINY, "button")["success"]
    assert api.gradebook.find_submission(TINY, "button").score == 8.0


@pytest.mark.slow
def test_a_grade_cell_without_a_score_gives_nothing(tmp_path: Path) -> None:
    """Printing, a negative number, a text are no evidence; stock nbgrader gives full points for them."""
    endings = ("print(4)", "-1.0", "'well done'", "4.5", "float('nan')", "None", "display(4.0); 1 / 0", "4.0")
    root = make_root(tmp_path)
    nb = tiny_lab()
    model = cell_of(nb, "grade_double")
    for number, ending in enumerate(endings):
        cell = copy.deepcopy(model)
        cell.id = cell.metadata.nbgrader.grade_id = f"grade_{number}"
        cell.source = f"### BEGIN HIDDEN TESTS\n{ending}\n### END HIDDEN TESTS"
        nb.cells.append(cell)
    path = root / "solutions" / TINY / "lab.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nb, path)
    make_release(root, TINY)
    submit(root, TINY, "s", build_submission(root / "labs" / TINY / "lab.ipynb", RIGHT))
    (outcome,) = grade_submissions(root, TINY)
    points = {ending: outcome.points[str(number)] for number, ending in enumerate(endings)}
    assert points == {ending: 4.0 if ending == "4.0" else 0.0 for ending in endings}


@pytest.mark.slow
def test_a_second_notebook_beside_the_lab_is_graded_too(tmp_path: Path) -> None:
    """The packet: a missing one costs its points, a broken one does not spoil the lab."""
    root = make_root(tmp_path)
    lab = add_tiny(root)
    packet = tiny_lab()
    packet.cells = [cell for cell in packet.cells if "triple" not in cell.id]
    for cell in packet.cells:
        if "double" in cell.id:
            cell.id = cell.metadata.nbgrader.grade_id = cell.id.replace("double", "packet")
    nbformat.write(packet, lab.with_name("packet.ipynb"))
    make_release(root, TINY)
    released = root / "labs" / TINY
    for student in ("both", "lab-only", "packet-broken"):
        submit(root, TINY, student, build_submission(released / "lab.ipynb", RIGHT))
    answer = build_submission(released / "packet.ipynb", {"packet": "def double(x):\n    return 2 * x"})
    submit(root, TINY, "both", answer, "packet.ipynb")
    submit(root, TINY, "packet-broken", "{", "packet.ipynb")
    both, lab_only, broken = grade_submissions(root, TINY)
    assert both.points["double"] == 4.0
    assert set(both.max_points) == {"double", "triple", "why", "packet", "packet:why"}
    assert (lab_only.status, lab_only.points["triple"]) == ("graded", 4.0)
    assert "No packet.ipynb" in lab_only.reason
    assert (broken.status, broken.points["triple"]) == ("not graded", 4.0)
    assert "packet.ipynb is not valid JSON" in broken.reason


@pytest.mark.slow
def test_validating_a_notebook_tells_each_exercise(root: Path, tmp_path: Path) -> None:
    nb = build_submission(root / "labs" / TINY / "lab.ipynb", {"double": "def double(x):\n    return x"})
    path = tmp_path / "lab.ipynb"
    nbformat.write(nb, path)
    double, triple, why = validate_notebook(path)
    assert (double.exercise, double.status, double.message) == ("double", "failed", "1 becomes 2")
    assert (triple.status, triple.message) == ("not written", "")
    assert (why.exercise, why.status) == ("why", "not written")
    cell_of(nb, "check_double").source = "pass"
    cell_of(nb, "grade_why").source = "Because I say so."
    nbformat.write(nb, path)
    assert [report.status for report in validate_notebook(path)] == ["changed", "not written", "passed"]


def test_validating_a_broken_file_says_why(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps({"a": 1}))
    with pytest.raises(ClassroomError, match="not a notebook"):
        validate_notebook(path)


def test_a_lab_that_does_not_exist_is_said_so(root: Path) -> None:
    with pytest.raises(ClassroomError, match="has no notebook"):
        make_release(root, "77-nothing")
