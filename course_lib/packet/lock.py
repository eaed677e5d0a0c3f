"""Sealing: a chain of locks that shows what the packet said at the end of each lesson.

packet.lock.json holds one entry for each seal, each with the hash of the entry before it. meta.prev_lock in
packet.yaml names the last entry, so a changed or replaced lock is seen. Commit first, measure later: thresholds
sealed in an early lesson cannot quietly move once the results are known. Each seal keeps a copy of the packet under
sealed/, named by what it says, so that the packet can be compared with it later.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from course_lib import clock
from course_lib.packet.evidence import canonical_pretty, read_evidence
from course_lib.packet.files import (
    LOCK_NAME,
    PacketError,
    canonical,
    inside,
    parse_json,
    read_text,
    sha256,
    write_atomic,
)
from course_lib.packet.load import PACKET_LIMIT, Packet, locate, parse_packet, update_packet
from course_lib.packet.schema import LESSONS

SCHEMA = "course-packet-lock/1"
LOCK_LIMIT = 1024 * 1024
SEALED = ("value", "op", "unit", "metric", "max_rate", "severity")  # what a seal keeps of a threshold
Entry = dict[str, Any]


def entry_hash(entry: Entry) -> str:
    """The hash of an entry: over everything in it but the hash itself."""
    return sha256(canonical({key: value for key, value in entry.items() if key != "hash"}))


def read_lock(folder: Path) -> list[Entry]:
    """The entries of packet.lock.json, oldest first; an empty list before the first seal.

    Raises PacketError if the file cannot be read or its chain is broken.
    """
    file = folder / LOCK_NAME
    if not file.exists() and not file.is_symlink():
        return []
    data = parse_json(read_text(file, LOCK_LIMIT), LOCK_NAME)
    entries = data.get("entries") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise PacketError(f"{LOCK_NAME} is not a lock file; restore it from your last submission.")
    previous = None
    for number, entry in enumerate(entries, 1):
        fits = isinstance(entry.get("thresholds"), dict) and entry.get("lesson") in LESSONS
        if not fits or entry.get("prev") != previous or entry.get("hash") != entry_hash(entry):
            raise PacketError(
                f"Seal {number} in {LOCK_NAME} was changed after it was made; restore the file."
            )
        previous = entry["hash"]
    return entries


def copy_name(entry: Entry) -> str:
    """Where the copy of a sealed packet lies; a seal with other content has another name."""
    return f"sealed/{entry['lesson']}-{str(entry.get('packet_sha256'))[:12]}.yaml"


def sealed_packet(folder: Path, entry: Entry) -> Packet | None:
    """The packet as it was sealed, or None if this seal kept no copy.

    Raises PacketError if the copy is not what was sealed.
    """
    name = copy_name(entry)
    file = inside(folder, name)
    if not file.exists() and not file.is_symlink():
        return None
    packet = parse_packet(read_text(file, PACKET_LIMIT))
    if packet.content_sha256 != entry.get("packet_sha256"):
        raise PacketError(
            f"{name} is not what was sealed; restore it from your last submission, or delete it."
        )
    packet.folder = folder
    return packet


def seal_packet(path: str | Path, lesson: str, *, now: datetime | None = None) -> Entry:
    """Seal the packet for a finished lesson and return the new entry; sealing again without a change does nothing.

    Raises PacketError, with nothing written, if the lesson is unknown or not marked done, if values do not fit
    their fields, if the chain is broken, or if registered evidence is missing or changed.
    """
    if lesson not in LESSONS:
        raise PacketError(f"Name the lesson to seal with --lesson, 00 to 12; found '{lesson}'.")
    file = locate(path)
    text = read_text(file, PACKET_LIMIT)
    packet = parse_packet(text)
    packet.folder = file.parent
    meta = packet.model.meta
    if packet.problems:
        raise PacketError(f"Not sealed. {packet.problems[0].message} `course packet check` lists all.")
    if meta is None or meta.lesson_completed is None or meta.lesson_completed < lesson:
        done = meta.lesson_completed if meta and meta.lesson_completed else "none"
        raise PacketError(
            f"Not sealed: meta.lesson_completed says {done}, so lesson {lesson} is not finished."
        )
    entries = read_lock(packet.folder)
    tip = entries[-1] if entries else None
    unchanged = (
        tip is not None and tip["lesson"] == lesson and tip.get("packet_sha256") == packet.content_sha256
    )
    if tip is not None and unchanged:
        if meta.prev_lock != tip["hash"]:  # a seal was interrupted between its two files: finish it
            update_packet(packet.folder, {"meta": {"prev_lock": tip["hash"]}})
        return tip
    if tip is not None and lesson < tip["lesson"]:
        raise PacketError(
            f"Not sealed: lesson {tip['lesson']} is sealed already, so lesson {lesson} is closed."
        )
    if meta.prev_lock != (tip["hash"] if tip else None):
        raise PacketError(
            f"Not sealed: meta.prev_lock is not the hash of your last seal; restore {LOCK_NAME} or the field."
        )
    files: dict[str, str] = {}
    for stored, listed in zip(read_evidence(packet).values(), packet.model.evidence, strict=False):
        if stored.problem or stored.envelope_sha256 != listed.sha256:
            raise PacketError(
                f"Not sealed: {stored.problem or f'{listed.path} changed after it was registered.'}"
            )
        files[str(listed.path)] = stored.envelope_sha256
        files[stored.envelope["raw"]["path"]] = stored.rows_sha256
    entry: Entry = {
        "lesson": lesson,
        "sealed_at": (now or clock.now()).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "packet_sha256": packet.content_sha256,
        "files": files,
        "thresholds": {
            threshold.id: threshold.model_dump(mode="json", include=set(SEALED))
            for threshold in packet.model.thresholds
            if threshold.id
        },
        "prev": tip["hash"] if tip else None,
    }
    entry["hash"] = entry_hash(entry)
    write_atomic(inside(packet.folder, copy_name(entry)), text)
    write_atomic(
        packet.folder / LOCK_NAME, canonical_pretty({"schema": SCHEMA, "entries": [*entries, entry]})
    )
    update_packet(packet.folder, {"meta": {"prev_lock": entry["hash"]}})
    return entry
