"""What this machine has and lacks for the course, in words that say what to install."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

NEEDED = ("torch", "numpy", "matplotlib", "jupyterlab", "nbgrader", "ipywidgets", "safetensors", "pydantic")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `level` is 'ok', 'missing' (a part of the course rests) or 'broken'."""

    part: str
    level: str
    found: str
    advice: str = ""


def find_chromium() -> str | None:
    """Return the path of a Chromium that the browser tests can drive, if there is one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if importlib.util.find_spec("playwright"):
        from playwright.sync_api import Error, sync_playwright

        try:
            with sync_playwright() as play:
                path = play.chromium.executable_path
        except Error:
            return None
        return path if path and os.path.exists(path) else None  # noqa: PTH110
    return None


def find_postgresql() -> Path | None:
    """Return the folder of a PostgreSQL server's programs (`initdb`, `postgres`), if there is one."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent, *debian] if on_path else debian
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def sandbox_problem() -> str | None:
    """Return why bubblewrap cannot make a sandbox here, or None if it can."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return "not installed"
    trial = [bwrap, "--unshare-all", "--ro-bind", "/", "/", "--die-with-parent", "true"]
    try:
        done = subprocess.run(trial, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1]


def _packages() -> list[Finding]:
    findings = []
    for name in NEEDED:
        try:
            findings.append(Finding(name, "ok", importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            findings.append(Finding(name, "broken", "not installed", "pip install -c constraints.txt -e ."))
    return findings


def _sandbox() -> Finding:
    from course_lib.grading.sandbox import nesting_problem

    problem = nesting_problem()
    if problem is None:
        return Finding("sandbox", "ok", "a learner's process in namespaces of its own, from a warm start")
    advice = "grading is safe, but slow: a cold start of about 2 s for each submission"
    return Finding("sandbox", "missing", f"no namespaces inside bubblewrap ({problem})", advice)


def examine() -> list[Finding]:
    """Look at the interpreter, the packages, the outside parts and the clone; nothing is changed."""
    from course_lib.errors import CourseError
    from course_lib.workspace import find_workspace

    version = platform.python_version()
    findings = [Finding("Python", "ok", f"{version} ({sys.executable})")]
    findings += _packages()
    if shutil.which("alembic"):
        findings.append(Finding("alembic", "ok", str(shutil.which("alembic"))))
    else:
        advice = "pip install alembic (nbgrader's gradebook needs it on PATH)"
        findings.append(Finding("alembic", "broken", "not on PATH", advice))
    problem = sandbox_problem()
    if problem is None:
        findings.append(Finding("bubblewrap", "ok", str(shutil.which("bwrap"))))
        findings.append(_sandbox())
    else:
        advice = (
            "apt install bubblewrap (Linux): needed to grade submissions you do not trust; in a container, allow user "
            "namespaces. Without it: course grade --trust-submissions, for people you trust"
        )
        findings.append(Finding("bubblewrap", "missing", problem, advice))
    chromium = find_chromium()
    if chromium:
        findings.append(Finding("Chromium", "ok", chromium))
    else:
        advice = "apt install chromium, or playwright install chromium: needed by the browser tests only"
        findings.append(Finding("Chromium", "missing", "not found", advice))
    if importlib.util.find_spec("torch"):
        from course_lib.device import describe

        findings.append(Finding("device", "ok", describe()))
    try:
        workspace = find_workspace()
        workspace.writable(workspace.work, workspace.classroom)
        free = shutil.disk_usage(workspace.root).free / 1e9
        findings.append(Finding("clone", "ok", f"{workspace.root}, {free:.0f} GB free"))
    except CourseError as error:
        findings.append(Finding("clone", "broken", str(error), "run from inside a writable clone"))
    return findings


def show(findings: list[Finding], console: Console) -> bool:
    """Print the findings as a table and return whether the course can run."""
    from rich.table import Table

    table = Table("part", "state", "found", "what to do", title="course doctor")
    colours = {"ok": "green", "missing": "yellow", "broken": "red"}
    for finding in findings:
        state = f"[{colours[finding.level]}]{finding.level}[/]"
        table.add_row(finding.part, state, finding.found, finding.advice)
    console.print(table)
    broken = [finding.part for finding in findings if finding.level == "broken"]
    missing = [finding.part for finding in findings if finding.level == "missing"]
    if broken:
        console.print(f"The course cannot run yet: {', '.join(broken)}.")
    elif missing:
        console.print(f"The course runs; resting until installed: {', '.join(missing)}.")
    else:
        console.print("Everything is here.")
    return not broken
