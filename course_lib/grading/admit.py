"""What may be graded: plain files of sane size, and text that is a notebook. Everything else gets a sentence."""

from __future__ import annotations

import json
import os
import re
import stat
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import nbformat
from nbformat import NotebookNode

MB = 2**20
MOST_NOTEBOOK = 64 * MB
MOST_BESIDE, MOST_BESIDE_FILES = 32 * MB, 200  # files that are handed in along with the notebooks
ACTIVE = {"htm", "html", "xhtml", "xht", "shtml", "svg", "svgz", "xml", "xsl", "xslt", "mht", "mhtml", "js"}
FIRST_YEAR, AHEAD = (
    2000,
    timedelta(days=1),
)  # what a clock may say: nothing older, nothing further in the future
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?([+-]\d\d:?\d\d|[A-Za-z_/]{0,40})"
)
IGNORED = {".ipynb_checkpoints", "__pycache__", ".pytest_cache", ".DS_Store", "timestamp.txt"}


class NotAdmittedError(Exception):
    """A submission can't be graded; the message is one sentence for the instructor."""


def is_active(name: str) -> bool:
    """Return whether a browser may run what is in a file of that name: the formgrader would serve it."""
    return Path(name).suffix.lower().removeprefix(".") in ACTIVE


def active_patterns() -> list[str]:
    """Return `ACTIVE` as patterns for nbgrader, which tells capitals from small letters: *.[hH][tT][mM] ..."""
    return ["*." + "".join(f"[{c}{c.upper()}]" for c in ending) for ending in sorted(ACTIVE)]


def read_time(text: str) -> datetime | None:
    """Return the time that a text such as `2026-11-27 12:00:00.5 UTC` gives, in UTC; None if it gives none.

    Never raises. A time that no clock shows (the year 1, 9999, a week from now) is none either.
    """
    found = TIME.fullmatch(text.strip())
    try:
        if found is None:
            return None
        moment, zone = datetime.fromisoformat(found[1]), found[2]
        if zone[:1] in ("+", "-"):
            moment = datetime.fromisoformat(found[1] + zone)
        else:
            moment = moment.replace(tzinfo=UTC if zone in ("", "Z") else ZoneInfo(zone))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError, KeyError):  # KeyError: a zone that nobody knows
        return None
    return moment if moment.year >= FIRST_YEAR and moment - datetime.now(UTC) < AHEAD else None


def hand_in_time(folder: Path) -> datetime | None:
    """Return when a collected hand-in came, in UTC, as its `timestamp.txt` says; None if that says nothing usable."""
    try:
        return read_time(read_plain(folder / "timestamp.txt", 200).decode("utf-8", "replace"))
    except NotAdmittedError:
        return None


def read_plain(path: Path, most: int = MOST_NOTEBOOK) -> bytes:
    """Return the bytes of a file that is no link, no device, no pipe and not too large.

    Raises NotAdmittedError with the reason.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if path.is_symlink():
            raise NotAdmittedError(f"{path.name} is not a plain file.")
        number = os.open(path, flags)
        with os.fdopen(number, "rb") as file:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                raise NotAdmittedError(f"{path.name} is not a plain file.")
            if status.st_size > most:
                size = f"{status.st_size / MB:.0f} MB; at most {most / MB:.0f} MB"
                raise NotAdmittedError(f"{path.name} has {size} can be graded.")
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        raise NotAdmittedError(f"{path.name} can't be read ({type(error).__name__}).") from error


def parse_notebook(data: bytes, name: str) -> NotebookNode:
    """Return the notebook that these bytes are, without its outputs (nobody grades by them).

    Raises NotAdmittedError with what is wrong.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotAdmittedError(f"{name} can't be read as text ({type(error).__name__}).") from error
    if not text.strip():
        raise NotAdmittedError(f"{name} is empty.")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise NotAdmittedError(
            f"{name} is not valid JSON{where}; it was probably cut off or edited by hand."
        ) from error
    if (
        not isinstance(record, dict)
        or not ("cells" in record or "worksheets" in record)
        or "nbformat" not in record
    ):
        raise NotAdmittedError(f"{name} is JSON, but not a notebook: it has no cells.")
    try:
        sheets = [record, *(record.get("worksheets") or [])]
        for cell in (cell for sheet in sheets for cell in sheet.get("cells") or []):
            if "outputs" in cell:
                cell["outputs"] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old notebooks have no cell ids
            return nbformat.reads(json.dumps(record), as_version=4)
    except Exception as error:
        what = " ".join(str(error).split("\n\n")[0].split())[:120] or type(error).__name__
        raise NotAdmittedError(f"{name} is damaged, Jupyter can't open it: {what}.") from error


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook in a file. Raises NotAdmittedError with the reason if there is none."""
    if not path.exists() and not path.is_symlink():
        names = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
        there = sorted(name for name in names if name != "timestamp.txt")
        raise NotAdmittedError(f"No {path.name}; found {', '.join(there[:5]) or 'nothing'}.")
    return parse_notebook(read_plain(path), path.name)


def read_beside(folder: Path) -> dict[str, bytes]:
    """Return the plain files beside the notebooks by relative path; links and special files are left out.

    Raises NotAdmittedError if they are too many or too large.
    """
    found: dict[str, bytes] = {}
    size = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in sorted(names):
            path = Path(parent) / name
            if name in IGNORED or path.suffix == ".ipynb" or not stat.S_ISREG(path.lstat().st_mode):
                continue
            data = read_plain(path, MOST_BESIDE)
            size += len(data)
            if size > MOST_BESIDE or len(found) >= MOST_BESIDE_FILES:
                most = f"{MOST_BESIDE_FILES} files and {MOST_BESIDE / MB:.0f} MB"
                raise NotAdmittedError(f"More than {most} lie beside the notebook.")
            found[str(path.relative_to(folder))] = data
    return found
