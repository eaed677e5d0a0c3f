"""Hands in named pipes and a socket; who opens them for reading waits for ever."""

import os
import socket
from pathlib import Path


def folder(path: Path) -> None:
    (path / "lab.ipynb").unlink()
    os.mkfifo(path / "lab.ipynb")
    os.mkfifo(path / "data.csv")
    here = Path.cwd()
    os.chdir(path)
    try:
        socket.socket(socket.AF_UNIX).bind("agent.sock")
    finally:
        os.chdir(here)
