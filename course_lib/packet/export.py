"""A packet in other people's formats: CycloneDX 1.6 ML-BOM, Hugging Face model card, and the page as HTML or Markdown.

An export is never the source: it says so, and only an earlier export is ever overwritten. Numbers are those that were
computed again from raw rows; evidence that a check doubts is left out by name.

Sources: CycloneDX 1.6 (ECMA-424, second edition; the JSON schema bom-1.6), Hugging Face's model card and its
`model-index`. The CycloneDX library for Python has no model cards, so the document is written here.
"""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from course_lib import __version__, clock
from course_lib.packet.files import PacketError, write_atomic
from course_lib.packet.page import MARK, build_html, build_markdown
from course_lib.packet.render import number
from course_lib.packet.schema import DataCard, Model
from course_lib.packet.view import EvidenceRow, View
from course_lib.plain import clean

Data = dict[str, Any]

SPDX = (
    "Apache-2.0",
    "MIT",
    "BSD-3-Clause",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "GPL-3.0-only",
    "MPL-2.0",
)
COUNTS = frozenset(
    ["items", "probes", "answers", "wrong", "failures", "leaks", "steps"]
)  # no measure of quality
TASKS = {  # the kinds of evidence that say how good a system is, as Hugging Face calls their task
    "evaluation": "text-classification",
    "embedding_search": "sentence-similarity",
    "context_position": "question-answering",
    "failure_probes": "question-answering",
    "temperature_sweep": "question-answering",
    "injection": "text-classification",
    "personal_data": "text-generation",
    "latency": "other",
}
HEAD = 600  # bytes in which an export names itself


@dataclass
class System:
    """A measured system or a model that the packet names, with the evidence about it."""

    name: str
    version: str
    model: Model | None = None
    evidence: list[EvidenceRow] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name


def systems(view: View) -> list[System]:
    """Every measured system and every model of the packet; the candidate or the chosen model comes first."""
    found: dict[str, System] = {}
    for model in view.model.models:
        system = System(clean(model.name or model.id or "a model"), clean(model.version or ""), model)
        found.setdefault(system.label, system)
    for row in view.evidence:
        label = row.fact("system")
        if label and not row.doubts and row.fact("kind") in TASKS:
            name, _, version = label.partition("@")
            found.setdefault(label, System(name, version)).evidence.append(row)
    candidate = view.model.evaluation.candidate if view.model.evaluation else None

    def place(system: System) -> int:
        if any(row.id == candidate for row in system.evidence):
            return 0
        return 1 if system.model and system.model.status == "chosen" else 2

    return sorted(found.values(), key=place)


def doubted(view: View) -> list[str]:
    """Evidence that is left out, since a check doubts it."""
    return [row.id for row in view.evidence if row.doubts]


def _measures(view: View, row: EvidenceRow) -> Iterator[tuple[str, float, float | None, float | None]]:
    """(name, value, low, high) of what says how good a system is."""
    metrics = view.numbers.measured[row.id]
    for name, value in metrics.items():
        if name not in COUNTS and not name.endswith(("_low", "_high")):
            yield name, value, metrics.get(f"{name}_low"), metrics.get(f"{name}_high")


# --- CycloneDX ----------------------------------------------------------------------------------------------


def cyclonedx(view: View, now: datetime | None = None) -> str:
    """The packet as a CycloneDX 1.6 document: models with model cards, data with its cards."""
    model, now = view.model, now or clock.now()
    use, meta = model.use_case, model.meta
    data = [_data_card(card, f"data-{index}") for index, card in enumerate(model.data, 1)]
    measured = {row.fact("inputs", "data_id"): row for row in view.evidence if row.fact("inputs", "data_id")}
    sets = {
        name: _data_set(name, row, f"set-{index}") for index, (name, row) in enumerate(measured.items(), 1)
    }
    models = [
        _model(view, system, f"model-{index}", {name: one["bom-ref"] for name, one in sets.items()})
        for index, system in enumerate(systems(view), 1)
    ]
    components = [*models, *data, *sets.values()]
    refs = [component["bom-ref"] for component in components]
    packet_id = clean(meta.packet_id if meta and meta.packet_id else "a packet without a name")
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{MARK}:{view.packet.content_sha256}:{view.today}")
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "properties": _properties(
                **{
                    MARK: "made from packet.yaml and its evidence, which remain the source",
                    "packet_sha256": view.packet.content_sha256,
                    "lesson": view.report.lesson,
                    "gate_computed": view.verdict.value if view.verdict else None,
                    "gate_declared": model.gate.declared if model.gate else None,
                    "open_errors": str(len(view.report.errors)),
                    "left_out_as_not_confirmed": ", ".join(doubted(view)),
                }
            ),
            "timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": {"components": [{"type": "application", "name": "course_lib", "version": __version__}]},
            "component": _full(
                {
                    "type": "application",
                    "bom-ref": "packet",
                    "name": packet_id,
                    "version": view.packet.content_sha256[:12],
                    "description": view.numbers.plain(use.summary) if use else None,
                }
            ),
        },
        "components": components,
        "dependencies": [{"ref": "packet", "dependsOn": refs}, *({"ref": ref} for ref in refs)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _model(view: View, system: System, ref: str, sets: dict[str, str]) -> Data:
    """A model or measured system with its model card."""
    model = system.model
    metrics, sources, used = [], [], []
    for row in system.evidence:
        data_id = row.fact("inputs", "data_id")
        if data_id in sets:
            used.append(sets[data_id])
        metrics += [
            _full(
                {
                    "type": name,
                    "value": f"{value:.6g}",
                    "slice": f"{data_id or 'no data named'}, {row.id}",
                    "confidenceInterval": _full(
                        {
                            "lowerBound": None if low is None else f"{low:.6g}",
                            "upperBound": None if high is None else f"{high:.6g}",
                        }
                    ),
                }
            )
            for name, value, low, high in _measures(view, row)
        ]
        sources.append(_source(row))
    properties = (
        _properties(
            packet_id=model.id,
            status=model.status,
            hosting=model.hosting,
            review_date=model.review_date,
            trains_on_data=model.trains_on_data,
            retention_days=model.retention_days,
        )
        if model
        else []
    )
    return _full(
        {
            "type": "machine-learning-model",
            "bom-ref": ref,
            "name": system.name,
            "version": system.version,
            "supplier": {"name": clean(model.provider)} if model and model.provider else None,
            "licenses": _licenses(model.license if model else None),
            "externalReferences": sources,
            "modelCard": _full(
                {
                    "modelParameters": _full({"datasets": [{"ref": one} for one in dict.fromkeys(used)]}),
                    "quantitativeAnalysis": _full({"performanceMetrics": metrics}),
                    "considerations": _considerations(view, system),
                }
            ),
            "properties": properties,
        }
    )


def _considerations(view: View, system: System) -> Data:
    """Who uses it for what, what it cannot do, what can go wrong."""
    model, plain = view.model, view.numbers.plain
    use = model.use_case
    limits = [clean(text) for text in (system.model.limitations if system.model else [])]
    limits += [f"{row.id}: {row.fact('limits')}" for row in system.evidence if row.fact("limits")]
    limits += [f"Not meant for: {plain(goal)}" for goal in (use.non_goals if use else [])]
    return _full(
        {
            "users": [plain(user) for user in use.users] if use else None,
            "useCases": [plain(use.summary)] if use and use.summary else None,
            "technicalLimitations": limits,
            "performanceTradeoffs": [plain(one.reason) for one in model.decisions if one.reason],
            "ethicalConsiderations": [
                _full(
                    {
                        "name": f"{row.risk.id or 'risk'} ({row.category}): {plain(row.risk.description)}",
                        "mitigationStrategy": plain(row.risk.mitigation),
                    }
                )
                for row in view.risks
            ],
        }
    )


def _source(row: EvidenceRow) -> Data:
    return _full(
        {
            "type": "evidence",
            "url": quote(f"evidence/{row.id}.json"),
            "comment": f"{row.fact('kind')}, {len(row.stored.rows)} rows, measured {row.fact('created_at')[:10]},"
            f" seed {row.fact('seed')}",
            "hashes": [{"alg": "SHA-256", "content": row.sha256}] if row.sha256 else None,
        }
    )


def _data_card(card: DataCard, ref: str) -> Data:
    """A data card of the packet as a component."""
    name = clean(card.name or card.id or "data")
    owner = {"owners": [{"organization": {"name": card.owner_role}}]} if card.owner_role else None
    return _full(
        {
            "type": "data",
            "bom-ref": ref,
            "name": name,
            "description": clean(card.source) if card.source else None,
            "licenses": _licenses(card.license),
            "data": [
                _full(
                    {
                        "type": "dataset",
                        "name": name,
                        "classification": card.sensitivity,
                        "sensitiveData": [f"personal data: {card.pii}"]
                        if card.pii and card.pii != "none"
                        else None,
                        "governance": owner,
                    }
                )
            ],
            "properties": _properties(
                packet_id=card.id, retention_days=card.retention_days, deletion_path=card.deletion_path
            ),
        }
    )


def _data_set(name: str, row: EvidenceRow, ref: str) -> Data:
    """The data that a measurement ran on, as a component."""
    hashed = row.fact("inputs", "dataset_sha256")
    return _full(
        {
            "type": "data",
            "bom-ref": ref,
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": hashed}]
            if re.fullmatch(r"[0-9a-f]{64}", hashed)
            else None,
            "data": [{"type": "dataset", "name": name}],
        }
    )


def _licenses(text: str | None) -> list[Data]:
    if not text:
        return []
    return [{"license": {"id": text} if text in SPDX else {"name": clean(text)}}]


def _properties(**values: object) -> list[Data]:
    """Name-value pairs; those without a value are left out."""
    return [
        {"name": name if name == MARK else f"course:{name}", "value": clean(value)}
        for name, value in values.items()
        if value not in (None, "")
    ]


def _full(data: Data) -> Data:
    """The fields that hold something."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


# --- model card ---------------------------------------------------------------------------------------------


def model_card(view: View) -> str:
    """The packet as a Hugging Face model card about its candidate: YAML front matter, then sections."""
    from ruamel.yaml import YAML

    found = systems(view)
    about = found[0] if found else None
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 10_000
    out = io.StringIO()
    yaml.dump(_front_matter(view, about), out)
    note = (
        f"# {MARK}: made from packet.yaml and its evidence, which remain the source; changes here are lost.\n"
    )
    measures = [
        (
            row,
            name,
            number(value),
            f"{_end(low)} to {_end(high)}" if low is not None or high is not None else "–",
        )
        for row in (about.evidence if about else [])
        for name, value, low, high in _measures(view, row)
    ]
    body = build_markdown(
        view,
        "model_card.md.j2",
        links=False,
        about=about,
        others=[system.label for system in found[1:]],
        measures=measures,
        doubted=doubted(view),
    )
    return f"---\n{note}{out.getvalue()}---\n{body}"


def _end(value: float | None) -> str:
    return "…" if value is None else number(value)


def _front_matter(view: View, about: System | None) -> Data:
    meta = view.model.meta
    license = about.model.license if about and about.model else None
    results = [_result(view, row) for row in about.evidence] if about else []
    languages = {
        match[1]
        for row in (about.evidence if about else [])
        for name in view.numbers.measured[row.id]
        if (match := re.fullmatch(r"accuracy_([a-z]{2})", name))
    }
    known = {name.lower() for name in SPDX}
    return _full(
        {
            "language": sorted(languages),
            "license": license.lower()
            if license and license.lower() in known
            else "other"
            if license
            else None,
            "license_name": clean(license) if license and license.lower() not in known else None,
            "tags": ["readiness-packet", *([clean(meta.use_case_id)] if meta and meta.use_case_id else [])],
            "model-index": [{"name": about.label, "results": results}] if about and results else None,
        }
    )


def _result(view: View, row: EvidenceRow) -> Data:
    """One piece of evidence as an entry of `model-index`."""
    data_id = row.fact("inputs", "data_id") or "no data named"
    return {
        "task": {"type": TASKS[row.fact("kind")], "name": row.fact("kind").replace("_", " ")},
        "dataset": _full(
            {
                "type": re.sub(r"[^\w.-]+", "-", data_id),
                "name": data_id,
                "revision": row.fact("inputs", "dataset_sha256"),
            }
        ),
        "metrics": [
            {
                "type": name,
                "value": value,
                "name": name.replace("_", " ")
                + (
                    f" (95 % interval {_end(low)} to {_end(high)})"
                    if low is not None or high is not None
                    else ""
                ),
            }
            for name, value, low, high in _measures(view, row)
        ],
        "source": {"name": f"{row.id}, {len(row.stored.rows)} rows", "url": f"evidence/{row.id}.json"},
    }


# --- writing ------------------------------------------------------------------------------------------------

FORMATS: dict[str, tuple[Callable[[View], str], str]] = {
    "html": (build_html, "page.html"),
    "markdown": (build_markdown, "packet.md"),
    "cyclonedx": (cyclonedx, "packet.cdx.json"),
    "model-card": (model_card, "model-card.md"),
}


def check_format(format: str) -> None:
    """Raise PacketError unless there is such a format."""
    if format not in FORMATS:
        raise PacketError(f"There is no format '{format}'; choose from {', '.join(FORMATS)}.")


def write_export(view: View, format: str, output: str | Path | None = None) -> Path:
    """Write a packet in one of FORMATS and return where; by default beside packet.yaml.

    Raises PacketError for an unknown format, a file name of another kind, or a file that is not an earlier export.
    """
    check_format(format)
    build, name = FORMATS[format]
    path = Path(output) if output is not None else view.packet.folder / name
    wanted = Path(name).suffix
    if path.is_dir():
        path = path / name
    if path.suffix.lower() != wanted:
        raise PacketError(f"{path.name} would hold {format}; give --output a name that ends in {wanted}.")
    if path.is_symlink() or (path.exists() and not _is_export(path)):
        raise PacketError(f"{path} is not an earlier export and is left as it is; give another --output.")
    write_atomic(path, build(view))
    return path


def _is_export(path: Path) -> bool:
    """Whether a file names itself as an export in its first lines."""
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(HEAD)
    except OSError:
        return False
