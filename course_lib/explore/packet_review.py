"""The gate of a packet, sealed and exported: the reader's own, or the worked example (lesson 12)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from course_lib.explore.figure import Marked, table
from course_lib.explore.view import is_frozen
from course_lib.packet.export import FORMATS, write_export
from course_lib.packet.files import PacketError, assessments
from course_lib.packet.load import load_packet
from course_lib.packet.lock import seal_packet
from course_lib.packet.view import GATE_LESSON, collect

SHOWN = 8  # reasons


def packet_folder(here: Path) -> tuple[Path, bool]:
    """Return the folder of the packet to review, and whether it is the reader's own.

    The example stands in where there is no packet yet, and on frozen pages.
    """
    for folder in (here, *here.parents):
        own = folder / "work" / "packet"
        if (own / "packet.yaml").is_file() and not is_frozen():
            return own, True
    return assessments("examples/ticket-triage"), False


def review(here: str | Path = ".") -> Any:
    """Compute a packet's gate, seal and export a copy of it, and show what came out as a table.

    Raises PacketError if the packet can't be read.
    """
    folder, own = packet_folder(Path(here).resolve())
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "packet"
        shutil.copytree(folder, copy)
        meta = load_packet(copy).model.meta
        done = (meta.lesson_completed if meta else None) or "00"
        view = collect(copy, lesson=max(done, GATE_LESSON))
        assert view.verdict is not None
        rows: list[list[object]] = [
            ["packet", "yours" if own else "the worked example (you have none yet)"],
            ["gate", Marked(f"**{view.verdict.value}**")],
        ]
        rows += [[reason.value.lower(), reason.text] for reason in view.verdict.reasons[:SHOWN]]
        if len(view.verdict.reasons) > SHOWN:
            rows.append(["", f"and {len(view.verdict.reasons) - SHOWN} more reasons"])
        rows.append(["sealed", _seal(copy, done)])
        for format in FORMATS:
            path = write_export(view, format)
            rows.append([f"exported: {format}", f"{path.name}, {path.stat().st_size / 1000:.0f} kB"])
    rows.append(["", "all of it from a copy, thrown away again; `course packet export` keeps yours"])
    return table(["", "what came out"], rows)


def _seal(copy: Path, lesson: str) -> str:
    try:
        entry = seal_packet(copy, lesson)
    except PacketError as error:
        return str(error)
    return f"for lesson {lesson}; its hash begins {str(entry['hash'])[:12]}"
