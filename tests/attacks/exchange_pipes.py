"""Puts pipes, links and a folder named timestamp.txt into the exchange, to stop the collecting of all others."""

import os
import shutil
from pathlib import Path


def exchange(inbound: Path) -> None:
    target = inbound / "exchange_pipes+91-attacked+2026-01-01 00:00:00 UTC+x"
    shutil.copytree("@ROOT@/class/submitted/exchange_pipes/91-attacked", target)
    os.mkfifo(target / "data.csv")
    (target / "timestamp.txt").mkdir()
    (target / "nowhere").symlink_to("nowhere")
    (target / "gradebook.db").symlink_to("@ROOT@/class/gradebook.db")
    (target / "neighbours").symlink_to("@ROOT@/class/submitted")
