"""Collecting from the exchange: no link is followed, and the time of a hand-in is not the learner's to write.

`nbgrader_config.py` puts it into nbgrader's place, so `nbgrader collect`, the formgrader and `course grade` use it.
"""

from __future__ import annotations

import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns, parse_utc
from traitlets import Bool

from course_lib.grading.exchange import LEARNER, arrival

TOLERANCE = timedelta(minutes=5)  # between the time that a hand-in claims and its arrival


class SafeCollect(ExchangeCollect):
    """nbgrader's collecting, safe from links and forged times."""

    check_arrival = Bool(
        True,
        help="Take the file system's time when a hand-in claims an earlier one. Switch it off after restoring an "
        "exchange from a backup: everything has arrived today then.",
    ).tag(config=True)

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Read learner and time off a folder's name; a name that holds no time stops nobody's collecting."""
        try:
            record: dict[str, Any] = super()._path_to_record(path)
        except ValueError:
            record = {"username": Path(path).name.split("+")[0], "filename": Path(path).name}
            record["timestamp"] = datetime.min
        return record

    def copy_files(self) -> None:
        """Copy the newest hand-in of everybody whose name can be a learner's."""
        for record in list(self.src_records):
            folder = Path(self.inbound_path) / record["filename"]
            if folder.is_symlink() or not folder.is_dir() or not LEARNER.fullmatch(record["username"]):
                self.log.warning("%s is no learner's hand-in and was left out", record["filename"])
                self.src_records.remove(record)
        super().copy_files()

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy one hand-in without its links, pipes and devices, and write down when it came."""
        source, target = Path(src), Path(dest)
        came = arrival(source)
        course = self.coursedir
        patterns = ignore_patterns(course.ignore, course.include, course.max_file_size, self.log)

        def unwanted(parent: str, names: list[str]) -> set[str]:
            modes = {name: (Path(parent) / name).lstat().st_mode for name in names}
            odd = {name for name, mode in modes.items() if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))}
            return odd | set(patterns(parent, [name for name in names if name not in odd]))

        shutil.copytree(source, target, symlinks=True, ignore=unwanted)
        stamp = target / "timestamp.txt"
        try:
            claimed = parse_utc(stamp.read_text(encoding="utf-8", errors="replace").strip())
        except (OSError, ValueError):
            claimed = None
        came = came.replace(tzinfo=None)
        if claimed is None or (self.check_arrival and came - claimed > TOLERANCE):
            self.log.warning("%s says that it was handed in at %s; it came at %s", source.name, claimed, came)
            if stamp.is_dir():
                shutil.rmtree(stamp)
            stamp.unlink(missing_ok=True)
            stamp.write_text(came.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), encoding="utf-8")
        self.set_perms(
            str(target),
            fileperms=0o664 if self.coursedir.groupshared else 0o644,
            dirperms=0o2775 if self.coursedir.groupshared else 0o755,
        )
