"""Run every test: two halves side by side, then the lessons, which are timed, alone.

Both halves take about as long. `make test` calls it. The first half is shown as it runs, the output of the second one
follows. Exit code 0 only if all passed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent
FIRST, ALONE = ("grading", "browser", "serve"), ("lessons",)
SECOND = (
    "test_contracts.py",
    "test_answers.py",
    "test_labs.py",
)  # files of the first folders that balance the halves


def parts() -> tuple[list[str], list[str], list[str]]:
    """Return the folders and files of both halves and of what runs alone; together, all that tests/ holds."""
    first, second, alone = [], [], []
    for path in sorted(TESTS.iterdir()):
        if path.name in FIRST:
            files = sorted(path.rglob("test_*.py"))
            first += [str(file) for file in files if file.name not in SECOND]
            second += [str(file) for file in files if file.name in SECOND]
        elif path.match("test_*.py") or (path.is_dir() and any(path.rglob("test_*.py"))):
            (alone if path.name in ALONE else second).append(str(path))
    return first, second, alone


def main() -> int:
    """Run all parts and return the worst exit code."""
    first, second, alone = parts()
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as kept:
        beside = subprocess.Popen(
            [*command, *second], cwd=TESTS.parent, stdout=kept, stderr=subprocess.STDOUT
        )
        print(f"Two halves run side by side: first what is shown here ({', '.join(FIRST)}), then the rest.")
        sys.stdout.flush()
        try:
            code = subprocess.call([*command, *first], cwd=TESTS.parent)
            code = max(code, beside.wait())
        finally:
            beside.kill()
            kept.seek(0)
            sys.stdout.write(kept.read())
            sys.stdout.flush()
    return max(code, subprocess.call([*command, *alone], cwd=TESTS.parent))


if __name__ == "__main__":
    sys.exit(main())
