"""What changed between two packets, or between a packet and its seal, in sentences: `course packet diff`.

Entries are matched by their id (see KEYS), never by their place: another order, comments and layout are no change.
Thresholds that moved come first: whoever moves the bar after seeing the jump should be asked why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.packet.evidence import read_evidence, same
from course_lib.packet.files import PacketError
from course_lib.packet.load import Packet, load_packet
from course_lib.packet.lock import SEALED, Entry, read_lock, sealed_packet
from course_lib.packet.render import words
from course_lib.packet.schema import PacketModel
from course_lib.plain import clean

Data = dict[str, Any]

# What tells the entries of a list apart, where it is not `id`.
KEYS = {
    "changelog": "lesson",
    "success_criteria": "text",
    "results": "threshold",
    "failures": "case",
    "alternatives": "option",
    "monitoring": "metric",
    "conditions": "text",
    "approvals": "role",
}
IN_ORDER = ("rollback.steps",)  # lists of words whose order says something
TITLES = ("name", "metric", "chosen", "subject", "description", "area", "summary", "option", "kind")
EASIER = {">=": -1, ">": -1, "<=": 1, "<": 1}  # the direction in which a value becomes easier to meet
SEVERITIES = ("minor", "major", "blocking")
SHORT = 160


@dataclass(frozen=True)
class Change:
    """One difference: the section that it is in, and one sentence."""

    section: str
    sentence: str
    moved: bool = False  # a threshold that asks for something else than before


@dataclass
class Comparison:
    """The differences between two packets, thresholds that moved first; `note` says what could not be compared."""

    before: str
    after: str
    changes: list[Change] = field(default_factory=list)
    note: str = ""

    @property
    def summary(self) -> str:
        """One sentence: how much changed, and how many thresholds moved."""
        moved = sum(change.moved for change in self.changes)
        if not self.changes and self.note:
            return f"No threshold and no evidence changed between {self.before} and {self.after}."
        if not self.changes:
            return f"Nothing changed between {self.before} and {self.after}."
        told = f"{len(self.changes)} {'change' if len(self.changes) == 1 else 'changes'}"
        thresholds = "no threshold" if not moved else "1 threshold" if moved == 1 else f"{moved} thresholds"
        return f"{told} between {self.before} and {self.after}; {thresholds} moved."

    def by_section(self) -> list[tuple[str, list[Change]]]:
        """The changes under their section, in the order of the packet; moved thresholds stand alone in front."""
        groups: dict[str, list[Change]] = {}
        for change in self.changes:
            groups.setdefault("thresholds that moved" if change.moved else change.section, []).append(change)
        return list(groups.items())


def compare(
    before: Packet, after: Packet, names: tuple[str, str] = ("the first", "the second")
) -> Comparison:
    """Compare two packets that were read; `names` is what the summary calls them."""
    changes = list(_packets(_data(before), _data(after)))
    changes += list(_measurements(before, after))
    return Comparison(*names, _ordered(changes))


def compare_with_seal(packet: Packet, lesson: str | None = None) -> Comparison:
    """Compare a packet with its last seal, or with the last seal of a lesson.

    Raises PacketError if there is no such seal, or its copy was changed. A seal that kept no copy is compared as
    far as the lock goes: thresholds and evidence.
    """
    entries = read_lock(packet.folder)
    chosen = [entry for entry in entries if lesson is None or entry["lesson"] == lesson]
    if not chosen:
        which = f"Lesson {lesson} was" if lesson and entries else "This packet was"
        raise PacketError(
            f"{which} never sealed, so there is nothing to compare with; `course packet seal` does it."
        )
    entry = chosen[-1]
    name = f"the seal of lesson {entry['lesson']} ({str(entry.get('sealed_at'))[:10]})"
    sealed = sealed_packet(packet.folder, entry)
    if sealed is not None:
        return Comparison(name, "now", _ordered(list(_packets(_data(sealed), _data(packet)))))
    if entry.get("packet_sha256") == packet.content_sha256:
        return Comparison(name, "now")
    note = "This seal kept no copy of the packet, so only thresholds and evidence can be compared."
    return Comparison(name, "now", _ordered(list(_with_lock_alone(entry, packet))), note)


def compare_paths(before: str | Path, after: str | Path) -> Comparison:
    """Compare the packets in two folders."""
    return compare(load_packet(before), load_packet(after), (str(before), str(after)))


def _ordered(changes: list[Change]) -> list[Change]:
    """Thresholds that moved, then the sections in the packet's order, but meta (days and hashes) last."""
    sections = [name for name in PacketModel.model_fields if name != "meta"]

    def place(change: Change) -> tuple[bool, int]:
        return not change.moved, sections.index(change.section) if change.section in sections else len(
            sections
        )

    return sorted(changes, key=place)


# --- what a packet says, as plain data ----------------------------------------------------------------------


def _data(packet: Packet) -> Data:
    """The packet as nested dicts and lists; `{na: true}` is the text "N/A: reason"; meta.prev_lock is left out."""
    data = packet.model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    data.get("meta", {}).pop("prev_lock", None)
    for path, reason in packet.not_applicable.items():
        *steps, last = re.findall(r"\w+", path)
        target: Any = data
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target.setdefault(step, {})
        target[last] = f"N/A: {reason}"
    return data


def _key(name: str, item: Any) -> str:
    """What an entry of the list `name` is called."""
    return str(item.get(KEYS.get(name, "id")) or "without a name") if isinstance(item, dict) else str(item)


def _by_key(name: str, items: list[Any]) -> dict[tuple[str, int], Any]:
    """The entries by key; namesakes are counted, so that none is lost."""
    seen: Counter[str] = Counter()
    found = {}
    for item in items:
        key = _key(name, item)
        found[key, seen[key]] = item
        seen[key] += 1
    return found


# --- comparing ----------------------------------------------------------------------------------------------


def _packets(before: Data, after: Data) -> Iterator[Change]:
    for section in PacketModel.model_fields:
        old, new = before.get(section), after.get(section)
        if old == new:
            continue
        if section == "thresholds" and isinstance(old or [], list) and isinstance(new or [], list) and old:
            yield from _thresholds(old, new or [])
        elif section == "evidence" and isinstance(old, list) and isinstance(new, list):
            yield from _registered(old, new)
        elif old in (None, [], {}):
            yield Change(section, f"The section {section} is new{_contents(new)}.")
        elif new in (None, [], {}):
            yield Change(section, f"The section {section} is gone{_contents(old)}.")
        else:
            yield from (Change(section, sentence) for sentence in _values(old, new, section))


def _contents(value: Any) -> str:
    """What a new or lost section holds, for the end of a sentence."""
    if isinstance(value, list):
        names = [_key("", item) for item in value]
        return f": {', '.join(names[:8])}{' and more' if len(names) > 8 else ''}"
    return f": {', '.join(value)}" if isinstance(value, dict) else f": {_shown(value)}"


def _values(old: Any, new: Any, path: str) -> Iterator[str]:
    """Sentences about everything that differs at a path such as `use_case.slo` or `R-INJECTION: mitigation`."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        joint = ": " if _is_id(path) or ", " in path else "."
        added = [name for name in new if name not in old]
        if len(added) == 1:
            yield f"{path}{joint}{added[0]} is new: {_shown(new[added[0]])}."
        elif added:
            yield f"{path}: new are {', '.join(f'{name} ({_shown(new[name])})' for name in added)}."
        for name, value in old.items():
            here = f"{path}{joint}{name}"
            if name not in new:
                yield f"{here} is gone; it was {_shown(value)}."
            else:
                yield from _values(value, new[name], here)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, path)
    else:
        yield f"{path} {_was_and_is(old, new)}."


def _lists(old: list[Any], new: list[Any], path: str) -> Iterator[str]:
    name = re.split(r"[.: ]+", path)[-1]
    before, after = _by_key(name, old), _by_key(name, new)
    for key, item in after.items():
        if key not in before:
            yield f"{path}: {_entry(item, key[0])} is new."
        elif isinstance(item, dict):
            yield from _values(before[key], item, key[0] if _is_id(key[0]) else f"{path}, {_shown(key[0])}")
    for key, item in before.items():
        if key not in after:
            yield f"{path}: {_entry(item, key[0])} is gone."
    if path in IN_ORDER and old != new and Counter(map(str, old)) == Counter(map(str, new)):
        yield f"{path}: the order changed; it now starts with {_shown(new[0])}."


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[A-Z]+(-[A-Z0-9]+)+", text) is not None


def _entry(item: Any, key: str) -> str:
    """An entry of a list with its id and what tells a reader which one it is."""
    if not isinstance(item, dict):
        return _shown(item)
    title = next((item[name] for name in TITLES if item.get(name) and item[name] != key), None)
    name = key if _is_id(key) or key.isdigit() else _shown(key)
    return f"{name} ({_shown(title)})" if title else name


def _shown(value: Any) -> str:
    """A value in a sentence: text in quotes, at most SHORT characters of it; a group as its fields."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value) or "nothing"
    text = " ".join(str(value).split())
    if not isinstance(value, str) or _is_id(text) or re.fullmatch(r"[\w.<>=-]+", text):
        return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else text
    return f"'{text if len(text) <= SHORT else text[: SHORT - 1] + '…'}'"


def _was_and_is(old: Any, new: Any) -> str:
    """'was 3 and is 4', or for long text only the words that differ."""
    if not (isinstance(old, str) and isinstance(new, str) and len(old) + len(new) > SHORT):
        return f"was {_shown(old)} and is {_shown(new)}"
    was, now = old.split(), new.split()
    if was == now:
        return "has other line breaks"
    start = next(
        (i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
    )
    end = 0
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    lead = max(0, start - 3)  # a few words before, to find the place
    parts = []
    for text in (was, now):
        piece = " ".join(text[lead : len(text) - end])
        parts.append(("… " if lead else "") + piece + (" …" if end else ""))
    return f"was reworded: {_shown(parts[0])} became {_shown(parts[1])}"


def _thresholds(old: list[Data], new: list[Data]) -> Iterator[Change]:
    """A threshold that moved gives one sentence, with its reason."""
    before, after = _by_key("thresholds", old), _by_key("thresholds", new)
    for key, now in after.items():
        id = key[0]
        if key not in before:
            yield Change("thresholds", f"{id} is new: {_asks(now)}.")
            continue
        was = before[key]
        moved = [
            name
            for name in ("metric", "op", "value", "unit", "max_rate", "severity")
            if was.get(name) != now.get(name)
        ]
        if moved:
            told = " and ".join(f"{name} {_was_and_is(was.get(name), now.get(name))}" for name in moved)
            reason = now.get("change_reason")
            why = (
                f"The reason given: {_shown(reason).strip(chr(39)).rstrip('.')}."
                if reason
                else "No reason is given (change_reason)."
            )
            yield Change("thresholds", f"{id}: {told}{_direction(was, now, moved)}. {why}", moved=True)
        told_already = {*moved, *(("change_reason", "set_at") if moved else ())}
        rest = [
            {name: value for name, value in one.items() if name not in told_already} for one in (was, now)
        ]
        yield from (Change("thresholds", sentence) for sentence in _values(rest[0], rest[1], id))
    for key, was in before.items():
        if key not in after:
            yield Change("thresholds", f"{key[0]} is gone; it asked for: {_asks(was)}.", moved=True)


def _asks(threshold: Data) -> str:
    """What a threshold asks for, in words."""
    parts = [threshold.get("metric"), threshold.get("op"), threshold.get("value"), threshold.get("unit")]
    text = " ".join(
        f"{part:g}" if isinstance(part, float) else str(part) for part in parts if part is not None
    )
    return text + (f" ({threshold['severity']})" if threshold.get("severity") else "")


def _direction(was: Data, now: Data, moved: list[str]) -> str:
    """Whether the threshold became easier or harder to meet, where that can be said."""
    steps = []
    op = now.get("op")
    for name, sign in (("value", EASIER.get(str(op))), ("max_rate", 1)):
        if name in moved and sign and None not in (was.get(name), now.get(name)):
            steps.append(sign * (now[name] - was[name]) > 0)
    if "severity" in moved and was.get("severity") in SEVERITIES and now.get("severity") in SEVERITIES:
        steps.append(SEVERITIES.index(now["severity"]) < SEVERITIES.index(was["severity"]))
    if not steps or {"metric", "op", "unit"} & set(moved) or len(set(steps)) > 1:
        return ""
    return ", which is easier to meet" if steps[0] else ", which is harder to meet"


def _registered(old: list[Data], new: list[Data]) -> Iterator[Change]:
    """Evidence that came, went or was measured again."""
    before, after = _by_key("evidence", old), _by_key("evidence", new)
    for key, now in after.items():
        if key not in before:
            yield Change("evidence", f"{key[0]} is new ({now.get('kind')}, lesson {now.get('lesson')}).")
        elif now != before[key]:
            yield Change("evidence", f"{key[0]} was measured again.")
    for key, was in before.items():
        if key not in after:
            yield Change("evidence", f"{key[0]} is gone ({was.get('kind')}, lesson {was.get('lesson')}).")


def _measurements(before: Packet, after: Packet) -> Iterator[Change]:
    """Numbers that differ between two packets that both have their evidence beside them."""
    old, new = read_evidence(before), read_evidence(after)
    for id in new:
        if id not in old or old[id].envelope_sha256 == new[id].envelope_sha256:
            continue
        was, now = old[id].envelope.get("metrics"), new[id].envelope.get("metrics")
        if not isinstance(was, dict) or not isinstance(now, dict):
            continue
        for name, value in now.items():
            first = was.get(name)
            if isinstance(first, int | float) and isinstance(value, int | float) and not same(first, value):
                yield Change("evidence", f"{id}#{name} was {first:.4g} and is {value:.4g}.")


def _with_lock_alone(entry: Entry, packet: Packet) -> Iterator[Change]:
    """What a lock tells without a copy: the sealed thresholds and the hashes of the evidence."""
    sealed = [{"id": id, **_without_none(fields)} for id, fields in entry["thresholds"].items()]
    names = {name for fields in entry["thresholds"].values() for name in fields} or set(SEALED)
    now = [
        _without_none(threshold.model_dump(mode="json", include={"id", "change_reason", *names}))
        for threshold in packet.model.thresholds
    ]
    moved = {change.sentence for change in _thresholds(sealed, now) if change.moved}
    new = [threshold for threshold in now if threshold.get("id") not in entry["thresholds"]]
    yield from (Change("thresholds", sentence, moved=True) for sentence in sorted(moved))
    yield from _thresholds([], new)
    found = entry.get("files")
    files = found if isinstance(found, dict) else {}
    for listed in packet.model.evidence:
        if listed.path not in files:
            yield Change("evidence", f"{listed.id} is new ({listed.kind}, lesson {listed.lesson}).")
        elif files[listed.path] != listed.sha256:
            yield Change("evidence", f"{listed.id} was measured again.")
    paths = {listed.path for listed in packet.model.evidence}
    for path in files:
        if path not in paths and not path.endswith(".rows.jsonl"):
            yield Change("evidence", f"{path} is gone.")


def _without_none(data: Data) -> Data:
    return {name: value for name, value in data.items() if value is not None}


def print_comparison(compared: Comparison) -> None:
    """Print what changed, section by section."""
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding

    console = Console(highlight=False)
    console.print(escape(clean(compared.summary)))
    if compared.note:
        console.print(escape(compared.note))
    for section, changes in compared.by_section():
        console.print(f"\n[bold]{escape(words(section))}[/bold]")
        for change in changes:
            console.print(Padding(escape(clean(change.sentence)), (0, 0, 0, 2)))
