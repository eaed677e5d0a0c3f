"""Puts sitecustomize.py, usercustomize.py, a .pth file and start-up settings into the submission's folder."""

from pathlib import Path

SOURCE = "open('@ROOT@/@MARK@-site', 'w').write('@MARK@')\n"


def folder(path: Path) -> None:
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "ipython_config.py",
        "jupyter_config.py",
        "conftest.py",
    ):
        (path / name).write_text(SOURCE)
    (path / "attack.pth").write_text(f"import os; {SOURCE}")
    (path / ".python-version").write_text("2.7")
    (path / "pyvenv.cfg").write_text("home = /tmp/@MARK@\n")
    (path / "nbgrader_config.py").write_text(
        f"{SOURCE}c = get_config()\nc.Autograde.autograde_preprocessors = []\n"
    )
