"""Starting a packet: from the blank template, or from a worked use case."""

from __future__ import annotations

import difflib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from course_lib import clock
from course_lib.packet.files import PACKET_NAME, PacketError, assessments, read_text, write_atomic
from course_lib.packet.interview import questions
from course_lib.packet.load import (
    PACKET_LIMIT,
    load_packet,
    locate,
    parse_tree,
    update_packet,
    update_text,
    value_problem,
)
from course_lib.packet.lock import read_lock
from course_lib.packet.schema import PacketModel

ENVIRONMENT = "E-ENV"  # which machine it is: the one measurement that says nothing about the use case


def use_cases() -> list[str]:
    """The worked use cases that a packet can start from."""
    return sorted(path.stem for path in assessments("starters").glob("*.yaml"))


def new_packet(
    folder: str | Path,
    *,
    use_case: str | None = None,
    learner: str | None = None,
    today: date | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Path:
    """Write packet.yaml into a folder, with a made-up pseudonym and today's date; returns its path.

    Args:
        use_case: one of use_cases() for a packet with lessons 00 and 01 drafted; by default the blank
        template.
        learner: the pseudonym; a random one by default.
        answers: what is known already, section by section (see course_lib.packet.interview).

    Raises:
        PacketError: if there is a packet already (it is never overwritten), or no such use case.
    """
    file = refuse_existing(folder)
    if use_case is not None and use_case not in use_cases():
        raise PacketError(f"There is no use case '{use_case}'; choose from {', '.join(use_cases())}.")
    source = assessments(f"starters/{use_case}.yaml" if use_case else "packet.template.yaml")
    text = source.read_text(encoding="utf-8")
    day = (today or clock.today()).isoformat()
    changes: dict[str, Any] = {
        "meta": {"learner_id": learner or f"learner-{secrets.token_hex(3)}", "created": day, "updated": day}
    }
    tree = parse_tree(text)
    for section, key, name in (("thresholds", "id", "set_at"), ("changelog", "lesson", "date")):
        drafted = [{key: entry[key], name: day} for entry in tree.get(section) or []]
        if drafted:
            changes[section] = drafted
    text = update_text(text, changes)
    write_atomic(file, update_text(text, answers) if answers else text)
    return file


def require_name(use_case: object) -> None:
    """Refuse a name for a use case that is no id; the sentence offers one that is.

    Raises:
        PacketError: it is not 3 to 40 small letters, digits and hyphens.
    """
    if isinstance(use_case, str) and value_problem("meta.use_case_id", use_case) is None:
        return
    plain = unicodedata.normalize("NFKD", str(use_case)).encode("ascii", "ignore").decode().lower()
    offer = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")
    raise PacketError(
        "A use case has a short name of 3 to 40 small letters, digits and hyphens, such as "
        f'use_case = "{offer if len(offer) >= 3 else "my-use-case"}"; found {str(use_case)[:60]!r}. '
        "Nothing was written."
    )


def change_use_case(folder: Path, use_case: str) -> str | None:
    """Turn a packet to another use case while nothing is measured; return its learner's pseudonym.

    An own use case is renamed. To or from a worked one, the packet is put aside as packet.<its use case>.yaml, and
    one that was put aside before comes back; if there is none, no packet.yaml is left and a new one can be started.

    Raises:
        PacketError: measurements or a seal belong to the use case that it has.
    """
    packet = load_packet(folder)
    meta = packet.model.meta
    old = meta.use_case_id if meta else None
    if old == use_case:
        return None
    if read_lock(folder) or any(entry.id != ENVIRONMENT for entry in packet.model.evidence):
        raise PacketError(
            f"Your packet is about '{old}', and what was measured or sealed belongs to that use case. "
            f'Write use_case = "{old}", or move the folder {folder.name} away to start over.'
        )
    file = folder / PACKET_NAME
    if {old, use_case} & set(use_cases()):
        file.replace(folder / f"packet.{old or 'unnamed'}.yaml")
        aside = folder / f"packet.{use_case}.yaml"
        if aside.is_file():
            aside.replace(file)
    else:
        update_packet(folder, {"meta": {"use_case_id": use_case, "packet_id": f"{use_case}-01"}})
    return meta.learner_id if meta else None


def refuse_existing(folder: str | Path) -> Path:
    """Return where a new packet would be; PacketError if there is one."""
    file = Path(folder) / PACKET_NAME
    if file.exists() or file.is_symlink():
        raise PacketError(f"{file} exists already and is left as it is.")
    return file


def add_section(folder: str | Path, section: str) -> None:
    """Append an empty section, its fields with their help as comments; nothing else changes.

    Raises:
        PacketError: if there is no such section, or the packet has it already.
    """
    if section not in PacketModel.model_fields:
        close = difflib.get_close_matches(section, PacketModel.model_fields, n=1)
        hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(PacketModel.model_fields)}."
        raise PacketError(f"There is no section '{section}'; {hint}")
    file = locate(folder)
    text = read_text(file, PACKET_LIMIT)
    if section in parse_tree(text):
        raise PacketError(f"The packet has a section '{section}' already (in {file}).")
    ending = "" if text.endswith("\n") else "\n"
    write_atomic(file, f"{text}{ending}\n{blank_section(section)}")


def blank_section(section: str) -> str:
    """The YAML of an empty section: each field with its help; a list section shows one entry as a comment."""
    info = PacketModel.model_fields[section]
    is_list = info.default_factory is not None
    lines = [f"{f'{section}:':26} # {info.description}"]
    indent = 2
    groups: list[str] = []
    asked = [question for question in questions(section, lists=True) if "." in question.path]
    for number, question in enumerate(asked):
        *above, name = question.path.split(".")[1:]
        for depth, group in enumerate(above):
            if above[: depth + 1] != groups[: depth + 1]:
                lines.append(f"{' ' * (indent + 2 * depth + 2 * is_list)}{group}:")
        groups = above
        lead = "- " if is_list and number == 0 else "  " if is_list else ""
        choices = f" One of: {' | '.join(question.choices)}." if question.choices else ""
        key = f"{' ' * (indent + 2 * len(above))}{lead}{name}:"
        lines.append(f"{key:26} # {question.help}{choices}")
    if is_list:
        lines[1:] = [f"  # {line[2:]}" for line in lines[1:]]
    return "\n".join(line.rstrip() for line in lines) + "\n"
