"""Both parts together are all tests, none runs twice, and what shares a fixture stays together."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .conftest import together
from .run_all import ALONE, TESTS, commands, workers


def collected(command: list[str]) -> list[str]:
    found = subprocess.run(
        [*command, "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout[-2000:]
    return [line for line in found.stdout.splitlines() if "::" in line]


@pytest.mark.slow
def test_the_parts_hold_every_test_file_once() -> None:
    beside, alone = ({Path(line.partition("::")[0]) for line in collected(part)} for part in commands())
    assert alone == {path.relative_to(TESTS.parent) for path in ALONE.rglob("test_*.py")}
    assert not beside & alone
    # What a learner or cheat hands in is no test of ours, whatever it is called.
    every = {path.relative_to(TESTS.parent) for path in TESTS.rglob("test_*.py")}
    assert beside | alone == every


def test_a_worker_keeps_a_file_and_of_the_banks_a_lab() -> None:
    assert workers() >= 2
    assert together("tests/grading/test_answers.py", {"lab": "05-x"}) == "tests/grading/test_answers.py 05-x"
    assert together("tests/grading/test_labs.py", {}) == "tests/grading/test_labs.py"
