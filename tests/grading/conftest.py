"""Temporary course folders: the graders' own tests never touch class/ or labs/."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

REPO = Path(__file__).parents[2]
LAB = "02-how-ai-models-work"
LABS = sorted(path.parent.name for path in REPO.glob("solutions/*/lab.ipynb"))
TINY = "90-tiny"


def make_root(folder: Path, **settings: str) -> Path:
    """A course folder with nbgrader's settings, and `settings` in addition."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (REPO / "nbgrader_config.py").read_text()
    extra = "".join(f"\nc.{name.replace('__', '.')} = {value}\n" for name, value in settings.items())
    (folder / "nbgrader_config.py").write_text(text + extra)
    (folder / "solutions").mkdir(exist_ok=True)
    return folder


def add_lab(root: Path, lab: str = LAB) -> Path:
    """Copy a lab (without its packet) into a course folder."""
    target = root / "solutions" / lab / "lab.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPO / "solutions" / lab / "lab.ipynb", target)
    return target


def submit(
    root: Path, assignment: str, student: str, content: NotebookNode | str, name: str = "lab.ipynb"
) -> Path:
    """Put a notebook, or any text, where a learner's submission lies."""
    path = root / "class" / "submitted" / student / assignment / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else nbformat.writes(content))
    return path


def cell_of(nb: NotebookNode, name: str) -> NotebookNode:
    """The cell with that grade_id."""
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def _meta(name: str, **kind: object) -> dict[str, object]:
    base = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {"schema_version": 3, "grade_id": name, **base, **kind}}


def tiny_lab() -> NotebookNode:
    """A lab without torch, so kernels start fast: `double`, `triple` (4 points each) and a text (2)."""
    cells = [new_markdown_cell("# Tiny", id="intro", metadata=_meta("intro", locked=True))]
    for name, factor in (("double", 2), ("triple", 3)):
        cells += [
            new_code_cell(
                f"def {name}(x):\n    ### BEGIN SOLUTION\n    return {factor} * x\n    ### END SOLUTION",
                id=f"solve_{name}",
                metadata=_meta(f"solve_{name}", solution=True),
            ),
            new_code_cell(
                f'assert {name}(1) == {factor}, "1 becomes {factor}"',
                id=f"check_{name}",
                metadata=_meta(f"check_{name}", grade=True, locked=True, points=0),
            ),
            new_code_cell(
                f"# hidden\n### BEGIN HIDDEN TESTS\nfrom course_lib.grading.checks import Checks\n"
                f'checks = Checks("{name}", points=4, limit=1, total=2)\n'
                f'with checks.check("positive", 1, "Positive numbers go wrong."):\n'
                f"    secret_input = 41\n    assert {name}(secret_input) == {factor} * secret_input\n"
                f'with checks.check("negative", 3, "Negative numbers go wrong."):\n'
                f"    assert {name}(-7) == {-7 * factor}\n"
                f"checks.score()\n### END HIDDEN TESTS",
                id=f"grade_{name}",
                metadata=_meta(f"grade_{name}", grade=True, locked=True, points=4),
            ),
        ]
    cells.append(
        new_markdown_cell(
            "Because.", id="grade_why", metadata=_meta("grade_why", grade=True, solution=True, points=2)
        )
    )
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def add_tiny(root: Path) -> Path:
    """Put the tiny lab into a course folder."""
    path = root / "solutions" / TINY / "lab.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(tiny_lab(), path)
    return path


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder in which lab 02 is released."""
    from course_lib.grading.classroom import make_release

    root = make_root(tmp_path_factory.mktemp("released"))
    add_lab(root)
    make_release(root, LAB)
    return root
