"""Starting a packet: from the blank template, or from a worked use case."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from course_lib.packet.files import PACKET_NAME, PacketError, assessments, write_atomic
from course_lib.packet.load import parse_tree, update_text


def use_cases() -> list[str]:
    """The worked use cases that a packet can start from."""
    return sorted(path.stem for path in assessments("starters").glob("*.yaml"))


def new_packet(
    folder: str | Path, *, use_case: str | None = None, learner: str | None = None, today: date | None = None
) -> Path:
    """Write packet.yaml into a folder, with a made-up pseudonym and today's date; returns its path.

    Args:
        use_case: one of use_cases() for a packet with lessons 00 and 01 drafted; by default the blank
        template.
        learner: the pseudonym; a random one by default.

    Raises:
        PacketError: if there is a packet already (it is never overwritten), or no such use case.
    """
    file = Path(folder) / PACKET_NAME
    if file.exists() or file.is_symlink():
        raise PacketError(f"{file} exists already and is left as it is.")
    if use_case is not None and use_case not in use_cases():
        raise PacketError(f"There is no use case '{use_case}'; choose from {', '.join(use_cases())}.")
    source = assessments(f"starters/{use_case}.yaml" if use_case else "packet.template.yaml")
    text = source.read_text(encoding="utf-8")
    day = (today or datetime.now(UTC).date()).isoformat()
    changes: dict[str, Any] = {
        "meta": {"learner_id": learner or f"learner-{secrets.token_hex(3)}", "created": day, "updated": day}
    }
    tree = parse_tree(text)
    for section, key, name in (("thresholds", "id", "set_at"), ("changelog", "lesson", "date")):
        drafted = [{key: entry[key], name: day} for entry in tree.get(section) or []]
        if drafted:
            changes[section] = drafted
    write_atomic(file, update_text(text, changes))
    return file
