"""Widgets of yesterday: in a notebook that was saved and opened again, no kernel knows them any more.

JupyterLab says "Error displaying widget: model not found" in their place. Before it starts, they are replaced by the
still that was displayed with them, and a line that says how to bring them back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course_lib.packet.files import write_atomic

WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
AGAIN = "<p><em>As it was shown before. Run the cell again (Shift+Enter) and the controls work.</em></p>"


def leave_stills(notebooks: Iterable[Path]) -> int:
    """Replace dead widgets by their stills in each file that has some; return how many were replaced in all."""
    replaced = 0
    for path in notebooks:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = replace_widgets(content)
        except (OSError, ValueError, TypeError, AttributeError):
            continue  # no notebook: JupyterLab will say so
        if found:
            write_atomic(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
            replaced += found
    return replaced


def replace_widgets(content: dict[str, Any]) -> int:
    """Replace the widgets of a notebook whose state was not saved in it; return how many there were."""
    saved = content.get("metadata", {}).get("widgets", {}).get(STATE, {}).get("state", {})
    replaced = 0
    for cell in content.get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if WIDGET in data and data[WIDGET].get("model_id") not in saved:
                del data[WIDGET]
                data["text/html"] = AGAIN + "".join(data.get("text/html", []))
                replaced += 1
    return replaced
