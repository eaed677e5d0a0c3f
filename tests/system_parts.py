"""Bring the parts that tests need from outside Python: bubblewrap, Chromium and a PostgreSQL server.

`python tests/system_parts.py` says what is missing and which tests rest; `--install` first tries apt (as root or
with password-less sudo), then Playwright's own download for Chromium. Under CI=true a missing part is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from course_lib.doctor import find_chromium, find_postgresql, sandbox_problem

RESTING = {
    "bubblewrap": "the tests of the grading sandbox",
    "chromium": "the browser tests (tests/browser, and the formgrader in tests/grading)",
    "postgresql": "the gradebook on a PostgreSQL server (tests/grading/test_gradebook_servers.py)",
}


def missing_parts() -> list[str]:
    """Return the names of the parts that are not here, as Debian names them."""
    present = {
        "bubblewrap": sandbox_problem() is None,
        "chromium": find_chromium(),
        "postgresql": find_postgresql(),
    }
    return [part for part, found in present.items() if not found]


def _run(command: list[str]) -> bool:
    print("$", " ".join(command), flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0


def install(parts: list[str]) -> None:
    """Try to install `parts`: apt where it may be used, `playwright install` for Chromium elsewhere."""
    if shutil.which("apt-get"):
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        sudo = [] if root else ["sudo", "-n"]
        if (root or (shutil.which("sudo") and _run(["sudo", "-n", "true"]))) and _run(
            [*sudo, "apt-get", "update", "-qq"]
        ):
            _run([*sudo, "apt-get", "install", "-qq", "-y", "--no-install-recommends", *parts])
    if "chromium" in parts and not find_chromium():
        _run([sys.executable, "-m", "playwright", "install", "chromium"])


def main() -> int:
    parts = missing_parts()
    if parts and "--install" in sys.argv[1:]:
        install(parts)
        parts = missing_parts()
    for part in parts:
        print(
            f"MISSING: {part}. Skipped without it: {RESTING[part]}. Install it with your system's package manager."
        )
    return 1 if parts and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
