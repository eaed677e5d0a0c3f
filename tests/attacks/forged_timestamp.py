"""Hands in through the exchange with a folder's name, a timestamp.txt and file times of last century, to be early."""

import os
import shutil
from pathlib import Path


def exchange(inbound: Path) -> None:
    target = inbound / "forged_timestamp+91-attacked+1999-12-31 23:59:59 UTC+x"
    shutil.copytree("@ROOT@/class/submitted/forged_timestamp/91-attacked", target)
    (target / "timestamp.txt").write_text("1999-12-31 23:59:59.000000 UTC")
    for path in (*target.iterdir(), target):
        os.utime(path, (946_684_799, 946_684_799))
