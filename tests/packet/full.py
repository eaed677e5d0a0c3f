"""A complete, honest packet for lessons 00 to 04 about ticket triage, for the tests of the judgement checks.

The systems are the course's own, their answers are really given; numbers that follow from a measurement are computed
from it here, as a learner would read them off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from course_lib.packet.cases import get_case
from course_lib.packet.cases.rows import evaluation_rows
from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import Context
from course_lib.packet.evidence import learner_seed, save_evidence
from course_lib.packet.gate import compute_gate
from course_lib.packet.kinds import RECOMPUTE
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.lock import seal_packet
from course_lib.packet.measure import MEASUREMENTS
from course_lib.packet.schema import Control, allowed_values

from .samples import DAY, NOON, make_packet

CASE = "ticket-triage@v1"
TOKENIZER = "course-gpt-tokenizer"
REQUESTS, RATE, MINUTES, HOUR = 36000, 0.15, 1.5, 36.0
PRICE_IN, PRICE_OUT, RETRY = 0.10, 0.40, 0.03
AREAS = allowed_values(Control.model_fields["area"])


# Set and sealed before lesson 04 measures.
THRESHOLDS = [
    {"id": "T-QUAL", "value": 0.85},
    {"id": "T-INJ", "value": 0.02, "severity": "major"},
    {"id": "T-PII", "value": 0.01},
]


def make_full_packet(folder: Path) -> Path:
    """A packet that is finished up to lesson 04 and raises no error."""
    make_packet(folder)
    update_packet(folder, {"thresholds": THRESHOLDS})
    seal_packet(folder, "02", now=NOON)
    measure(folder)
    update_packet(folder, sections(folder))
    declare(folder)
    return folder


def save(folder: Path, kind: str, id: str, rows: Iterable[Any], lesson: str = "04", system: str = "") -> None:
    """Save evidence of the packet's case."""
    save_evidence(
        kind,
        id,
        lesson,
        rows,
        packet_dir=folder,
        now=NOON,
        system=system,
        tokenizer=TOKENIZER,
        inputs={"data_id": CASE, "dataset_sha256": get_case(CASE).sha256},
    )


def answers_of(folder: Path, system: str) -> list[dict[str, Any]]:
    """The answers of a system to the 400 rows that this learner draws in lesson 04."""
    meta = load_packet(folder).model.meta
    assert meta is not None
    seed = learner_seed(str(meta.learner_id), str(meta.use_case_id), "04")
    return evaluation_rows(get_case(CASE), seed, 400, system)


def measure(folder: Path) -> None:
    """The evidence of lessons 03 and 04."""
    for id in ("E-TOK", "E-BASE", "E-CAND", "E-CTX", "E-EMB", "E-MEM", "E-LAT", "E-INJ", "E-PII", "E-DRILL"):
        MEASUREMENTS[id](folder, now=NOON)


def wrong_rows(folder: Path) -> list[str]:
    """The ids that the candidate answered wrongly."""
    rows = Context(load_packet(folder), "04", DAY).evidence["E-CAND"].rows
    return [str(row["id"]) for row in rows if RECOMPUTE["evaluation"]([row])["wrong"]]


def sections(folder: Path) -> dict[str, Any]:
    """What the learner writes in lessons 03 and 04."""
    wrong = wrong_rows(folder)
    measured = Context(load_packet(folder), "04", DAY).measured
    tokens = measured["E-TOK"]
    model_cost = (
        REQUESTS
        * (1 + RETRY)
        * (tokens["mean_prompt_tokens"] * PRICE_IN + tokens["mean_output_tokens"] * PRICE_OUT)
        / 1e6
    )
    review_cost = REQUESTS * RATE * MINUTES / 60 * HOUR
    return {
        "meta": {"lesson_completed": "04"},
        "risk_classification": {
            "eu_ai_act": {
                "role": "deployer",
                "class": "minimal",
                "rationale": "It sorts tickets inside the service desk; nobody's rights or access depend on it.",
                "claims": ["C-LAW"],
            }
        },
        "data": [{"id": "D-TICKETS", "locked_test_sha256": get_case(CASE).sha256}],
        "claims": [
            {
                "id": "C-PRICE",
                "kind": "price",
                "subject": "example-small-1",
                "statement": "List price of the small example model.",
                "source_url": "https://example.com/prices",
                "source_type": "primary",
                "as_of": "2026-11-01",
                "input_per_mtok": PRICE_IN,
                "output_per_mtok": PRICE_OUT,
                "tokenizer": TOKENIZER,
                "tier_max_prompt_tokens": 100000,
            },
            {
                "id": "C-LAW",
                "kind": "law",
                "subject": "EU AI Act",
                "statement": "Annex III lists the high-risk uses; sorting support tickets is not among them.",
                "source_url": "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
                "source_type": "primary",
                "as_of": "2026-10-20",
            },
            {
                "id": "C-TERMS",
                "kind": "vendor_terms",
                "subject": "example-small-1",
                "statement": "The provider does not train on inputs and deletes them after 30 days.",
                "source_url": "https://example.com/terms",
                "source_type": "primary",
                "as_of": "2026-10-20",
            },
        ],
        "models": [
            {
                "id": "M-NEAREST",
                "name": "nearest-examples",
                "version": "v1",
                "provider": "our own team",
                "hosting": "self_hosted",
                "license": "internal",
                "context_tokens": 4096,
                "tokenizer": "words",
                "status": "chosen",
                "data_sent": "masked ticket text",
                "trains_on_data": False,
                "retention_days": 30,
                "limitations": ["unknown words make it guess"],
                "owner_role": "DEV",
                "review_date": "2027-01-31",
                "claims": ["C-TERMS"],
            }
        ],
        "cost_model": {
            "price_claim": "C-PRICE",
            "token_evidence": "E-TOK",
            "tokenizer_factor": 1,
            "retry_rate": RETRY,
            "requests_per_month": REQUESTS,
            "model_cost_month_usd": round(model_cost, 2),
            "human_review": {
                "rate": RATE,
                "minutes": MINUTES,
                "usd_per_hour": HOUR,
                "cost_month_usd": review_cost,
            },
            "fixed_month_usd": 120,
            "total_month_usd": round(model_cost + review_cost + 120, 2),
        },
        "evaluation": {
            "baseline": "E-BASE",
            "candidate": "E-CAND",
            "results": [
                {"threshold": "T-QUAL", "evidence": "E-CAND", "metric": "accuracy"},
                {"threshold": "T-INJ", "evidence": "E-INJ", "metric": "failure_rate"},
                {"threshold": "T-PII", "evidence": "E-PII", "metric": "leak_rate"},
                {"threshold": "T-LAT", "evidence": "E-LAT", "metric": "p95_ms"},
            ],
            "failures_total": len(wrong),
            "failures": [
                {
                    "case": row,
                    "severity": "minor",
                    "root_cause": "words of two queues in one ticket",
                    "remediation": "show the second choice beside the first",
                }
                for row in wrong[:5]
            ],
        },
        "decisions": [
            decision(
                "decoding",
                chosen="greedy decoding, T = 0",
                reason="The same ticket has to give the same queue, whoever opens it.",
                option="T = 0.7",
                because="only {{E-TEMP#identical_t0_7:.2f}} of the questions got identical answers",
                evidence=["E-TEMP"],
            ),
            decision(
                "model",
                chosen="The nearest-examples model, version v1.",
                reason="It is right for {{E-CAND#accuracy:.1%}} of the tickets, and its answers can be explained.",
                option="the keyword rules",
                because="They are right for {{E-BASE#accuracy:.1%}} only, and one word fools them.",
                evidence=["E-CAND", "E-BASE"],
            ),
            decision(
                "hosting",
                chosen="On our own servers.",
                reason="Ticket text stays inside, and the 95th percentile is {{E-LAT#p95_ms:.0f}} ms on a desktop.",
                option="the API of a vendor",
                because="Personal data would leave the company for {{E-LAT#p50_ms:.0f}} ms that nobody notices.",
                evidence=["E-LAT"],
            ),
        ],
        "risks": [
            {
                "id": "R-DISCLOSURE",
                "residual_severity": 4,
                "residual_likelihood": 1,
                "mitigation_test": {"evidence": "E-PII", "metric": "leak_rate", "op": "<=", "value": 0.01},
            },
            *more_risks(),
        ],
        "controls": [control(area) for area in AREAS],
        "oversight": {
            "qualification": "has worked at the service desk for half a year",
            "review_minutes": MINUTES,
            "reviewer_hours_per_month": 140,
            "escalation_role": "OPS",
        },
        "monitoring": [
            signal("quality", "share of accepted suggestions", "<", 0.86, "T-QUAL"),
            signal("security", "share of flagged tickets", ">", 0.01, "T-INJ"),
            signal("cost", "cost of one ticket", ">", 0.15, "T-COST"),
            signal("latency", "p95 of the answer time", ">", 1800, "T-LAT"),
        ],
        "incident": {
            "severities": ["S1: wrong queue during an outage", "S2: all else"],
            "commander_role": "OPS",
            "first_response_minutes": 30,
            "evidence_to_collect": ["ticket ids", "configuration of the day"],
            "communication": "OPS writes to all service desk leads within the hour.",
            "post_review": "One page after a week, without blame, kept with the packet.",
            "drill_evidence": "E-DRILL",
        },
        "rollback": {
            "trigger": {"metric": "share of accepted suggestions", "op": "<", "value": 0.8},
            "target_version": "keyword rules v1",
            "steps": ["announce", "swap the configuration", "verify"],
            "max_minutes": 10,
            "drill_evidence": "E-DRILL",
            "last_tested": "2026-11-02",
        },
        "changelog": [
            change("03", "Counted tokens, read prices, computed the month.", ["claims", "cost_model"]),
            change("04", "Measured both systems and decided.", ["models", "evaluation", "decisions", "gate"]),
        ],
        "summary": SUMMARY,
    }


SUMMARY = (
    "The service desk gets a suggestion for one of eight queues with every ticket; an agent accepts or changes it."
    " DEC-MODEL takes the nearest-examples model: it is right for {{E-CAND#accuracy:.1%}} of the tickets, the keyword"
    " rules for {{E-BASE#accuracy:.1%}}. The top risk is injection (R-INJECTION): a customer writes instructions into a"
    " ticket; {{E-INJ#failures:.0f}} of {{E-INJ#probes:.0f}} attempts moved one. People's time is nearly all of the"
    " cost: 15 % of the suggestions are reviewed, 1.5 minutes each, at 36 USD an hour. A rollback took"
    " {{E-DRILL#minutes:.1f}} minutes, within the 10 minutes allowed. Article 50 of Regulation (EU) 2024/1689 asks for"
    " nothing more here."
)


def decision(
    topic: str, *, chosen: str, reason: str, option: str, because: str, evidence: list[str]
) -> dict[str, Any]:
    """One decision with the alternative that it rejects."""
    return {
        "id": f"DEC-{topic.upper()}",
        "topic": topic,
        "chosen": chosen,
        "reason": reason,
        "alternatives": [{"option": option, "rejected_because": because, "evidence": evidence}],
        "evidence": evidence,
        "decided_by_role": "PM",
        "review_date": "2027-01-31",
    }


def more_risks() -> list[dict[str, Any]]:
    """Three risks beside those of lesson 01."""
    told = {
        "R-SUPPLY": ("LLM03", "An update of a library changes how tickets are split into words over night."),
        "R-AGENCY": (
            "LLM06",
            "Somebody lets it close tickets that it is sure about, without asking anybody.",
        ),
        "R-DRIFT": (
            "NIST-MEASURE",
            "A new product brings words that no example holds, and suggestions grow worse.",
        ),
    }
    return [
        {
            "id": id,
            "category": category,
            "description": description,
            "severity": 3,
            "likelihood": 2,
            "owner_role": "OPS",
            "mitigation": "Pin what can be pinned and look at the acceptance rate every Monday.",
        }
        for id, (category, description) in told.items()
    ]


def control(area: str) -> dict[str, Any]:
    """One control; logging and the rest are implemented, input filtering is planned."""
    done: dict[str, Any] = {"status": "implemented", "evidence": "E-DRILL"}
    planned: dict[str, Any] = {"status": "planned", "due_date": "2027-01-15"}
    return {
        "id": f"CTL-{area.upper().replace('_', '-')}",
        "area": area,
        **(planned if area == "input_filtering" else done),
        "owner_role": "SECURITY",
        **({"raw_prompts": False} if area == "logging" else {}),
    }


def signal(dimension: str, metric: str, op: str, value: float, threshold: str) -> dict[str, Any]:
    """One thing that is watched."""
    return {
        "dimension": dimension,
        "metric": metric,
        "op": op,
        "alert_value": value,
        "window_minutes": 60,
        "threshold": threshold,
        "owner_role": "OPS",
        "action": "look at the last hundred tickets, roll back if it goes on",
    }


def change(lesson: str, summary: str, fields: list[str]) -> dict[str, Any]:
    """One entry of the changelog."""
    return {"lesson": lesson, "date": "2026-11-02", "summary": summary, "fields_changed": fields}


def declare(folder: Path) -> None:
    """Declare the gate that the numbers give, with the conditions and approvals that it needs."""
    verdict = compute_gate(Context(load_packet(folder), "04", DAY))
    condition = {"text": "Input filtering is in place.", "owner_role": "SECURITY", "due_date": "2027-01-15"}
    approvals = [{"role": role, "date": "2026-11-02"} for role in ("EXEC", "SECURITY")]
    update_packet(
        folder, {"gate": {"declared": verdict.value, "conditions": [condition], "approvals": approvals}}
    )


# --- for the tests ------------------------------------------------------------------------------------------


def replace(folder: Path, old: str, new: str) -> None:
    """Replace a piece of packet.yaml, which must stand there once."""
    file = folder / "packet.yaml"
    text = file.read_text()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in the packet"
    file.write_text(text.replace(old, new))


def messages(folder: Path, id: str, lesson: str = "04", today: date = DAY) -> str:
    """All messages of one check, one a line."""
    report = check_packet(folder, lesson, today)
    return "\n".join(finding.message for finding in report.findings if finding.check == id)
