"""Start JupyterLab on a lesson, with nbgrader's extensions and the local exchange ready."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from getpass import getuser
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.grading.exchange import fetch, release
from course_lib.jupyter.start_page import write_start_page
from course_lib.jupyter.stills import leave_stills
from course_lib.progress import next_step, read_progress
from course_lib.workspace import Workspace, use_own_tools

SETTINGS = Path(__file__).resolve().parent
STARTUP = SETTINGS / "kernel_startup.py"  # runs in every kernel
LEARNER = SETTINGS / "learner"  # settings that take the instructor's panels away


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise CourseError(
                f"Port {port} cannot be used ({error}). Choose another, or leave --port out."
            ) from error


def _is_running(workspace: Workspace) -> bool:
    """Whether a JupyterLab runs here already: then the widgets in its notebooks are alive."""
    from jupyter_server.serverapp import list_running_servers

    return any(server.get("root_dir") == str(workspace.root) for server in list_running_servers())


def lesson_notebook(workspace: Workspace, lesson: str) -> Path:
    """Return the lesson asked for by its number or the beginning of its name.

    Raises:
        CourseError: no such lesson.
    """
    notebooks = workspace.lesson_notebooks()
    wanted = [
        path for path in notebooks if path.name.startswith(lesson.zfill(2) if lesson.isdigit() else lesson)
    ]
    if not wanted:
        known = ", ".join(path.name[:2] for path in notebooks) or "none"
        raise CourseError(f"There is no lesson {lesson!r}. Lessons so far: {known}.")
    return wanted[0]


def _next(workspace: Workspace) -> str:
    """What comes next, as the Start page says it; "" if nobody can say."""
    try:
        step = next_step(read_progress(workspace, getuser()))
    except CourseError:
        return ""
    return f"Next: {step.sentence}." if step else "All lessons are done."


def own_copy(workspace: Workspace, notebook: Path) -> Path:
    """Return the learner's copy of a lesson in work/lessons/, made without outputs if there is none yet.

    Without the stored results a prediction is a prediction, and reading changes no file of the course. Links to the
    released labs lead to the learner's own.
    """
    copy = workspace.work / "lessons" / notebook.name
    if not copy.exists():
        content = json.loads(notebook.read_text(encoding="utf-8"))
        for cell in content["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
            else:
                cell["source"] = "".join(cell["source"]).replace("](../labs/", "](../")
        copy.parent.mkdir(parents=True, exist_ok=True)
        fresh = copy.with_suffix(".new")
        fresh.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        fresh.replace(copy)
    return copy


def jupyterlab_command(workspace: Workspace, notebook: Path, port: int | None, browser: bool) -> list[str]:
    """Return the command line that opens `notebook` in JupyterLab."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={workspace.root}"]
    command.append(f"--LabApp.default_url=/lab/tree/{notebook.relative_to(workspace.root).as_posix()}")
    command.append("--LabApp.news_url=")
    command.append("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    if port is not None:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def jupyterlab_environment(workspace: Workspace, instructor: bool = False) -> dict[str, str]:
    """Return the environment in which JupyterLab's extensions see this course's settings."""
    use_own_tools()
    paths = [str(workspace.root), str(SETTINGS)] + ([] if instructor else [str(LEARNER)])
    if "JUPYTER_CONFIG_PATH" in os.environ:
        paths.append(os.environ["JUPYTER_CONFIG_PATH"])
    found = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths), "PYTHONSTARTUP": str(STARTUP)}
    own = os.environ.get("PYTHONSTARTUP", "")
    if own and Path(own) != STARTUP:
        found["COURSE_PYTHONSTARTUP"] = own  # the reader's own runs all the same
    return found


def start_jupyterlab(
    workspace: Workspace,
    port: int | None = None,
    browser: bool = True,
    lesson: str = "",
    instructor: bool = False,
) -> None:
    """Put everything of the learner's in place and run JupyterLab on the Start page, or a lesson, until it is stopped.

    Raises:
        CourseError: a busy port, an unknown lesson, or a folder that cannot be written to.
    """
    asked = lesson_notebook(workspace, lesson) if lesson else None
    if port is not None:
        _require_free(port)
    workspace.writable(workspace.work, workspace.classroom)
    changed = release(workspace)
    if changed:
        print(f"Released to the local exchange: {', '.join(changed)}.")
    for lab in workspace.lab_names():
        if not (workspace.work / lab).exists():
            fetch(workspace, lab)
    for each in workspace.lesson_notebooks():
        own_copy(workspace, each)
    if not _is_running(workspace):
        leave_stills(
            [*workspace.work.glob("lessons/*.ipynb"), *workspace.work.glob("[0-9][0-9]-*/packet.ipynb")]
        )
    print("Your own copies: work/lessons, and a folder in work/ for each lab and packet task.")
    page = write_start_page(workspace, getuser())
    opened = own_copy(workspace, asked) if asked else page
    print(f"Opening {opened.relative_to(workspace.root)}{'' if asked else f'. {_next(workspace)}'}")
    command = jupyterlab_command(workspace, opened, port, browser)
    environment = jupyterlab_environment(workspace, instructor)
    os.chdir(workspace.root)
    if sys.platform != "win32":
        sys.stdout.flush()
        os.execve(command[0], command, environment)  # JupyterLab takes this process over: signals reach it
    try:
        code = subprocess.call(command, env=environment)
    except KeyboardInterrupt:
        code = 0
    if code:
        raise CourseError(f"JupyterLab stopped with exit code {code}; its own message stands above.")
