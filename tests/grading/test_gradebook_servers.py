"""A class that outgrew SQLite: the gradebook on a PostgreSQL server, through nothing but nbgrader's `db_url`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import generate_feedback, grade_submissions, make_release
from course_lib.grading.export import export_grades

from .conftest import TINY, add_tiny, make_root, submit

pytestmark = pytest.mark.slow


def as_somebody(folder: Path) -> list[str]:
    """What to put in front of a command: PostgreSQL refuses to run as root, so root runs it as nobody."""
    if os.geteuid():
        return []
    import pwd

    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


@pytest.fixture
def db_url(postgresql: Path) -> Iterator[str]:
    """The URL of an empty database on a server of its own, which listens on no network."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:  # a socket's path must be short
        folder = Path(name)
        user = as_somebody(folder)
        data = folder / "data"

        def run(*command: str) -> None:
            done = subprocess.run([*user, *command], cwd="/", capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stdout + done.stderr

        run(
            str(postgresql / "initdb"),
            "-D",
            str(data),
            "-U",
            "grader",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        control = [str(postgresql / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
        run(*control, "-o", options, "start")
        try:
            yield f"postgresql+psycopg://grader@/postgres?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")


def test_a_class_is_graded_into_postgresql(db_url: str, tmp_path: Path) -> None:
    root = make_root(tmp_path / "class", CourseDirectory__db_url=repr(db_url))
    add_tiny(root)
    make_release(root, TINY)
    release = root / "labs" / TINY / "lab.ipynb"
    right = {"double": "def double(x):\n    return 2 * x", "triple": "def triple(x):\n    return 3 * x"}
    submit(root, TINY, "ada", build_submission(release, {**right, "why": "Because."}))
    submit(root, TINY, "ben", build_submission(release, {"double": right["double"]}))

    ada, ben = grade_submissions(root, TINY)
    assert (ada.points, ada.waiting) == ({"double": 4.0, "triple": 4.0, "why": 0.0}, ("why",))
    assert ben.points == {"double": 4.0, "triple": 0.0, "why": 0.0}
    assert grade_submissions(root, TINY, ["ada"])[0].points == ada.points
    assert len(generate_feedback(root, TINY)) == 2

    path, _ = export_grades(root, "canvas")
    assert [line.rsplit(",", 1)[1] for line in path.read_text().splitlines()] == [TINY, "10", "8", "4"]

    for command in ("upgrade", "student list"):  # the first calls alembic with this URL
        nbgrader = [sys.executable, "-m", "nbgrader", "db", *command.split()]
        env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(nbgrader, cwd=root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "ada" in done.stdout + done.stderr, "plain nbgrader sees the same gradebook"
    assert not list(root.rglob("*.db")), "no SQLite file is made on the side"
