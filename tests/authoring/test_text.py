"""Notebooks as text and back: nothing is lost, and a broken text is one sentence."""

from pathlib import Path

import nbformat
import pytest

from course_lib.authoring.text import as_file, lesson_texts, make_notebooks, read, to_notebook, to_text
from course_lib.errors import CourseError
from course_lib.workspace import Workspace

REPO = Path(__file__).parents[2]
NOTEBOOKS = [*sorted(REPO.glob("lessons/*.ipynb")), *sorted(REPO.glob("solutions/*/*.ipynb"))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: "/".join(path.parts[-2:])[-40:])
def test_a_notebook_comes_back_byte_by_byte(path: Path) -> None:
    before = nbformat.read(path, as_version=4)
    again = to_notebook(to_text(before), "solutions" in path.parts, before)
    assert as_file(again) == path.read_text(encoding="utf-8")


def test_what_changed_loses_its_output_and_the_rest_keeps_it() -> None:
    before = nbformat.read(REPO / "lessons/00-start-here.ipynb", as_version=4)
    shown = [cell for cell in before.cells if cell.cell_type == "code" and cell.outputs]
    text = to_text(before).replace(shown[1].source, shown[1].source + "\n# changed")
    after = {cell.id: cell for cell in to_notebook(text, False, before).cells}
    assert after[shown[1].id].outputs == []
    assert after[shown[0].id].outputs == shown[0].outputs


def test_settings_follow_from_ids() -> None:
    text = (
        "#%%% markdown intro\nx\n#%%% code solve_a\nx\n#%%% code check_a\nx\n#%%% code grade_a 8 points\nx\n"
        "#%%% code try_a\nx\n#%%% code measure_a free\nx\n#%%% markdown grade_b 1 point\nx\n#%%% code overview\nx\n"
    )
    cells = {cell.id: cell.metadata.get("nbgrader") for cell in to_notebook(text, lab=True).cells}
    assert {id for id, settings in cells.items() if settings is None} == {"try_a", "measure_a", "overview"}
    wanted = {  # grade, locked, solution, points
        "intro": (False, True, False, None),
        "solve_a": (False, False, True, None),
        "check_a": (True, True, False, 0),
        "grade_a": (True, True, False, 8),
        "grade_b": (True, False, True, 1),
    }
    for id, expected in wanted.items():
        found = cells[id]
        assert (found["grade"], found["locked"], found["solution"], found.get("points")) == expected
        assert found["grade_id"] == id
    assert all(not cell.metadata.get("nbgrader") for cell in to_notebook(text, lab=False).cells)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# Lab\n#%%% markdown a\n", "must begin with a line"),
        ("#%%% python a\nx", "Cannot read `#%%% python a`"),
        ("#%%% code\nx", "Cannot read"),
        ("#%%% code a\nx\n#%%% markdown a\ny", "twice: a"),
        ("#%%% code grade_a\nx", "`grade_a` needs its points"),
    ],
)
def test_a_broken_text_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        to_notebook(text, lab=True)


def test_lines_that_look_like_marks_inside_a_cell_stay() -> None:
    (cell,) = read("#%%% code a\nprint('#%%% code b')\n    #%%% code c\n")
    assert cell.source == "print('#%%% code b')\n    #%%% code c"


def test_texts_are_written_and_made_notebooks_again_and_no_work_is_lost(tmp_path: Path) -> None:
    for name in ("lessons/00-start-here.ipynb", "solutions/00-start-here/lab.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((REPO / name).read_bytes())
    workspace, folder = Workspace(tmp_path), tmp_path / "text"
    texts = lesson_texts(workspace, "0", folder)
    assert sorted(path.name for path in texts) == ["00-lab.txt", "00-lesson.txt"]
    assert make_notebooks(workspace, "00", folder) == []
    lab = folder / "00-lab.txt"
    lab.write_text(lab.read_text().replace("# Lab 00", "# The lab 00"))
    with pytest.raises(CourseError, match="differs from its notebook"):
        lesson_texts(workspace, "00", folder)
    (changed,) = make_notebooks(workspace, "00", folder)
    assert "# The lab 00" in nbformat.read(changed, as_version=4).cells[0].source
    before = changed.read_bytes()
    lab.write_text("broken")
    with pytest.raises(CourseError, match=r"00-lab\.txt: The text must begin"):
        make_notebooks(workspace, "00", folder)
    assert changed.read_bytes() == before
    lab.unlink()
    with pytest.raises(CourseError, match="`course text 00` writes it"):
        make_notebooks(workspace, "00", folder)
    with pytest.raises(CourseError, match="no lesson '07'"):
        lesson_texts(workspace, "07", folder)
