"""The instructor's day from the command line: learners hand in, the class is graded, the demo shows it all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_lib.grading.answers import build_submission, load_bank

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LAB = "02-how-ai-models-work"


def course(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "course_lib", *arguments]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in (f"solutions/{LAB}", f"labs/{LAB}", f"tests/answers/{LAB}"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("packet", "__pycache__"))
    shutil.copy2(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def test_a_learner_starts_checks_submits_and_is_graded(clone: Path) -> None:
    started = course(clone, "start", "02")
    assert started.returncode == 0, started.stderr
    lab = clone / "work" / LAB / "lab.ipynb"
    (clone / "work" / LAB / "packet.ipynb").unlink()  # this learner does the lab only

    todo = course(clone, "check", "02")
    assert todo.returncode == 1
    assert "0 of 8 exercises pass" in todo.stdout

    right = {
        answer.exercise: answer.source for answer in load_bank(clone / "tests/answers" / LAB) if answer.right
    }
    nbformat.write(
        build_submission(lab, {**right, "advice": "At T = 0, because a class must not change."}), lab
    )
    assert course(clone, "start", "02").returncode == 0
    assert "softmax" in lab.read_text(), "starting again must not overwrite the learner's work"
    (clone / "work" / LAB / "packet.ipynb").unlink()
    done = course(clone, "check", "02")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8 exercises pass" in done.stdout

    for name in ("ada", "ben"):
        handed_in = course(clone, "submit", "02", "--as", name)
        assert handed_in.returncode == 0, handed_in.stderr
    graded = course(clone, "grade", "02")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    assert re.search(r"ada: 94 of 120", graded.stdout)
    assert "2 of 2 graded" in graded.stdout
    page = (clone / "class" / "feedback" / "ada" / LAB / "lab.html").read_text()
    assert "large-scores" in page or "softmax" in page
    assert "HIDDEN TESTS" not in page

    unknown = course(clone, "grade", "02", "--student", "zoe")
    assert unknown.returncode == 1
    assert "'zoe' has handed in nothing" in unknown.stderr


def test_the_demo_grades_a_class_of_twelve_whatever_they_hand_in(clone: Path) -> None:
    done = course(clone, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {
        cells[0]: cells[1:]
        for line in done.stdout.splitlines()
        if len(cells := [cell.strip() for cell in re.split("[│|]", line) if cell.strip()]) == 12
    }
    assert len(rows) == 12, done.stdout
    assert rows["ada"][:7] == rows["lena-deleted-tests"][:7] == ["8", "18", "16", "16", "12", "12", "12"]
    assert rows["ivan-empty"][-1] == "0"
    assert set(rows["jun-broken-json"]) == {"-"}
    assert rows["kofi-endless-loop"].count("0") >= 1
    assert int(rows["kofi-endless-loop"][-1]) >= 70, "an endless loop costs its own exercise only"
    lost = [i for i in range(7) if int(rows["emil"][i]) < int(rows["boris"][i])]
    assert lost == [2, 4, 6], (
        "wrong answers cost in their own exercises: 3 fit weight, 5 cross entropy, 7 generate"
    )
    assert all(int(mine) <= int(best) for mine, best in zip(rows["goran"], rows["boris"], strict=True))
    assert int(rows["goran"][-1]) < int(rows["boris"][-1])
    said = " ".join(done.stdout.split())
    assert "11 of 12 graded" in said
    assert "not valid JSON" in said
    assert "ran too long and was stopped" in said
    demo = clone / "class" / "demo" / "class"
    assert (demo / "gradebook.db").is_file()
    assert (demo / "feedback" / "goran" / LAB / "lab.html").is_file()
    assert not (clone / "class" / "gradebook.db").exists(), "a demo must not touch the real class"
