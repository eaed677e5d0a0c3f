"""Evidence: what the library measured, with its raw rows.

An envelope (evidence/E-TEMP.json) says who measured what, with which code and seed; the raw rows lie beside
it
(evidence/E-TEMP.rows.jsonl). A hash shows that nothing changed; only recomputing (kinds.py) shows that a
number is true.
"""

from __future__ import annotations

import hmac
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from course_lib import __version__, clock
from course_lib.json_size import count_values
from course_lib.packet.files import (
    PacketError,
    canonical,
    inside,
    parse_json,
    read_bytes,
    sha256,
    write_atomic,
)
from course_lib.packet.kinds import RECOMPUTE, Row, same
from course_lib.packet.load import Packet, load_packet, update_packet
from course_lib.packet.schema import LESSONS

SCHEMA = "course-evidence/1"
ENVELOPE_LIMIT = 1024 * 1024
ROWS_LIMIT = 16 * 1024 * 1024
MOST_EVIDENCE = 60  # entries that are read
ALL_ROWS_LIMIT, ALL_VALUES_LIMIT = 64 * 1024 * 1024, 2_000_000  # of all evidence together: bytes, JSON values
CLASS_KEY = "COURSE_PACKET_KEY"  # an instructor may set this for the whole class
FIELDS = (
    "schema",
    "id",
    "lesson",
    "kind",
    "learner",
    "use_case",
    "created_at",
    "code",
    "env",
    "seed",
    "system",
    "tokenizer",
    "inputs",
    "raw",
    "metrics",
    "units",
    "limits",
)


def learner_seed(learner: str, use_case: str, lesson: str) -> int:
    """The seed that decides which rows this learner draws in this lesson: 0 .. 2**31-1.

    HMAC-SHA256 over learner, use case and lesson. The key is the environment variable COURSE_PACKET_KEY if an
    instructor set one for the class, else a public constant: two learners then still draw different rows.
    """
    key = os.environ.get(CLASS_KEY, "how-ai-models-work").encode()
    digest = hmac.digest(key, f"{learner}|{use_case}|{lesson}".encode(), "sha256")
    return int.from_bytes(digest[:4], "big") >> 1


# --- saving -------------------------------------------------------------------------------------------------


def save_evidence(
    kind: str,
    id: str,
    lesson: str,
    rows: Iterable[Row],
    metrics: Mapping[str, float] | None = None,
    units: Mapping[str, str] | None = None,
    seed: int | None = None,
    inputs: Mapping[str, Any] | None = None,
    limits: str = "",
    *,
    packet_dir: str | Path,
    system: str = "",
    tokenizer: str = "",
    device: str = "cpu",
    cell: str | None = None,
    now: datetime | None = None,
) -> Path:
    """Write one measurement into a packet: rows, envelope, and its entry in packet.yaml; returns the
    envelope's path.

    Args:
        kind: one of RECOMPUTE; `metrics` are computed from the rows, and must agree if they are given.
        id: for example "E-TEMP"; an older measurement of the same id is replaced.
        rows: dicts of plain JSON values, each with an `id` of its own.
        seed: the learner's seed for this lesson unless given.
        cell: the source of the notebook cell that measured; found by itself in a notebook.

    Raises:
        PacketError: for a packet without learner and use case, an unknown kind, or rows that do not fit the
        kind.
            Nothing is written then.
    """
    packet = load_packet(packet_dir)
    meta = packet.model.meta
    if meta is None or not meta.learner_id or not meta.use_case_id:
        raise PacketError(
            "Fill in meta.learner_id and meta.use_case_id first: evidence belongs to a learner and a use"
            " case."
        )
    if lesson not in LESSONS:
        raise PacketError(f"There is no lesson '{lesson}'; use 00 to 12.")
    if kind not in RECOMPUTE:
        raise PacketError(f"'{kind}' is not a kind of evidence; use one of {', '.join(sorted(RECOMPUTE))}.")
    plain = [dict(row) for row in rows]
    ids = [row.get("id") for row in plain]
    if not plain or len(set(map(str, ids))) != len(ids) or None in ids:
        raise PacketError(f"{id} needs at least one row, and an `id` of its own in each row.")
    try:
        computed = RECOMPUTE[kind](plain)
        raw = "".join(canonical(row) + "\n" for row in plain).encode()
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as problem:
        raise PacketError(f"The rows of {id} do not fit the kind '{kind}' ({problem}).") from None
    if metrics is not None and any(
        not same(computed.get(name, math.nan), value) for name, value in metrics.items()
    ):
        raise PacketError(f"The metrics given for {id} do not follow from its rows; leave `metrics` out.")
    name = f"evidence/{id}"
    envelope = {
        "schema": SCHEMA,
        "id": id,
        "lesson": lesson,
        "kind": kind,
        "learner": meta.learner_id,
        "use_case": meta.use_case_id,
        "created_at": (now or clock.now()).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "code": {
            "package": "course_lib",
            "version": __version__,
            **_git(),
            "cell_sha256": sha256(cell or _cell()),
        },
        "env": {"python": platform.python_version(), "packages": _packages(), "device": device},
        "seed": learner_seed(meta.learner_id, meta.use_case_id, lesson) if seed is None else seed,
        "system": system,
        "tokenizer": tokenizer,
        "inputs": dict(inputs or {}),
        "raw": {"path": f"{name}.rows.jsonl", "sha256": sha256(raw), "rows": len(plain)},
        "metrics": computed,
        "units": dict(units or {}),
        "limits": limits,
    }
    text = canonical_pretty(envelope)
    rows_file, file = inside(packet.folder, f"{name}.rows.jsonl"), inside(packet.folder, f"{name}.json")
    entry = {"id": id, "lesson": lesson, "kind": kind, "path": f"{name}.json", "sha256": sha256(text)}
    write_atomic(rows_file, raw)
    write_atomic(file, text)
    update_packet(packet.folder, {"evidence": [entry]})
    return file


def canonical_pretty(value: Any) -> str:
    """JSON for people: indented, one key a line, newline at the end."""
    import json

    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _cell() -> str:
    """The source of the notebook cell that is running, else an empty text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    cells = shell.user_ns.get("In", [""]) if shell is not None else [""]
    return str(cells[-1]) if cells else ""


def _packages() -> dict[str, str]:
    found = {}
    for name in ("torch", "numpy", "safetensors", "pydantic"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _git() -> dict[str, Any]:
    """The commit of the course's tree and whether it has local changes; empty answers without git."""
    root = Path(__file__).resolve().parents[2]

    def ask(*arguments: str) -> str:
        result = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=5, check=True
        )
        return result.stdout.strip()

    try:
        return {
            "git": ask("rev-parse", "HEAD"),
            "dirty": bool(ask("status", "--porcelain", "--", "course_lib")),
        }
    except (OSError, subprocess.SubprocessError):
        return {"git": "", "dirty": False}


# --- reading ------------------------------------------------------------------------------------------------


@dataclass
class Stored:
    """One piece of evidence as it lies on disk; `problem` is set if it cannot be read."""

    id: str
    envelope: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    envelope_sha256: str = ""
    rows_sha256: str = ""
    problem: str = ""

    @property
    def missing(self) -> list[str]:
        """Fields of the envelope that are absent or of the wrong kind."""
        wrong = [name for name in FIELDS if name not in self.envelope]
        for name, kind in (
            ("raw", dict),
            ("metrics", dict),
            ("inputs", dict),
            ("code", dict),
            ("env", dict),
            ("seed", int),
            ("kind", str),
            ("system", str),
            ("tokenizer", str),
        ):
            if name not in wrong and not isinstance(self.envelope[name], kind):
                wrong.append(name)
        for group, names in (
            ("code", ("package", "version")),
            ("env", ("python",)),
            ("raw", ("path", "sha256", "rows")),
        ):
            if group not in wrong:
                wrong += [f"{group}.{name}" for name in names if name not in self.envelope[group]]
        if "inputs" not in wrong:
            inputs = self.envelope["inputs"]
            names = ("data_id", "dataset_sha256")
            wrong += [f"inputs.{name}" for name in names if not isinstance(inputs.get(name, ""), str)]
        return wrong


def read_evidence(packet: Packet) -> dict[str, Stored]:
    """Every registered piece of evidence of a packet by id; unreadable ones carry their problem.

    Each file is read once: a second entry that names it has a problem, and so has what exceeds the limits.
    """
    found: dict[str, Stored] = {}
    reader = _Reader(packet.folder)
    for number, entry in enumerate(packet.model.evidence, 1):
        if not entry.id or not entry.path:
            continue
        found[entry.id] = stored = Stored(entry.id)
        try:
            if number > MOST_EVIDENCE:
                raise PacketError(
                    f"Only {MOST_EVIDENCE} entries of evidence are read; {entry.id} is one more."
                )
            reader.read(entry.path, stored)
        except UnicodeDecodeError:
            stored.problem = f"{entry.path} is not UTF-8 text."
        except PacketError as problem:
            stored.problem = str(problem)
    return found


class _Reader:
    """Reads the evidence of one packet within its limits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.owners: dict[Path, str] = {}
        self.rows_left, self.values_left = ALL_ROWS_LIMIT, ALL_VALUES_LIMIT

    def read(self, path: str, stored: Stored) -> None:
        """Fill in envelope and rows. Raises PacketError or UnicodeDecodeError with what is filled in so far."""
        content = read_bytes(self._own(path, stored.id), ENVELOPE_LIMIT)
        stored.envelope_sha256 = sha256(content)
        data = self._parse(content, path)
        if not isinstance(data, dict):
            raise PacketError(f"{path} does not hold an evidence envelope.")
        stored.envelope = data
        raw = data.get("raw")
        if isinstance(raw, dict) and isinstance(raw.get("path"), str):
            name = raw["path"]
            lines = read_bytes(self._own(name, stored.id), min(ROWS_LIMIT, self.rows_left))
            self.rows_left -= len(lines)
            stored.rows_sha256 = sha256(lines)
            rows = [self._parse(line, name) for line in lines.splitlines() if line.strip()]
            if not all(isinstance(row, dict) for row in rows):
                raise PacketError(f"{name} holds lines that are not rows.")
            stored.rows = rows

    def _own(self, name: str, id: str) -> Path:
        """The file of that name, which belongs to this piece of evidence alone."""
        path = inside(self.folder, name)
        owner = self.owners.setdefault(path, id)
        if owner != id:
            raise PacketError(f"{name} belongs to {owner} already; each measurement has files of its own.")
        return path

    def _parse(self, content: bytes, name: str) -> Any:
        self.values_left -= count_values(content)
        if self.values_left < 0:
            raise PacketError(f"{name} holds too many values: at most {ALL_VALUES_LIMIT:,} in all evidence.")
        return parse_json(content.decode("utf-8"), name)
