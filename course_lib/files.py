"""Files that are whole or not there: written under a temporary name, then renamed."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

Writer = Callable[[Path], object]  # fills the file whose name it is given


def write_atomically(path: Path, write: Writer) -> None:
    """Call `write` with a temporary name beside `path`, then rename: a reader never sees half a file."""
    write_together({path: write})


def write_together(files: Mapping[Path, Writer]) -> None:
    """Write files that belong together: none of them is renamed before all are on the disk.

    If one cannot be written, every file that was there before is still there. Folders are made if need be.
    """
    temporary = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in files}
    try:
        for path, write in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write(temporary[path])
            with temporary[path].open("rb+") as file:
                os.fsync(file.fileno())
        for path in files:
            temporary[path].replace(path)
    finally:
        for name in temporary.values():
            name.unlink(missing_ok=True)
