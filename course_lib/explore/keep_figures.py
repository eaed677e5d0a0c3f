"""Figures that the README shows are the lessons' own: `lessons/images/NN-cell.png` is the first image of that cell.

`NN-cell.2.png` is the second one.

`python -m course_lib.explore.keep_figures` takes them anew from the stored outputs (`make lessons` does it).
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any


def stored_figure(notebook: Path, cell_id: str, place: int = 1) -> tuple[bytes, str]:
    """Return the PNG and the alternative text of an image that a cell of a lesson stores (place 1: the first one).

    Raises:
        ValueError: there is no such cell, or it stores fewer images.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs: list[dict[str, Any]] = next(
        (cell.get("outputs", []) for cell in cells if cell["id"] == cell_id), []
    )
    page = "".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    found = re.findall(r'<img alt="([^"]*)"[^>]* src="data:image/png;base64,([^"]+)"', page)
    if len(found) < place:
        raise ValueError(f"{notebook.name}: the cell {cell_id!r} stores no image {place}")
    words, data = found[place - 1]
    return base64.b64decode(data), words


def kept_figures(lessons: Path) -> dict[Path, tuple[Path, str, int]]:
    """Return for each image `NN-cell.png` in lessons/images its notebook, cell, and place among that cell's images."""
    found = {}
    for image in sorted((lessons / "images").glob("[0-9][0-9]-*.png")):
        cell, _, place = image.stem[3:].partition(".")
        found[image] = (next(lessons.glob(f"{image.name[:2]}-*.ipynb")), cell, int(place or 1))
    return found


def main() -> None:
    """Write every kept figure again."""
    for image, (notebook, cell, place) in kept_figures(Path("lessons")).items():
        image.write_bytes(stored_figure(notebook, cell, place)[0])
        print(f"{image} from {notebook.name}")


if __name__ == "__main__":
    main()
