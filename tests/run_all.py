"""Run every test: all but the lessons side by side, a worker per core, then the lessons, which are timed, alone.

`make test` calls it; what is added on the command line goes to pytest. Exit code 0 only if all passed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ALONE = TESTS / "lessons"
MOST_WORKERS = 4  # each of them holds torch and a few models: about 1.5 GB


def workers() -> int:
    """Return how many tests run at a time: one a core, and two where there is one, as much of it is waiting."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    return max(2, min(MOST_WORKERS, cores))


def commands(*more: str) -> list[list[str]]:
    """Return the pytest commands; together they run all that tests/ holds, each test once."""
    pytest = [sys.executable, "-m", "pytest", *more]
    beside = [f"-n{workers()}", "--dist=loadgroup", f"--ignore={ALONE}", str(TESTS)]
    return [[*pytest, *beside], [*pytest, str(ALONE)]]


def main() -> int:
    """Run both parts and return the worst exit code."""
    beside, alone = commands(*sys.argv[1:])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or every process compiles the course anew
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}  # workers with more threads slow each other down
    code = subprocess.call(beside, cwd=TESTS.parent, env=one_thread)
    return max(code, subprocess.call(alone, cwd=TESTS.parent))


if __name__ == "__main__":
    sys.exit(main())
