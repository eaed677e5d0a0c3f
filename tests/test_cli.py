"""The command line as people meet it: help, clear errors, exit codes."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.errors import CourseError
from course_lib.workspace import Workspace, find_workspace

ROOT = Path(__file__).resolve().parents[1]


def course(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a person would."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "course_lib", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Assert a failure that is one line on stderr without a traceback, and return the line."""
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def test_help_names_every_command_of_the_course() -> None:
    text = course("--help").stdout
    for name in [
        "lab",
        "start",
        "check",
        "submit",
        "progress",
        "packet",
        "release",
        "grade",
        "report",
        "give-back",
        "export-grades",
        "serve",
        "demo",
        "doctor",
    ]:
        assert f" {name} " in text, name


def test_help_imports_neither_torch_nor_nbgrader() -> None:
    script = (
        "import sys; sys.argv = ['course', '--help']\n"
        "from course_lib.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'nbgrader', 'matplotlib', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_unknown_lab_lists_the_labs_there_are() -> None:
    line = one_sentence(course("start", "77"))
    assert "77" in line
    assert "02-how-ai-models-work" in line


def test_unknown_lesson() -> None:
    assert "no lesson '77'" in one_sentence(course("lab", "--no-browser", "--lesson", "77"))


def test_busy_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} cannot be used" in one_sentence(
            course("lab", "--no-browser", "--port", str(port))
        )


def test_impossible_port() -> None:
    assert "Port 99999999 cannot be used" in one_sentence(course("lab", "--no-browser", "--port", "99999999"))


@pytest.fixture
def empty_clone(tmp_path: Path) -> Path:
    for name in ("solutions", "lessons", "labs/02-how-ai-models-work"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    return tmp_path


@pytest.mark.slow
def test_check_and_submit_before_start_say_what_to_do(empty_clone: Path) -> None:
    assert "course start 02" in one_sentence(course("check", "02", cwd=empty_clone))
    assert "course start 02" in one_sentence(course("submit", "02", cwd=empty_clone))


@pytest.mark.slow
def test_grade_with_nobody(empty_clone: Path) -> None:
    assert "Nobody has handed in" in one_sentence(course("grade", "02", cwd=empty_clone))


@pytest.mark.slow
def test_report_and_export_before_grading_say_what_to_do(empty_clone: Path) -> None:
    assert "course grade 02" in one_sentence(course("report", "02", cwd=empty_clone))
    assert "Which lab?" in one_sentence(course("report", cwd=empty_clone))
    assert "course grade NN" in one_sentence(course("export-grades", cwd=empty_clone))
    assert "choose from canvas, moodle, csv" in one_sentence(
        course("export-grades", "--format", "xls", cwd=empty_clone)
    )


@pytest.mark.slow
def test_a_name_that_is_a_path_cannot_hand_in(empty_clone: Path) -> None:
    folder = empty_clone / "work" / "02-how-ai-models-work"
    folder.mkdir(parents=True)
    (folder / "lab.ipynb").write_text("{}")
    line = one_sentence(course("submit", "02", "--as", "../../evil", cwd=empty_clone))
    assert "cannot be a learner's name" in line


def test_a_file_where_a_folder_should_be(empty_clone: Path) -> None:
    (empty_clone / "work").write_text("not a folder")
    assert "Cannot create" in one_sentence(course("start", "02", cwd=empty_clone))


def test_read_only_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        os, "access", lambda *_: False
    )  # root may write anywhere, so the answer is set by hand
    with pytest.raises(CourseError, match="Cannot write to"):
        Workspace(tmp_path).writable(tmp_path / "work")


def test_outside_a_clone_the_installed_one_is_used(tmp_path: Path) -> None:
    assert find_workspace(tmp_path).root == ROOT


def test_lab_numbers_are_found_by_number_or_name(empty_clone: Path) -> None:
    workspace = Workspace(empty_clone)
    for given in ("2", "02", "02-how-ai-models-work"):
        assert workspace.lab(given) == "02-how-ai-models-work"
    with pytest.raises(CourseError, match="no lab '3'"):
        workspace.lab("3")


def test_a_lesson_opens_as_the_learners_own_copy_without_results(tmp_path: Path) -> None:
    from course_lib.jupyter.start import lesson_notebook, own_copy

    workspace = Workspace(tmp_path)
    (tmp_path / "lessons").mkdir()
    shipped = next((ROOT / "lessons").glob("02-*.ipynb"))
    (tmp_path / "lessons" / shipped.name).write_text(shipped.read_text())
    copy = own_copy(workspace, lesson_notebook(workspace, "02"))
    cells = json.loads(copy.read_text())["cells"]
    assert not any(cell.get("outputs") for cell in cells)
    sources = ["".join(cell["source"]) for cell in json.loads(shipped.read_text())["cells"]]
    assert ["".join(cell["source"]) for cell in cells] == [
        source.replace("../labs/02", "../02") for source in sources
    ], "its links lead to the learner's own lab"
    copy.write_text("my notes")
    assert own_copy(workspace, lesson_notebook(workspace, "2")).read_text() == "my notes"


def test_a_path_that_this_python_cannot_write_is_one_sentence(tmp_path: Path) -> None:
    """`LC_ALL=C` alone is no trouble (Python takes UTF-8 then); told to use ASCII it says what to change."""
    folder = tmp_path / "Kürs"
    (folder / "solutions").mkdir(parents=True)
    (folder / "nbgrader_config.py").touch()
    script = f"import os; os.chdir({os.fsencode(folder)!r}); from course_lib.cli import main; main()"
    plain = {**os.environ, "LC_ALL": "C", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}

    def report(**environment: str) -> str:
        command = [sys.executable, "-c", script, "report", "02"]
        environment = {**plain, **environment}
        return one_sentence(
            subprocess.run(
                command,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        )

    assert "set PYTHONUTF8=1" in report(PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert "There is no lab '02'" in report()


def test_a_full_disk_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/x")

    monkeypatch.setattr(cli, "app", full)
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert capsys.readouterr().err == (
        "course: there is no room left on the disk (No space left on device). "
        "Make room; the same command goes on then.\n"
    )


def test_an_error_s_text_colours_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise CourseError("eve\x1b[31m\u202e is no learner.")

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().err == "course: eve[31m is no learner.\n"
