"""The Validate button: the server goes on meanwhile, and a loop without end is named."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course_lib.grading.answers import build_submission
from course_lib.jupyter.start import jupyterlab_command, jupyterlab_environment
from course_lib.jupyter.validate import validate, validate_apart
from course_lib.workspace import Workspace

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LAB = "00-start-here"
RIGHT = {
    "shape_of_batch": (ROOT / f"tests/answers/{LAB}/right/shape_of_batch/loop.py").read_text(),
    "seeded_sample": (ROOT / f"tests/answers/{LAB}/right/seeded_sample/plain_multinomial.py").read_text(),
    "tokens_per_second": (ROOT / f"tests/answers/{LAB}/right/tokens_per_second/sums.py").read_text(),
    "repeat": "I would ask for the tickets, the seed and the version.",
}
ENDLESS_FUNCTION = "def seeded_sample(probabilities, n, seed):\n    while True:\n        pass"
ENDLESS_CELL = "while True:\n    pass"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which a cell may run for three seconds."""
    root = tmp_path_factory.mktemp("clone")
    for name in ("labs", "solutions"):
        shutil.copytree(ROOT / name / LAB, root / name / LAB)
    settings = (
        (ROOT / "nbgrader_config.py").read_text().replace("c.Execute.timeout = 30", "c.Execute.timeout = 3")
    )
    assert "timeout = 3 " in settings
    (root / "nbgrader_config.py").write_text(settings)
    (root / "work").mkdir()
    return root


def submission(root: Path, name: str, **answers: str) -> Path:
    path = root / "work" / f"{name}.ipynb"
    nbformat.write(build_submission(root / "labs" / LAB / "lab.ipynb", {**RIGHT, **answers}), path)
    return path


def test_a_solved_lab_passes(root: Path) -> None:
    assert validate_apart(submission(root, "solved")) == {"success": True, "value": {}}


@pytest.mark.parametrize("loop", [ENDLESS_FUNCTION, ENDLESS_CELL], ids=["in-the-function", "in-the-cell"])
def test_a_loop_without_end_is_named(root: Path, loop: str) -> None:
    answer = validate(submission(root, "endless", seeded_sample=loop))
    (failed,) = answer["value"]["failed"]
    assert failed["raw_error"].startswith("A loop in exercise `seeded_sample` does not end")
    assert "after 3 seconds" in failed["raw_error"]


def test_a_notebook_that_takes_too_long_in_all_is_stopped(root: Path) -> None:
    started = time.monotonic()
    answer = validate_apart(submission(root, "slow", seeded_sample=ENDLESS_FUNCTION), limit=2)
    assert "look for a loop that does not end" in answer["value"]
    assert time.monotonic() - started < 10


def test_a_duplicated_cell_is_named(root: Path) -> None:
    path = submission(root, "twice")
    notebook = nbformat.read(path, as_version=4)
    place = next(
        place
        for place, cell in enumerate(notebook.cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "check_seeded_sample"
    )
    copy = nbformat.from_dict({**notebook.cells[place], "id": "copied-by-a-click"})
    notebook.cells.insert(place + 1, copy)
    nbformat.write(notebook, path)
    answer = validate_apart(path)
    assert answer["value"].startswith(
        "The cell `check_seeded_sample` is in this notebook twice: delete the copy"
    )


def test_what_is_no_notebook_is_one_sentence(root: Path) -> None:
    path = root / "work" / "broken.ipynb"
    path.write_text("{")
    answer = validate_apart(path)
    assert not answer["success"]
    assert len(answer["value"].splitlines()) == 1


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    workspace = Workspace(root)
    command = jupyterlab_command(workspace, root / "labs" / LAB / "lab.ipynb", port, browser=False)
    environment = {**jupyterlab_environment(workspace), "JUPYTER_TOKEN": "t", "PYTHONPATH": str(ROOT)}
    environment |= {"JUPYTER_CONFIG_DIR": str(tmp_path)}
    with (tmp_path / "log").open("w") as out:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None, (tmp_path / "log").read_text()
            try:
                ask(f"{url}/api/status")
                break
            except OSError:
                time.sleep(0.3)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask(url: str, data: dict[str, str] | None = None) -> Any:
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(
        url, body, {"Authorization": "token t", "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.loads(reply.read())


@pytest.mark.skipif(os.name == "nt", reason="the exchange and its buttons need POSIX")
def test_the_server_answers_while_a_notebook_is_validated(root: Path, server: str) -> None:
    submission(root, "endless", seeded_sample=ENDLESS_FUNCTION)
    answers: list[Any] = []
    waiting = threading.Thread(
        target=lambda: answers.append(ask(f"{server}/assignments/validate", {"path": "work/endless.ipynb"}))
    )
    waiting.start()
    longest = 0.0
    while waiting.is_alive():
        started = time.monotonic()
        ask(f"{server}/api/status")
        longest = max(longest, time.monotonic() - started)
        time.sleep(0.1)
    waiting.join()
    assert longest < 2
    (failed,) = answers[0]["value"]["failed"]
    assert "`seeded_sample` does not end" in failed["raw_error"]
