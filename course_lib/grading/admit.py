"""What may be graded: plain files of sane size, and text that is a notebook. Everything else gets a sentence."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import nbformat
from nbformat import NotebookNode

from course_lib.clean import one_line
from course_lib.json_size import count_values

MB = 2**20
MOST_NOTEBOOK = 64 * MB
MOST_CELLS, MOST_RENAMED = 2000, 10  # in a notebook; notebooks that are looked at for a renamed one
MOST_VALUES, MOST_KEPT_VALUES = 1_000_000, 400_000  # in a notebook's JSON; without its outputs
MOST_BESIDE, MOST_BESIDE_FILES = 32 * MB, 200  # files that are handed in along with the notebooks
MOST_DEPTH, MOST_ENTRIES = 16, 2000  # folders in folders; files and folders of all kinds that are looked at
PLAINLY = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)  # no link, no waiting pipe
TEXT = "text/plain; charset=utf-8"
SHOWN = {  # what a browser may show of a submission, and as what; nothing in it is active
    **dict.fromkeys(("txt", "md", "csv", "tsv", "json", "jsonl", "yaml", "yml", "toml", "log", "py"), TEXT),
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
KEPT = {
    *SHOWN,
    "ipynb",
    "npy",
    "npz",
    "safetensors",
    "pdf",
}  # what a graded folder may hold; the rest stays behind
PLAIN_NAME = re.compile(
    r"[\w .,()\[\]+@=#-]+"
)  # letters of any script; nothing that a page or a shell reads as its own
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


def _ending(name: str) -> str:
    return Path(name).suffix.lower().removeprefix(".")


def shown_as(name: str) -> str | None:
    """Return the content type as which a browser may show a file of that name; None for a download."""
    return SHOWN.get(_ending(name))


def may_keep(name: str) -> bool:
    """Return whether a file of that name may lie in a graded folder, from which the formgrader serves."""
    plain = all(PLAIN_NAME.fullmatch(part) for part in Path(name).parts)
    return plain and _ending(name) in KEPT


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


def clock_time(folder: Path) -> datetime | None:
    """Return the moment at which the clock stands while a hand-in is graded, in UTC: today and in a year the same.

    When it came; where nothing says that, the last change of its files; None if there are none.
    """
    came = hand_in_time(folder)
    if came is not None:
        return came
    walk = PlainFiles(folder, MOST_BESIDE_FILES + MOST_RENAMED, MOST_BESIDE + 2 * MOST_NOTEBOOK)
    try:
        changed = max((status.st_mtime for _, _, status in walk), default=None)
    except (NotAdmittedError, OSError):
        return None
    if changed is None or changed < datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp():
        return None
    now = datetime.now(UTC)
    return now if changed >= now.timestamp() else datetime.fromtimestamp(changed, UTC)


def read_plain(path: Path, most: int = MOST_NOTEBOOK) -> bytes:
    """Return the bytes of a file that is no link, no device, no pipe and not too large.

    Raises NotAdmittedError with the reason.
    """
    shown = one_line(path.name, 100)
    try:
        if path.is_symlink():
            raise NotAdmittedError(f"{shown} is not a plain file.")
        number = os.open(path, PLAINLY)
        with os.fdopen(number, "rb") as file:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                raise NotAdmittedError(f"{shown} is not a plain file.")
            if status.st_size > most:
                size = f"{status.st_size / MB:.0f} MB; at most {most / MB:.0f} MB"
                raise NotAdmittedError(f"{shown} has {size} can be graded.")
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        raise NotAdmittedError(f"{shown} can't be read ({type(error).__name__}).") from error


def parse_notebook(data: bytes, name: str) -> NotebookNode:
    """Return the notebook that these bytes are, without its outputs (nobody grades by them).

    Raises NotAdmittedError with what is wrong.
    """
    if len(data) > MOST_NOTEBOOK:
        raise NotAdmittedError(f"{name} has more than {MOST_NOTEBOOK / MB:.0f} MB.")
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise NotAdmittedError(f"{name} is empty.")
    if count_values(data) > MOST_VALUES:
        raise NotAdmittedError(f"{name} holds more than {MOST_VALUES:,} values; a notebook has far fewer.")
    try:
        record = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotAdmittedError(f"{name} can't be read as text ({type(error).__name__}).") from error
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
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
        for cell in cells:  # nobody grades by outputs, tags and settings; checking them could take hours
            if "outputs" in cell:
                cell["outputs"] = []
            if "metadata" in cell:
                own = cell["metadata"].get("nbgrader")
                cell["metadata"] = {"nbgrader": _settings(own)} if isinstance(own, dict) else {}
        for sheet in sheets:
            if "metadata" in sheet:
                sheet["metadata"] = {}
        kept = json.dumps(record)
    except Exception as error:
        raise NotAdmittedError(
            f"{name} is damaged, Jupyter can't open it: its cells are no cells ({type(error).__name__})."
        ) from error
    del record
    if len(cells) > MOST_CELLS:
        raise NotAdmittedError(f"{name} has {len(cells):,} cells; at most {MOST_CELLS:,} can be graded.")
    if count_values(kept.encode()) > MOST_KEPT_VALUES:
        raise NotAdmittedError(
            f"{name} holds more than {MOST_KEPT_VALUES:,} values beside its outputs; a notebook has far fewer."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old notebooks have no cell ids
            return nbformat.reads(kept, as_version=4)
    except Exception as error:
        what = " ".join(str(error).split("\n\n")[0].split())[:120] or type(error).__name__
        raise NotAdmittedError(f"{name} is damaged, Jupyter can't open it: {what}.") from error


def _settings(own: dict[str, object]) -> dict[str, object]:
    """What nbgrader says of a cell: a few words and numbers."""
    plain = {name: value for name, value in own.items() if isinstance(value, str | int | float)}
    return dict(islice(plain.items(), 20))


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook in a file. Raises NotAdmittedError with the reason if there is none."""
    if not path.exists() and not path.is_symlink():
        names = [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else []
        there = sorted(one_line(name, 60) for name in names if name != "timestamp.txt")
        raise NotAdmittedError(f"No {path.name}; found {', '.join(there[:5]) or 'nothing'}.")
    return parse_notebook(read_plain(path), path.name)


def grade_ids(nb: NotebookNode) -> set[str]:
    """Return the ids under which nbgrader knows a notebook's cells."""
    found = (cell.metadata.get("nbgrader") for cell in nb.cells)
    return {str(data["grade_id"]) for data in found if isinstance(data, dict) and data.get("grade_id")}


def match_notebook(folder: Path, expected: set[str], names: list[str]) -> Path | None:
    """Return the one notebook under another name whose cells are those of a lab; None without one, or with several.

    Args:
        folder: what was handed in, or will be.
        expected: the lab's grade_ids; the notebook has more than half of them.
        names: the notebooks that the lab has, without `.ipynb`: none of them is a renamed one.
    """
    if not expected or not folder.is_dir():
        return None
    there = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".ipynb")
    found = []
    for path in [path for path in there if path.name not in {f"{name}.ipynb" for name in names}][
        :MOST_RENAMED
    ]:
        try:
            ids = grade_ids(read_notebook(path))
        except NotAdmittedError:
            continue
        if 2 * len(ids & expected) > len(expected):
            found.append(path)
    return found[0] if len(found) == 1 else None


@dataclass
class PlainFiles:
    """The plain files under a folder, each opened once and never looked up by its name again.

    Iterating gives (relative path, descriptor, status); the descriptor is closed when the loop goes on. Links, pipes,
    devices and files of another owner than the folder's are left out and named in `left_out`. A link that takes a
    file's place in the meantime is not followed, since folders and files are opened relative to their parent's
    descriptor. (Windows has no such descriptors: there the walk goes by name.)

    Iterating raises NotAdmittedError for too many or too large files, folders nested too deeply, and what can't be
    read.
    """

    folder: Path
    most_files: int
    most_size: int  # bytes in all; a hole in a file counts like any other byte
    skip: Callable[[str, bool], bool] = lambda name, is_folder: False
    left_out: list[str] = field(default_factory=list)
    owner: int = -1  # of the folder, once it was opened
    newest: float = 0.0  # the last change in what was walked, as the file system wrote it down
    files: int = 0
    size: int = 0
    entries: int = 0

    def __iter__(self) -> Iterator[tuple[str, int, os.stat_result]]:
        try:
            place, status = _open(None, str(self.folder))
        except OSError as error:
            why = "is a link" if error.errno == errno.ELOOP else f"can't be read: {error.strerror}"
            raise NotAdmittedError(f"{one_line(self.folder.name, 100)} {why}.") from error
        try:
            if not stat.S_ISDIR(status.st_mode):
                raise NotAdmittedError(f"{one_line(self.folder.name, 100)} is not a folder.")
            self.owner, self.newest = status.st_uid, status.st_ctime
            yield from self._walk(place, "", 1)
        except FileNotFoundError as error:
            raise NotAdmittedError("It changed while it was being read.") from error
        finally:
            _close(place)

    def _walk(self, parent: Place, above: str, depth: int) -> Iterator[tuple[str, int, os.stat_result]]:
        if depth > MOST_DEPTH:
            raise NotAdmittedError(f"Its folders are nested more than {MOST_DEPTH} deep.")
        with os.scandir(parent) as entries:
            names = [entry.name for entry in islice(entries, MOST_ENTRIES + 1)]
        self.entries += len(names)
        if self.entries > MOST_ENTRIES:
            raise NotAdmittedError(f"It holds more than {MOST_ENTRIES} files and folders.")
        for name in sorted(names):
            path = above + name
            status = _look(parent, name)
            is_folder = stat.S_ISDIR(status.st_mode)
            if self.skip(name, is_folder):
                continue
            if not (is_folder or stat.S_ISREG(status.st_mode)):
                self.left_out.append(path)
                continue
            try:
                place, status = _open(parent, name)
            except OSError as error:
                if error.errno == errno.ELOOP:  # a link by now
                    self.left_out.append(path)
                    continue
                raise NotAdmittedError(f"{one_line(path, 100)} can't be read: {error.strerror}.") from error
            try:
                yield from self._found(place, path, status, depth)
            finally:
                _close(place)

    def _found(
        self, place: Place, path: str, status: os.stat_result, depth: int
    ) -> Iterator[tuple[str, int, os.stat_result]]:
        """What was opened, whatever the name stood for before."""
        self.newest = max(self.newest, status.st_ctime)
        if stat.S_ISDIR(status.st_mode):
            yield from self._walk(place, path + "/", depth + 1)
        elif not stat.S_ISREG(status.st_mode) or status.st_uid != self.owner:
            self.left_out.append(path)
        else:
            assert isinstance(place, int)
            self.files, self.size = self.files + 1, self.size + status.st_size
            if self.files > self.most_files or self.size > self.most_size:
                most = f"{self.most_files} files and {self.most_size / MB:.0f} MB"
                raise NotAdmittedError(f"It holds more than {most}.")
            yield path, place, status


Place = int | str  # a descriptor; where there are none for folders, a path
BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd


def _look(parent: Place, name: str) -> os.stat_result:
    if isinstance(parent, int):
        return os.stat(name, dir_fd=parent, follow_symlinks=False)
    return (Path(parent) / name).lstat()


def _open(parent: Place | None, name: str) -> tuple[Place, os.stat_result]:
    """Open a file or folder of `parent` that is no link; return it and its status."""
    if BY_DESCRIPTOR:
        number = os.open(name, PLAINLY, dir_fd=parent if isinstance(parent, int) else None)
        return number, os.fstat(number)
    path = name if parent is None else str(Path(str(parent)) / name)
    status = Path(path).lstat()
    if not stat.S_ISREG(status.st_mode):
        return path, status
    number = os.open(path, PLAINLY | getattr(os, "O_BINARY", 0))
    return number, os.fstat(number)


def _close(place: Place) -> None:
    if isinstance(place, int):
        os.close(place)


def read_rest(number: int, most: int) -> Iterator[bytes]:
    """Yield what a descriptor holds, in pieces. Raises NotAdmittedError if it has grown beyond `most` bytes."""
    while piece := os.read(number, min(MB, most + 1)):
        most -= len(piece)
        if most < 0:
            raise NotAdmittedError("It changed while it was being read.")
        yield piece


def read_beside(folder: Path) -> dict[str, bytes]:
    """Return the plain files beside the notebooks by relative path; links and special files are left out.

    Raises NotAdmittedError if they are too many or too large, or can't be read.
    """
    walk = PlainFiles(folder, MOST_BESIDE_FILES, MOST_BESIDE, skip=_not_beside)
    try:
        return {path: b"".join(read_rest(number, status.st_size)) for path, number, status in walk}
    except NotAdmittedError as problem:
        raise NotAdmittedError(f"What lies beside the notebook can't be taken. {problem}") from problem
    except OSError as error:
        raise NotAdmittedError(
            f"What lies beside the notebook can't be read: {error.strerror or type(error).__name__}."
        ) from error


def _not_beside(name: str, is_folder: bool) -> bool:
    return name in IGNORED or (not is_folder and name.endswith(".ipynb"))
