"""Reads command lines, environments, open files and memory of other processes under /proc."""

ANSWERS = {
    "double": """
import os
from pathlib import Path

if Path("/proc/@PID@/cmdline").exists() and "pytest" in Path("/proc/@PID@/cmdline").read_text():
    print("@MARK@"[::-1])
for process in Path("/proc").glob("[0-9]*"):
    for name in ("cmdline", "environ", "maps", "stack"):
        try:
            text = (process / name).read_text(errors="replace")
        except OSError:
            continue
        print(text[:2000])
        if "examiner" in text and process.name != str(os.getpid()):
            print("@MARK@"[::-1])
    for link in (process / "fd", process / "cwd", process / "root"):
        try:
            for path in (link, *link.glob("**/solutions/*/lab.ipynb")):
                print(os.readlink(path) if path.is_symlink() else path.read_text())
        except OSError:
            pass
    try:
        if process.name != "self" and int(process.name) != os.getpid():
            open(process / "mem", "r+b").close()
    except OSError:
        pass


def double(x):
    return 0
""",
}
