"""Collecting from the exchange: no link is followed, and the time of a hand-in is not the learner's to write.

`nbgrader_config.py` puts it into nbgrader's place, so `nbgrader collect`, the formgrader and `course grade` use it.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns, parse_utc
from traitlets import Bool

from course_lib.grading.exchange import LEARNER, arrival, drop_links

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
        for record in [r for r in self.src_records if not LEARNER.fullmatch(r["username"])]:
            self.log.warning("%s is no learner's hand-in and was left out", record["filename"])
            self.src_records.remove(record)
        super().copy_files()

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy one hand-in, links as links, drop them, and write down when it came."""
        source, target = Path(src), Path(dest)
        came = arrival(source)
        course = self.coursedir
        unwanted = ignore_patterns(course.ignore, course.include, course.max_file_size, self.log)
        shutil.copytree(source, target, symlinks=True, ignore=unwanted)
        for name in drop_links(target):
            self.log.warning("%s: %s is a link or no file and was left out", source.name, name)
        stamp = target / "timestamp.txt"
        try:
            claimed = parse_utc(stamp.read_text(encoding="utf-8", errors="replace").strip())
        except (OSError, ValueError):
            claimed = None
        came = came.replace(tzinfo=None)
        if claimed is None or (self.check_arrival and came - claimed > TOLERANCE):
            self.log.warning("%s says that it was handed in at %s; it came at %s", source.name, claimed, came)
            stamp.unlink(missing_ok=True)
            stamp.write_text(came.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), encoding="utf-8")
        self.set_perms(
            str(target),
            fileperms=0o664 if self.coursedir.groupshared else 0o644,
            dirperms=0o2775 if self.coursedir.groupshared else 0o755,
        )
