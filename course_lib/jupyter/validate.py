"""The Validate button: nbgrader's own check of a lab, in a process of its own and with words for a loop without end.

nbgrader runs the notebook inside the server: until its last cell ends, nobody's notebook can be opened or saved.
As a server extension this module takes over that address; as a program it validates one notebook.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_server.utils import url_path_join
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput
from nbgrader.server_extensions.validate_assignment.handlers import ValidateAssignmentHandler
from nbgrader.validator import Validator
from tornado import web
from traitlets import List
from traitlets.config import PyFileConfigLoader

from course_lib.errors import CourseError
from course_lib.grading.preprocessors import ExecuteOnward, grade_id

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

LIMIT = 300  # seconds for a whole notebook; ExecuteOnward stops at 240
ENDLESS = "A loop in exercise `{exercise}` does not end: the cell was stopped after {seconds} seconds."
TWICE = (
    "The cell `{cell}` is in this notebook twice: delete the copy (select it, then press d twice), and save."
)
TOO_LONG = (
    "The notebook ran for more than {minutes} minutes and was stopped: look for a loop that does not end."
)


class PatientValidator(Validator):
    """nbgrader's validator, which names the exercise whose loop does not end."""

    preprocessors = List([CheckCellMetadata, ClearOutput, ExecuteOnward])

    def _preprocess(self, nb: NotebookNode) -> NotebookNode:
        ran = super()._preprocess(nb)
        self.endless = {_exercise(cell) for cell in ran.cells if _timed_out(cell)}
        return ran

    def _extract_error(self, cell: NotebookNode) -> str:
        if _exercise(cell) in self.endless:
            seconds = ExecuteOnward(parent=self).timeout
            return ENDLESS.format(exercise=_exercise(cell), seconds=seconds)
        return str(super()._extract_error(cell))


def _exercise(cell: NotebookNode) -> str:
    """The exercise that a cell belongs to: `solve_softmax` and `check_softmax` belong to softmax."""
    return grade_id(cell).partition("_")[2]


def _timed_out(cell: NotebookNode) -> bool:
    return any(output.get("ename") == "CellTimeoutError" for output in cell.get("outputs", []))


def _twice(notebook: Path) -> str:
    """The name of a cell that was duplicated, as one click on its toolbar does; "" if there is none."""
    cells = nbformat.read(notebook, as_version=4).cells
    many = Counter(name for cell in cells if (name := grade_id(cell)))
    return next((name for name, times in many.items() if times > 1), "")


def validate(notebook: Path) -> dict[str, Any]:
    """Run a notebook's visible checks; returns what the button in JupyterLab shows."""
    from course_lib.grading.classroom import what_is_wrong
    from course_lib.workspace import find_workspace

    try:
        problem = what_is_wrong(notebook)
        if problem:
            return {"success": False, "value": problem}
        root = find_workspace(notebook.parent).root
    except CourseError as error:
        return {"success": False, "value": str(error)}
    twice = _twice(notebook)
    if twice:
        return {"success": False, "value": TWICE.format(cell=twice)}
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    return {"success": True, "value": PatientValidator(config=config).validate(str(notebook))}


def validate_apart(notebook: Path, limit: float = LIMIT) -> dict[str, Any]:
    """`validate` in a process of its own that ends after `limit` seconds."""
    command = [sys.executable, "-m", "course_lib.jupyter.validate", str(notebook)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"success": False, "value": TOO_LONG.format(minutes=round(limit / 60))}
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        last = done.stderr.strip().rpartition("\n")[2] or "it said nothing"
        return {"success": False, "value": f"The notebook could not be validated: {last}"}


class ValidateHandler(ValidateAssignmentHandler):
    """Answers the Validate button; the server goes on with everything else meanwhile."""

    @web.authenticated
    async def post(self) -> None:
        """Validate the notebook that the button stands above."""
        path = self.get_argument("path", None) or (self.get_json_body() or {}).get("path", "")
        root = Path(self.root_dir).resolve()
        notebook = (root / path).resolve()
        if not notebook.is_relative_to(root):
            raise web.HTTPError(403, "Access denied: path outside allowed directory")
        self.finish(json.dumps(await asyncio.to_thread(validate_apart, notebook)))


def _load_jupyter_server_extension(server: ServerApp) -> None:
    app = server.web_app
    app.settings["root_dir"] = server.root_dir
    address = url_path_join(app.settings["base_url"], "assignments/validate")
    app.add_handlers(".*$", [(address, ValidateHandler)])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


if __name__ == "__main__":
    print(json.dumps(validate(Path(sys.argv[1]))))
