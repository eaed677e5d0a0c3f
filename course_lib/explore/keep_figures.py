"""Figures that the README shows are the lessons' own: `lessons/images/NN-cell.png` is the first image of that cell.

`python -m course_lib.explore.keep_figures` takes them anew from the stored outputs (`make lessons` does it).
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any


def stored_figure(notebook: Path, cell_id: str) -> tuple[bytes, str]:
    """Return the PNG and the alternative text of the first image that a cell of a lesson stores.

    Raises:
        ValueError: there is no such cell, or it stores no image.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs: list[dict[str, Any]] = next(
        (cell.get("outputs", []) for cell in cells if cell["id"] == cell_id), []
    )
    page = "".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    found = re.search(r'<img alt="([^"]*)"[^>]* src="data:image/png;base64,([^"]+)"', page)
    if found is None:
        raise ValueError(f"{notebook.name}: the cell {cell_id!r} stores no image")
    return base64.b64decode(found[2]), found[1]


def kept_figures(lessons: Path) -> dict[Path, tuple[Path, str]]:
    """Return for each image `NN-cell.png` in lessons/images its notebook and cell."""
    images = sorted((lessons / "images").glob("[0-9][0-9]-*.png"))
    return {image: (next(lessons.glob(f"{image.name[:2]}-*.ipynb")), image.stem[3:]) for image in images}


def main() -> None:
    """Write every kept figure again."""
    for image, (notebook, cell) in kept_figures(Path("lessons")).items():
        image.write_bytes(stored_figure(notebook, cell)[0])
        print(f"{image} from {notebook.name}")


if __name__ == "__main__":
    main()
