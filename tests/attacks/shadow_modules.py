"""Puts torch.py, numpy.py, math.py, IPython.py and json.py into the submission's folder."""

from pathlib import Path

NAMES = ("torch", "numpy", "math", "IPython", "json", "contextlib", "jupyter_client", "nbformat", "signal")


def folder(path: Path) -> None:
    for name in NAMES:
        (path / f"{name}.py").write_text(
            "from pathlib import Path\n"
            "for folder in ('@ROOT@', '/tmp', '.'):\n"
            "    try: Path(folder, '@MARK@-shadow').write_text('@MARK@')\n"
            "    except OSError: pass\n"
            "print('@MARK@'[::-1])\n"
            "allclose = equal = isclose = lambda *args, **kwargs: True\n"
        )
