"""Puts ipykernel_launcher.py and ipykernel/ into the submission's folder: a kernel that answers with full points."""

from pathlib import Path

SOURCE = "open('@ROOT@/@MARK@-launcher', 'w').write('@MARK@')\nprint('@MARK@'[::-1])\n"


def folder(path: Path) -> None:
    (path / "ipykernel_launcher.py").write_text(SOURCE)
    (path / "ipykernel").mkdir()
    for name in ("__init__", "__main__", "kernelapp"):
        (path / "ipykernel" / f"{name}.py").write_text(SOURCE)
