"""The exchange's folders, with rights under which nobody can move or replace what is not theirs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseAssignment

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class SafeRelease(ExchangeReleaseAssignment):
    """nbgrader's releasing; folders that others may write to are sticky, and the course's own is not one of them."""

    def ensure_root(self) -> None:
        super().ensure_root()
        _restrict(Path(self.root), add=stat.S_ISVTX)

    def init_dest(self) -> None:
        super().init_dest()
        _restrict(Path(self.inbound_path), add=stat.S_ISVTX)
        if not self.coursedir.groupshared:
            for folder in (self.course_path, self.outbound_path):
                _restrict(Path(folder), take=OTHERS_WRITE)


def _restrict(folder: Path, add: int = 0, take: int = 0) -> None:
    """Change the rights of a folder that is ours; somebody else's is theirs to mend."""
    status = folder.stat()
    mode = (stat.S_IMODE(status.st_mode) | add) & ~take
    if mode != stat.S_IMODE(status.st_mode) and status.st_uid == os.geteuid():
        folder.chmod(mode)
