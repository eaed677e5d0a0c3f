"""Sample rows, and a small packet that passes every check, made without a model in a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from course_lib.packet.evidence import read_evidence, save_evidence
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.start import new_packet

DAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DECISION = {
    "id": "DEC-DECODING",
    "topic": "decoding",
    "chosen": "greedy decoding, T = 0",
    "reason": "The same ticket has to give the same queue, whoever opens it.",
    "alternatives": [
        {
            "option": "T = 0.7",
            "rejected_because": "only 0.50 of the questions got identical answers",
            "evidence": ["E-TEMP"],
        }
    ],
    "evidence": ["E-TEMP"],
    "decided_by_role": "PM",
    "review_date": "2027-01-31",
}


def sweep_rows() -> list[dict[str, object]]:
    """60 items x 3 temperatures x 5 answers; at T = 0.7 every second item wavers."""
    return [
        {
            "id": f"i{item}-t{t}-{repeat}",
            "item": f"i{item}",
            "temperature": t,
            "repeat": repeat,
            "expected": "Paris",
            "output": "Rome." if t > 0 and repeat == 4 and item % 2 else "Paris.",
        }
        for t in (0.0, 0.7, 1.2)
        for item in range(60)
        for repeat in range(5)
    ]


def probe_rows(n: int = 40) -> list[dict[str, object]]:
    """Failure probes of which every fourth is wrong."""
    return [
        {"id": f"p{i}", "prompt": "?", "expected": "Paris", "output": "Rome." if i % 4 == 0 else "Paris."}
        for i in range(n)
    ]


def forge(folder: Path, id: str, change: Callable[[list[dict[str, Any]]], object], **fields: Any) -> None:
    """Save evidence again with other rows, consistent in every hash and metric, as a clever forger would."""
    stored = read_evidence(load_packet(folder))[id]
    rows = [dict(row) for row in stored.rows]
    change(rows)
    envelope = {**stored.envelope, **fields}
    kept = {name: envelope[name] for name in ("system", "tokenizer", "inputs", "seed", "limits")}
    save_evidence(envelope["kind"], id, envelope["lesson"], rows, packet_dir=folder, now=NOON, **kept)


def make_packet(folder: Path, use_case: str = "ticket-triage") -> Path:
    """A complete packet for lessons 00 to 02 with hand-made rows."""
    new_packet(folder, use_case=use_case, learner="learner-a", today=DAY)
    for kind, id, lesson, rows in (
        ("environment", "E-ENV", "00", [{"id": "python", "ok": True}]),
        ("failure_probes", "E-FAIL", "01", probe_rows()),
        ("temperature_sweep", "E-TEMP", "02", sweep_rows()),
        (
            "training_curve",
            "E-CURVE",
            "02",
            [{"id": str(s), "step": s, "loss": 7.0 / (s + 1)} for s in range(9)],
        ),
        (
            "training_cost",
            "E-6ND",
            "02",
            [{"id": "course_model", "params": 10**6, "tokens": 10**6, "flops_per_second": 1e10}],
        ),
    ):
        save_evidence(kind, id, lesson, rows, packet_dir=folder, now=NOON)
    update_packet(
        folder,
        {
            "decisions": [DECISION],
            "meta": {"lesson_completed": "02"},
            "changelog": [
                {
                    "lesson": "02",
                    "date": "2026-11-02",
                    "summary": "Measured repeatability and decided the decoding.",
                    "fields_changed": ["decisions", "evidence"],
                }
            ],
        },
    )
    return folder
