"""A notebook that is opened again shows a still where a widget was, and says how to bring the widget back."""

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.jupyter.stills import AGAIN, STATE, WIDGET, leave_stills, replace_widgets


def widget_output(**data: Any) -> dict[str, Any]:
    bundle = {"text/plain": "VBox()", WIDGET: {"model_id": "m1"}, **data}
    return {"output_type": "display_data", "metadata": {}, "data": bundle}


def notebook(*outputs: dict[str, Any]) -> dict[str, Any]:
    text = {"cell_type": "markdown", "source": "x"}
    return {"metadata": {}, "cells": [text, {"cell_type": "code", "outputs": list(outputs)}]}


def test_a_widget_leaves_its_still() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": "x"}
    content = notebook(widget_output(**{"text/html": ["<img ", "alt='a'>"]}), stream, widget_output())
    assert replace_widgets(content) == 2
    first, second, third = content["cells"][1]["outputs"]
    assert first["data"] == {"text/plain": "VBox()", "text/html": f"{AGAIN}<img alt='a'>"}
    assert second == stream
    assert third["data"]["text/html"] == AGAIN
    assert replace_widgets(content) == 0


def test_a_widget_whose_state_was_saved_stays() -> None:
    content = notebook(widget_output())
    content["metadata"]["widgets"] = {STATE: {"state": {"m1": {}}}}
    before = copy.deepcopy(content)
    assert replace_widgets(content) == 0
    assert content == before


def test_only_files_with_dead_widgets_are_written(tmp_path: Path) -> None:
    texts = {
        "dead": json.dumps(notebook(widget_output())),
        "plain": json.dumps(notebook()),
        "broken": "{",
        "list": "[]",
        "odd": '{"cells": [3]}',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.ipynb").write_text(text)
    assert leave_stills([*sorted(tmp_path.glob("*.ipynb")), tmp_path / "missing.ipynb"]) == 1
    changed = {name for name, text in texts.items() if (tmp_path / f"{name}.ipynb").read_text() != text}
    assert changed == {"dead"}


@pytest.mark.slow
def test_views_and_quizzes_are_displayed_with_their_still(tmp_path: Path) -> None:
    view = "from course_lib.explore.temperature import temperature_explorer\ntemperature_explorer()"
    quiz = "from course_lib.explore.quiz import quiz\nquiz('02')"
    made = new_notebook(cells=[new_code_cell(view), new_code_cell(quiz)])
    root = Path(__file__).resolve().parents[2]
    place = {"metadata": {"path": str(root / "lessons")}}
    NotebookClient(made, timeout=120, store_widget_state=False, resources=place).execute()
    path = tmp_path / "lesson.ipynb"
    nbformat.write(made, path)
    assert leave_stills([path]) == 2
    first, second = (cell.outputs[0].data for cell in nbformat.read(path, as_version=4).cells)
    assert WIDGET not in first
    assert "<img alt=" in first["text/html"]
    assert "<details>" in second["text/html"]
    assert first["text/html"].startswith(AGAIN)
