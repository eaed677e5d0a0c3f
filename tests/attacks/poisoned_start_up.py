"""Leaves files where the next kernel or shell would start them: profile, site-packages, .pth, home folder."""

ANSWERS = {
    "double": """
import os
import site
import sys
from pathlib import Path

home = Path(os.path.expanduser("~"))
folders = [home, home / ".ipython/profile_default/startup", home / ".jupyter", home / ".config"]
folders += [home / ".local/share/jupyter/kernels/@MARK@", Path(site.getusersitepackages())]
folders += [Path(folder) for folder in sys.path if folder and os.path.isdir(folder)]
for folder in folders:
    for name in ("@MARK@.py", "@MARK@.pth", "@MARK@.json"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("# @MARK@")
        except OSError:
            pass


def double(x):
    return 0
""",
}
