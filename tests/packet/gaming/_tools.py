"""What attempts share: changing fields, rows and envelopes, with or without making the hashes fit again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.packet.cases import Case, Item
from course_lib.packet.evidence import canonical_pretty
from course_lib.packet.files import canonical, sha256
from course_lib.packet.kinds import RECOMPUTE
from course_lib.packet.load import update_packet
from course_lib.packet.lock import LOCK_NAME, entry_hash, seal_packet

from ..full import replace
from ..samples import NOON

REFUSED = "refused"
Rows = list[dict[str, Any]]
__all__ = [
    "REFUSED",
    "all_right",
    "envelope",
    "fields",
    "forge",
    "lock",
    "replace",
    "reseal",
    "right_row",
    "rows",
    "substitute",
]


def fields(packet: Path, **changes: Any) -> None:
    """Change fields of packet.yaml, section by section."""
    update_packet(packet, changes)


def substitute(packet: Path, old: str, new: str) -> None:
    """Replace a piece of packet.yaml wherever it stands."""
    file = packet / "packet.yaml"
    text = file.read_text()
    assert old in text, f"{old!r} is not in the packet"
    file.write_text(text.replace(old, new))


def envelope(
    packet: Path, id: str, change: Callable[[dict[str, Any]], object], register: bool = False
) -> None:
    """Edit an envelope by hand; `register` writes its new hash into packet.yaml."""
    file = packet / f"evidence/{id}.json"
    before = file.read_text()
    data = json.loads(before)
    change(data)
    file.write_text(canonical_pretty(data))
    if register:
        replace(packet, sha256(before), sha256(file.read_text()))


def rows(packet: Path, id: str, change: Callable[[Rows], object]) -> None:
    """Edit raw rows by hand and nothing else."""
    file = packet / f"evidence/{id}.rows.jsonl"
    data = [json.loads(line) for line in file.read_text().splitlines()]
    change(data)
    file.write_text("".join(canonical(row) + "\n" for row in data))


def forge(packet: Path, id: str, change: Callable[[Rows], object], **changes: Any) -> None:
    """Edit rows, and make metrics, count and every hash fit again."""
    rows(packet, id, change)
    text = (packet / f"evidence/{id}.rows.jsonl").read_text()
    data = [json.loads(line) for line in text.splitlines()]

    def fit(stored: dict[str, Any]) -> None:
        stored |= changes
        stored["metrics"] = RECOMPUTE[stored["kind"]](data)
        stored["raw"] |= {"rows": len(data), "sha256": sha256(text)}

    envelope(packet, id, fit, register=True)


def all_right(rows: Rows) -> None:
    """Make every output the right answer."""
    for row in rows:
        row["output"] = row["gold"]


def right_row(case: Case, item: Item) -> dict[str, Any]:
    """The row of a text that was answered rightly."""
    return {
        "id": item.id,
        "language": item.language,
        "prompt_sha256": sha256(case.prompt(item.text)),
        "gold": item.gold,
        "output": item.gold,
    }


def lock(packet: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Edit the last entries of packet.lock.json, and make the chain fit again within that file."""
    file = packet / LOCK_NAME
    data = json.loads(file.read_text())
    change(data["entries"])
    previous = None
    for entry in data["entries"]:
        entry["prev"] = previous
        entry["hash"] = previous = entry_hash(entry)
    file.write_text(canonical_pretty(data))


def reseal(packet: Path) -> None:
    """Seal again, as if nothing had happened."""
    seal_packet(packet, "04", now=NOON)
