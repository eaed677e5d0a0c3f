"""What every lesson keeps: its budget, its outputs, its accessibility, and sentences that stay true.

nbval runs each lesson once: the stored outputs must be what the cells print today, within the budget. Results are
compared as the rounded text that stands beside a picture, never as pixels; COURSE_KERNELS=all runs each lesson
on other kernel paths of torch and another number of threads too.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
WHOLE, ONE_CELL = 90.0, 20.0  # seconds on two threads

COMPARED = "nbval-check-output"  # tag of a cell whose output nbval compares

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def html_of(notebook: NotebookNode) -> str:
    """Return all HTML that the stored outputs would show."""
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs if "data" in output]
    return "\n".join(output.data.get("text/html", "") for output in outputs)


def test_there_are_lessons() -> None:
    assert LESSONS, "lessons/ is empty: the tests below would check nothing"


@each_lesson
def test_size(path: Path) -> None:
    notebook = read(path)
    assert 15 <= len(notebook.cells) <= 40
    long = {cell.id: n for cell in code_cells(notebook) if (n := len(cell.source.splitlines())) > 15}
    assert not long, f"code cells over 15 lines: {long}"


def prose(notebook: NotebookNode) -> str:
    """What everybody reads: Markdown without what is folded, code and formulas."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    return re.sub(r"\$\$.*?\$\$|<[^>]+>|\]\([^)]*\)", " ", text, flags=re.DOTALL)


@each_lesson
def test_the_prose_is_as_long_as_an_evening_allows(path: Path) -> None:
    words = re.findall(r"\w[\w'’-]*", prose(read(path)))
    assert 1200 <= len(words) <= 1800, f"{len(words)} words that are not folded"


@each_lesson
def test_code_fits_the_page_and_leaves_conclusions_to_the_library(path: Path) -> None:
    for cell in code_cells(read(path)):
        wide = [line for line in cell.source.splitlines() if len(line) > 100]
        assert not wide, f"cell {cell.id}: wider than 100 characters: {wide}"
        tree = ast.parse(cell.source)
        assert not any(isinstance(node, ast.Name) and node.id == "say" for node in ast.walk(tree)), (
            f"cell {cell.id} says what was found: a function of the library does that"
        )
        long = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)
                and isinstance(node.value, str) and len(node.value) > 70]  # fmt: skip
        assert not long, f"cell {cell.id} holds sentences: {long}"


@each_lesson
def test_each_prediction_is_asked_for_right_above_its_cell(path: Path) -> None:
    """One prediction a cell, `my_... = None`, which that cell uses; the prose above it says "Predict first" once."""
    cells = read(path).cells
    for before, cell in pairwise(cells):
        asked = re.findall(r"^(my_\w+) = None", cell.source, re.MULTILINE) if cell.cell_type == "code" else []
        assert len(asked) <= 1, f"cell {cell.id} asks for {len(asked)} predictions"
        wanted = before.source.count("Predict first") if before.cell_type == "markdown" else 0
        assert wanted == len(asked), (
            f"cell {cell.id}: {len(asked)} predictions, asked for {wanted} times above"
        )
        for name in asked:
            assert len(re.findall(rf"\b{name}\b", cell.source)) >= 2, f"cell {cell.id} never uses {name}"


@each_lesson
def test_outputs_are_kept_and_show_no_error(path: Path) -> None:
    for cell in code_cells(read(path)):
        assert cell.outputs, f"cell {cell.id} has no stored output"
        for output in cell.outputs:
            assert output.output_type != "error", f"cell {cell.id} stores an error"
            assert output.get("name") != "stderr", f"cell {cell.id} stores a warning"


@each_lesson
def test_some_results_are_checked_by_nbval(path: Path) -> None:
    checked = [cell for cell in code_cells(read(path)) if COMPARED in cell.metadata.get("tags", [])]
    assert len(checked) >= 5
    assert not any("NBVAL" in cell.source for cell in code_cells(read(path))), "readers see no marks of tests"


@each_lesson
def test_the_title_card_is_complete(path: Path) -> None:
    card = read(path).cells[0].source
    for part in (
        "Where you are",
        "Same topic as",
        "After this you can",
        "Needs",
        "Time",
        "You will measure",
        "Why it matters",
    ):
        assert part in card, part


@each_lesson
def test_headings_are_in_order_and_one_is_the_title(path: Path) -> None:
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    levels = [len(match) for match in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    for before, after in pairwise(levels):
        assert after <= before + 1, "a heading level is skipped"


@each_lesson
def test_every_image_has_a_text_alternative(path: Path) -> None:
    notebook = read(path)
    images = re.findall(r"<img [^>]*>", html_of(notebook))
    assert len(images) >= 3, "a lesson has figures"
    for image in images:
        alternative = re.search(r'alt="([^"]*)"', image)
        assert alternative, image[:80]
        assert len(alternative.group(1)) >= 20, f"too short to say what is seen: {alternative.group(1)!r}"
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert "image/png" not in output.get("data", {}), f"cell {cell.id}: an image without alternative"
    for cell in notebook.cells:
        for alternative in re.findall(
            r"!\[([^\]]*)\]\(", cell.source if cell.cell_type == "markdown" else ""
        ):
            assert alternative.strip()


@each_lesson
def test_nothing_comes_from_the_network(path: Path) -> None:
    notebook = read(path)
    assert not re.search(r"<script|src=[\"']https?:", html_of(notebook))
    code = "\n".join(cell.source for cell in code_cells(notebook))
    assert not re.search(r"\b(requests|urllib|urlretrieve|wget|curl|pip install)\b", code)


@each_lesson
def test_results_are_not_typed_into_prose(path: Path) -> None:
    """A percentage in a prose cell must be an input of the lesson, which its code repeats, not a result."""
    notebook = read(path)
    code = "\n".join(cell.source for cell in code_cells(notebook))
    source = code + (ROOT / "course_lib" / "data" / "facts.py").read_text()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for number in re.findall(r"(\d+(?:\.\d+)?) ?%", cell.source):
                share = f"{float(number) / 100:.2f}"
                assert number in source or share in source, (
                    f"{number} % in cell {cell.id} stands nowhere in the code"
                )


def test_sizes_named_in_prose_are_those_of_the_data() -> None:
    """Three sentences give a size before its cell runs, so that a prediction can be made; they are checked here."""
    from course_lib.data.claims import claim
    from course_lib.explore.first_model import small_world
    from course_lib.training.course_gpt import load_course_gpt, make_corpus

    prose = {
        path.name[:2]: "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
        for path in LESSONS
    }
    assert f"This text has {len(set(small_world()))} different characters." in prose["00"]
    _, tokenizer, record = load_course_gpt("base")
    thousands = round(len(tokenizer.encode(make_corpus(record["seed"]).text)) / 1000, -1)
    assert f"about {thousands:.0f} thousand tokens of the manual" in prose["01"]
    v = claim("llama-3-8b-shape").values
    size = f"{v['params_b']} billion weights in {v['layers']} layers"
    assert f"{size}, with {v['kv_heads']} key-value heads of size {v['head_dim']}" in prose["04"]


@pytest.mark.slow
@each_lesson
def test_the_lesson_runs_in_its_budget_and_prints_what_it_stores(path: Path, tmp_path: Path) -> None:
    """One run by nbval: outputs of cells with the tag nbval-check-output are compared, and each cell is timed."""
    report = tmp_path / "report.xml"
    command = [
        "--nbval-lax",
        f"--nbval-sanitize-with={Path(__file__).with_name('sanitize.cfg')}",
        "--nbval-cell-timeout=60",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        str(path),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *command],
        cwd=ROOT,
        env={**os.environ, "COURSE_FROZEN": "1", "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    cells = ElementTree.parse(report).getroot().iter("testcase")
    took = {str(cell.get("name")): float(cell.get("time", "nan")) for cell in cells}
    assert len(took) == len(code_cells(read(path)))
    slowest = max(took, key=lambda name: took[name])
    print(f"{path.stem}: {sum(took.values()):.1f} s, slowest {slowest} with {took[slowest]:.1f} s")
    crowded = max(1.0, os.getloadavg()[1] / (os.cpu_count() or 1))  # others compute here, too
    assert sum(took.values()) <= WHOLE * crowded, took
    assert took[slowest] <= ONE_CELL * crowded, took
