"""All parts together are all tests, and none runs twice."""

from __future__ import annotations

from pathlib import Path

from .run_all import TESTS, parts


def test_the_parts_hold_every_test_file_once() -> None:
    first, second, alone = parts()
    files = [
        file
        for part in (*first, *second, *alone)
        for file in ([Path(part)] if part.endswith(".py") else sorted(Path(part).rglob("test_*.py")))
    ]
    assert len(files) == len(set(files))
    # What a learner or cheat hands in is no test of ours, whatever it is called.
    assert set(files) == set(TESTS.rglob("test_*.py"))
    assert {Path(file).parent.name for file in first} == {"grading", "browser", "serve"}
    assert len(alone) == 1
