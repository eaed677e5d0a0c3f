"""Three honest packets, on three use cases and by three routes, reach the end of lesson 04 without an error."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from course_lib.packet.cases import case_for, get_case
from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import Context, Finding
from course_lib.packet.commands import packet_app
from course_lib.packet.evidence import save_evidence
from course_lib.packet.gate import compute_gate
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.lock import seal_packet
from course_lib.packet.measure import MEASUREMENTS
from course_lib.packet.notebook import open_packet
from course_lib.packet.start import new_packet

from .full import sections
from .samples import DECISION, probe_rows, sweep_rows

LATER = tuple(id for id in MEASUREMENTS if id in ("E-TOK", "E-BASE", "E-CAND", "E-CTX", "E-EMB"))
LATER += ("E-MEM", "E-LAT", "E-INJ", "E-PII", "E-DRILL")


@dataclass(frozen=True)
class Story:
    """What differs from packet to packet."""

    card: str
    requests: int
    rate: float
    minutes: float
    hour: float
    quality: float
    summary: str


CONTRACTS = Story(
    "D-CONTRACTS",
    900,
    1.0,
    12,
    75,
    0.85,
    "A lawyer of the purchasing team gets a risk class for each clause of a contract, with the words that speak for"
    " it, and reads every contract all the same. DEC-MODEL takes the nearest-examples model, right for"
    " {{E-CAND#accuracy:.1%}} of the clauses against {{E-BASE#accuracy:.1%}} of the keyword rules. The top risk is"
    " injection (R-INJECTION): a supplier writes instructions into a clause, and {{E-INJ#failures:.0f}} of"
    " {{E-INJ#probes:.0f}} tries moved a class. Twelve minutes of a lawyer are nearly the whole bill.",
)
LETTERS = Story(
    "D-LETTERS",
    36000,
    0.15,
    1.5,
    36,
    0.85,
    "A clerk of the insurer opens a letter about a claim and sees which team ought to answer it; the clerk decides and"
    " writes. DEC-MODEL takes the nearest-examples model, right for {{E-CAND#accuracy:.1%}} of the letters that stand"
    " in for ours, against {{E-BASE#accuracy:.1%}} of the keyword rules. The top risk is injection (R-INJECTION): a"
    " sender hides instructions in a letter, and {{E-INJ#failures:.0f}} of {{E-INJ#probes:.0f}} tries moved one. A"
    " rollback took {{E-DRILL#minutes:.2f}} minutes, and clerks spend 1.5 minutes on each review.",
)
QUESTIONS = Story(
    "D-QUESTIONS",
    38850,
    0.02,
    4,
    40,
    0.85,
    "An employee asks a question and sees the passage of the handbook that answers it, word for word; the personnel"
    " team gets what stays open. DEC-MODEL takes the nearest-examples model, which finds the passage for"
    " {{E-CAND#accuracy:.1%}} of the questions, the keyword rules for {{E-BASE#accuracy:.1%}}. The top risk is"
    " injection (R-INJECTION), and it happened in {{E-INJ#failures:.0f}} of {{E-INJ#probes:.0f}} tries. At 40 USD an"
    " hour the reviews cost more than the tokens, and 2 % of the answers are reviewed.",
)


def day(days: int = 0) -> str:
    """A day counted from today."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def early_evidence(folder: Path) -> None:
    """The evidence of lessons 00 to 02, made without the model."""
    rows = [{"id": str(step), "step": step, "loss": 7.0 / (step + 1)} for step in range(9)]
    cost = {"id": "course_model", "params": 10**6, "tokens": 10**6, "flops_per_second": 1e10}
    save_evidence("environment", "E-ENV", "00", [{"id": "python", "ok": True}], packet_dir=folder)
    save_evidence("failure_probes", "E-FAIL", "01", probe_rows(), packet_dir=folder)
    save_evidence("temperature_sweep", "E-TEMP", "02", sweep_rows(), packet_dir=folder)
    save_evidence("training_curve", "E-CURVE", "02", rows, packet_dir=folder)
    save_evidence("training_cost", "E-6ND", "02", [cost], packet_dir=folder)


def promise(folder: Path, story: Story) -> None:
    """Thresholds set and sealed before lesson 04 measures."""
    firm = [{"id": id, "severity": "major"} for id in ("T-QUAL", "T-INJ", "T-PII")]
    firm[0]["value"] = story.quality
    update_packet(folder, {"thresholds": firm, "meta": {"lesson_completed": "02"}})
    seal_packet(folder, "02")


def later(folder: Path, story: Story) -> dict[str, Any]:
    """What this learner writes in lessons 03 and 04, with today's dates and this use case's numbers."""
    text = json.dumps(sections(folder))
    for old, new in (
        ("2026-11-01", -2),
        ("2026-10-20", -10),
        ("2026-11-02", 0),
        ("2027-01-31", 90),
        ("2027-01-15", 70),
    ):
        text = text.replace(old, day(new))
    told: dict[str, Any] = json.loads(text)
    packet = load_packet(folder)
    meta, slo = packet.model.meta, packet.model.use_case.slo if packet.model.use_case else None
    assert meta is not None
    assert slo is not None
    case = get_case(case_for(str(meta.use_case_id)))
    told["data"] = [{"id": story.card, "locked_test_sha256": case.sha256}]
    tokens = Context(packet, "04", datetime.now(UTC).date()).measured["E-TOK"]
    model = (
        story.requests
        * 1.03
        * (tokens["mean_prompt_tokens"] * 0.1 + tokens["mean_output_tokens"] * 0.4)
        / 1e6
    )
    review = story.requests * story.rate * story.minutes / 60 * story.hour
    told["cost_model"] |= {
        "requests_per_month": story.requests,
        "model_cost_month_usd": round(model, 2),
        "human_review": {
            "rate": story.rate,
            "minutes": story.minutes,
            "usd_per_hour": story.hour,
            "cost_month_usd": round(review, 2),
        },
        "total_month_usd": round(model + review + 120, 2),
    }
    told["oversight"] |= {
        "review_minutes": story.minutes,
        "reviewer_hours_per_month": round(story.requests * story.rate * story.minutes / 60) + 5,
    }
    told["monitoring"][2]["alert_value"] = slo.cost_per_request_usd
    told["monitoring"][3]["alert_value"] = (slo.latency_p95_ms or 0) * 0.9
    told["risks"] = told["risks"][1:]
    told["summary"] = story.summary
    return told


def gate(folder: Path) -> dict[str, Any]:
    """The verdict that the numbers give, and what it needs."""
    today = datetime.now(UTC).date()
    value = compute_gate(Context(load_packet(folder), "04", today))
    return {
        "declared": value.value,
        "conditions": [
            {"text": "Input filtering is in place.", "owner_role": "SECURITY", "due_date": day(70)}
        ],
        "approvals": [{"role": role, "date": day()} for role in ("EXEC", "SECURITY")],
    }


def decoding() -> dict[str, Any]:
    """The decision of lesson 02."""
    return {**DECISION, "review_date": day(90)}


def errors(folder: Path) -> list[Finding]:
    report = check_packet(folder, "04")
    assert report.finished
    return report.errors


@pytest.mark.slow
def test_the_notebook_route(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A worked use case, measured, decided and sealed lesson by lesson at the desk of the notebooks."""
    lab = tmp_path / "work" / "04-lab"
    lab.mkdir(parents=True)
    desk = open_packet("02", "contract-clauses", lab)
    early_evidence(desk.folder)
    desk.write({"decisions": [decoding()]})
    desk.finish("Measured repeatability and decided the decoding.", ["decisions", "evidence"])
    desk.seal()
    desk = open_packet("03", here=lab)
    desk.measure("E-TOK")
    desk.finish("Counted tokens, read prices, computed the month.", ["claims", "cost_model"])
    desk = open_packet("04", here=lab)
    for id in LATER[1:]:
        desk.measure(id)
    told = later(desk.folder, CONTRACTS)
    lawyer = "A miss is fixed by the lawyer who reads the clause, so it does not block."
    rules = "The keyword rules already miss it; the lawyers read every clause anyway."
    told["thresholds"] = [
        {"id": "T-QUAL", "value": CONTRACTS.quality, "severity": "major", "change_reason": rules},
        {"id": "T-INJ", "severity": "major", "change_reason": lawyer},
        {"id": "T-PII", "severity": "major", "change_reason": lawyer},
    ]
    accepted = {"role": "EXEC", "expires": day(90)}
    told["risks"].append({"id": "R-MISSED-CLAUSE", "acceptance": accepted})
    desk.write(told)
    desk.write({"gate": gate(desk.folder)})
    desk.finish("Measured both systems and decided.", ["models", "evaluation", "gate"])
    assert errors(desk.folder) == []
    desk.seal()
    assert "Lesson 04 sealed" in capsys.readouterr().out
    assert errors(desk.folder) == []
    assert errors(desk.copy) == []


@pytest.mark.slow
def test_the_route_by_hand(tmp_path: Path) -> None:
    """An own use case, begun by questions and written in an editor; measured on a case that stands in."""
    folder = tmp_path / "packet"
    typed = ["4", "letters-01", "learner-h", "claims-letters", "2026-10", "USD"]
    typed += [
        "Reads a letter about a claim and suggests the team that answers it; a clerk decides.",
        "suggest",
    ]
    typed += ["clerks of the insurer", "", "writing answers", "closing a claim", ""]
    done = CliRunner().invoke(packet_app, ["new", str(folder), "--ask"], input="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    drafted = tmp_path / "drafted"
    new_packet(drafted, use_case="ticket-triage", learner="learner-h")
    yaml = YAML(typ="rt")
    file = folder / "packet.yaml"
    own, other = yaml.load(file.read_text()), yaml.load((drafted / "packet.yaml").read_text())
    for name in ("risk_classification", "data", "thresholds", "risks", "oversight", "changelog"):
        own[name] = other[name]
    for name in ("volume", "slo", "today_cost_per_item_usd", "success_criteria"):
        own["use_case"][name] = other["use_case"][name]
    own["data"][0] |= {"id": LETTERS.card, "name": "letters of one year", "source": "export of the mail room"}
    own["meta"]["lesson_completed"] = "02"
    own["decisions"] = [decoding()]
    own["changelog"].append(
        {"lesson": "02", "date": day(), "summary": "Decided the decoding.", "fields_changed": ["decisions"]}
    )
    write(file, own)
    early_evidence(folder)
    promise(folder, LETTERS)
    for id in LATER:
        MEASUREMENTS[id](folder)
    edited = yaml.load(file.read_text())
    for name, value in later(folder, LETTERS).items():
        merge(edited, name, value)
    write(file, edited)
    edited = yaml.load(file.read_text())
    edited["gate"] = gate(folder)
    write(file, edited)
    assert errors(folder) == []


@pytest.mark.slow
def test_the_route_by_forms_and_updates(tmp_path: Path) -> None:
    """A worked use case in which sections are written one at a time, some with a form."""
    lab = tmp_path / "lab"
    lab.mkdir()
    new_packet(lab / "packet", use_case="policy-questions", learner="learner-f")
    desk = open_packet("04", here=lab)
    early_evidence(desk.folder)
    update_packet(desk.folder, {"decisions": [decoding()]})
    promise(desk.folder, QUESTIONS)
    for id in LATER:
        MEASUREMENTS[id](desk.folder)
    told = later(desk.folder, QUESTIONS)
    summary = told.pop("summary")
    for name, value in told.items():
        update_packet(desk.folder, {name: value})
    form = desk.form("summary")
    form.controls["summary"].value = summary
    assert form.save(), form.line.value
    form = desk.form("changelog", "02")
    for name, value in (
        ("date", day()),
        ("summary", "Decided the decoding."),
        ("fields_changed", "decisions"),
    ):
        form.controls[f"changelog.{name}"].value = value
    assert form.save(), form.line.value
    update_packet(desk.folder, {"gate": gate(desk.folder)})
    assert errors(desk.folder) == []


def write(file: Path, tree: Any) -> None:
    """Save as an editor does."""
    yaml, out = YAML(typ="rt"), io.StringIO()
    yaml.dump(tree, out)
    file.write_text(out.getvalue(), encoding="utf-8")


def merge(tree: Any, name: str, value: Any) -> None:
    """Write a section by hand: fields are filled in, entries with a known id are completed, others are added."""
    if isinstance(value, dict) and tree.get(name):
        for field, inner in value.items():
            merge(tree[name], field, inner)
    elif isinstance(value, list) and tree.get(name) and isinstance(value[0], dict):
        for entry in value:
            key = "lesson" if name == "changelog" else "id"
            twin = next((one for one in tree[name] if one.get(key) == entry.get(key) and key in entry), None)
            if twin is None:
                tree[name].append(entry)
            else:
                twin.update(entry)
    else:
        tree[name] = value
