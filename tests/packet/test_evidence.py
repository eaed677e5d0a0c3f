"""Saving evidence: the round trip, what is refused, and that nothing is left half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course_lib.packet import evidence
from course_lib.packet.cases import get_case
from course_lib.packet.cases.rows import FACT_ROWS, FACTS
from course_lib.packet.checks import check_packet
from course_lib.packet.evidence import learner_seed, read_evidence, save_evidence
from course_lib.packet.files import PacketError
from course_lib.packet.kinds import RECOMPUTE, wilson
from course_lib.packet.load import load_packet, update_packet

from .samples import DAY, NOON, forge, probe_rows, sweep_rows


def listing(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_round_trip(packet: Path) -> None:
    path = save_evidence(
        "failure_probes",
        "E-AGAIN",
        "01",
        probe_rows(),
        packet_dir=packet,
        now=NOON,
        limits="made up",
        cell="x = 1",
    )
    assert path == packet / "evidence" / "E-AGAIN.json"
    stored = read_evidence(load_packet(packet))["E-AGAIN"]
    assert stored.problem == ""
    assert stored.missing == []
    assert stored.rows == probe_rows()
    envelope = stored.envelope
    assert envelope["metrics"]["failure_rate"] == 0.25
    assert envelope["created_at"] == "2026-11-02T12:00:00Z"
    assert envelope["seed"] == learner_seed("learner-a", "ticket-triage", "01")
    assert len(envelope["code"]["cell_sha256"]) == 64
    assert str(Path.home()) not in path.read_text(), "no path of this computer in evidence"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("unheard_of", "E-X", "01", probe_rows()), "is not a kind of evidence"),
        (("failure_probes", "E-X", "13", probe_rows()), "There is no lesson '13'"),
        (("failure_probes", "E-X", "01", []), "needs at least one row"),
        (("failure_probes", "E-X", "01", [{"expected": "a", "output": "a"}]), "an `id` of its own"),
        (("failure_probes", "E-X", "01", [{"id": "1"}]), "do not fit the kind"),
        (
            (
                "training_cost",
                "E-X",
                "02",
                [{"id": "1", "params": float("nan"), "tokens": 1, "flops_per_second": 1}],
            ),
            "do not fit",
        ),
        (("failure_probes", "E-X", "01", probe_rows(), {"failure_rate": 0.1}), "do not follow from its rows"),
        (("failure_probes", "../E-X", "01", probe_rows()), "leaves the packet folder"),
    ],
)
def test_refused_with_nothing_written(packet: Path, arguments: tuple, says: str) -> None:
    before = listing(packet)
    with pytest.raises(PacketError, match=says):
        save_evidence(*arguments, packet_dir=packet)
    assert listing(packet) == before


def test_a_packet_without_learner_cannot_hold_evidence(packet: Path) -> None:
    update_packet(packet, {"meta": {"learner_id": None}})
    with pytest.raises(PacketError, match=r"Fill in meta\.learner_id"):
        save_evidence("failure_probes", "E-X", "01", probe_rows(), packet_dir=packet)


def test_a_crash_while_writing_leaves_no_half_file(packet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = listing(packet)

    def crash(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(PacketError, match="No space left on device"):
        save_evidence("failure_probes", "E-FAIL", "01", probe_rows(44), packet_dir=packet)
    assert listing(packet) == before


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("../outside.json", "leaves the packet folder"),
        ("/etc/hostname", "leaves the packet folder"),
        ("evidence/link.json", "symbolic link"),
        ("linked/E-TEMP.json", "symbolic link"),
        ("evidence", "not a regular file"),
        ("evidence/huge.json", "the limit is"),
        ("evidence/broken.json", "not valid JSON"),
        ("evidence/list.json", "does not hold an evidence envelope"),
        ("evidence/twice.json", "appears twice"),
    ],
)
def test_hostile_evidence_paths(packet: Path, path: str, says: str) -> None:
    folder = packet / "evidence"
    (packet.parent / "outside.json").write_text("{}")
    (folder / "link.json").symlink_to(folder / "E-TEMP.json")
    (packet / "linked").symlink_to(folder)
    with (folder / "huge.json").open("wb") as handle:
        handle.truncate(100 * 1024 * 1024)
    (folder / "broken.json").write_text("{" * 5000)
    (folder / "list.json").write_text("[]")
    (folder / "twice.json").write_text('{"a": 1, "a": 2}')
    update_packet(packet, {"evidence": [{"id": "E-TEMP", "path": path}]})
    assert says in read_evidence(load_packet(packet))["E-TEMP"].problem


def test_the_seed_is_the_learners_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = learner_seed("learner-a", "ticket-triage", "02")
    assert seed == learner_seed("learner-a", "ticket-triage", "02")
    others = [
        ("learner-b", "ticket-triage", "02"),
        ("learner-a", "clauses", "02"),
        ("learner-a", "ticket-triage", "01"),
    ]
    assert len({seed, *(learner_seed(*other) for other in others)}) == 4
    monkeypatch.setenv(evidence.CLASS_KEY, "a class's own key")
    assert learner_seed("learner-a", "ticket-triage", "02") != seed
    assert 0 <= seed < 2**31


def test_metrics_from_rows() -> None:
    metrics = RECOMPUTE["temperature_sweep"](sweep_rows())
    assert metrics["identical_t0"] == 1.0
    assert metrics["identical_t0_7"] == 0.5
    assert metrics["agreement_t0_7"] == pytest.approx(0.9)
    assert metrics["correct_t1_2"] == pytest.approx(0.9)
    cost = RECOMPUTE["training_cost"]([{"id": "m", "params": 1000, "tokens": 10, "flops_per_second": 100}])
    assert cost == {"flops_m": 60000.0, "hours_m": pytest.approx(1 / 6)}
    curve = RECOMPUTE["training_curve"](
        [{"id": "b", "step": 5, "loss": 1.5}, {"id": "a", "step": 0, "loss": 7}]
    )
    assert (curve["first_loss"], curve["final_loss"], curve["steps"]) == (7, 1.5, 5)


def test_an_impossible_question_is_right_only_if_the_model_says_so() -> None:
    rows = [
        {"id": "1", "expected": "", "output": "The capital of Blorvia is Rome."},
        {"id": "2", "expected": "", "output": "I do not know."},
    ]
    assert RECOMPUTE["failure_probes"](rows)["failures"] == 1


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (371, 400, 0.8979, 0.9491)],
)
def test_wilson_interval(successes: int, total: int, low: float, high: float) -> None:
    """Values of Wilson's formula, also found in statistics packages."""
    assert wilson(successes, total) == pytest.approx((low, high), abs=1e-4)
    with pytest.raises(ValueError, match="a share needs"):
        wilson(11, 10)


def test_the_envelope_is_plain_json(packet: Path) -> None:
    data = json.loads((packet / "evidence" / "E-TEMP.json").read_text())
    assert data["raw"] == {"path": "evidence/E-TEMP.rows.jsonl", "sha256": data["raw"]["sha256"], "rows": 900}


# --- evidence that is made again when it is checked ---------------------------------------------------------


def said(folder: Path, id: str, integrity: bool | None = None) -> str:
    """All messages of one check of the packet for lesson 04; `integrity` is what the report has to say, too."""
    report = check_packet(folder, "04", DAY)
    assert integrity in (None, report.integrity)
    return "\n".join(finding.message for finding in report.findings if finding.check == id)


def test_honest_evidence_is_silent(full: Path) -> None:
    report = check_packet(full, "04", DAY)
    assert not [finding for finding in report.findings if finding.check.startswith("EVD")]
    assert not report.integrity


def answer_all_right(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["output"] = row["gold"]


def other_row(rows: list[dict[str, Any]]) -> None:
    """Swap a hard text for an easy one that was not drawn."""
    drawn = {row["id"] for row in rows}
    rows[0]["id"] = next(item.id for item in get_case("ticket-triage@v1").locked if item.id not in drawn)


@pytest.mark.parametrize(
    ("id", "change", "says"),
    [
        ("E-CAND", answer_all_right, "E-CAND: re-running nearest-examples@v1 on row "),
        ("E-CAND", other_row, "E-CAND: your seed does not draw a row '"),
        ("E-CAND", lambda rows: rows[0].update(gold=rows[0]["output"] + "s"), " has gold '"),
        ("E-CAND", lambda rows: rows[3].update(prompt_sha256="0" * 64), "has prompt_sha256 '0000"),
        ("E-TOK", lambda rows: rows[5].update(prompt_tokens=9), " prompt_tokens, your file says 9."),
        (
            "E-CTX",
            lambda rows: rows[0].update(output=rows[0]["expected"]),
            "E-CTX: re-running window-reader@v1",
        ),
        ("E-EMB", lambda rows: rows[0].update(found=["x", "y", "z"]), "E-EMB: re-running trigram-search@v1"),
        ("E-PII", lambda rows: rows[0].update(output="billing: ok"), "E-PII: re-running nearest-examples@v1"),
        ("E-LAT", other_row, "E-LAT: your seed does not draw a row '"),
    ],
)
def test_forged_rows_do_not_come_out_again(
    full: Path, id: str, change: Callable[[list[dict[str, Any]]], object], says: str
) -> None:
    """Every hash and metric fits; only running it again shows the forgery."""
    forge(full, id, change)
    report = check_packet(full, "04", DAY)
    (finding,) = (one for one in report.findings if one.check.startswith("EVD"))  # one message for one cause
    assert finding.check == "EVD-07"
    assert says in finding.message
    assert report.integrity


def test_a_system_of_ones_own_is_checked_up_to_its_answers(full: Path) -> None:
    forge(full, "E-CAND", answer_all_right, system="few-shot-prompt@v3")
    assert said(full, "EVD-07") == ""
    forge(full, "E-CAND", other_row, system="few-shot-prompt@v3")
    assert "E-CAND: your seed does not draw a row '" in said(full, "EVD-07")


def test_a_tokenizer_of_ones_own_is_not_recounted(full: Path) -> None:
    forge(full, "E-TOK", lambda rows: rows[5].update(prompt_tokens=9), tokenizer="o200k")
    assert said(full, "EVD-07") == ""


@pytest.mark.parametrize(("id", "check"), [("E-CAND", "EVD-07"), ("E-INJ", "EVD-08")])
def test_data_that_nobody_has_cannot_be_run_again(full: Path, id: str, check: str) -> None:
    forge(full, id, len, inputs={"data_id": "our-tickets", "dataset_sha256": "0" * 64})
    message = said(full, check)
    assert f"{id} names the data 'our-tickets', which the course does not have" in message
    assert "Measure on one of ticket-triage@v1" in message
    forge(full, id, len, inputs={"data_id": "ticket-triage@v1", "dataset_sha256": "0" * 64})
    assert f"{id} was measured on another version of ticket-triage@v1" in said(full, check, integrity=False)


def test_more_rows_than_there_are_texts(full: Path) -> None:
    forge(
        full, "E-LAT", lambda rows: rows.extend({"id": str(i), "milliseconds": i} for i in range(9000, 11000))
    )
    assert "E-LAT has 2400 rows; ticket-triage@v1 has 1600 texts." in said(full, "EVD-07")


def test_all_probes_are_run_and_scored_again(full: Path) -> None:
    forge(full, "E-INJ", lambda rows: rows.__delitem__(slice(50, None)))
    wanted = "E-INJ: only 50 of the 320 course probes were run. Measure again."
    assert said(full, "EVD-08", integrity=False) == wanted


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda rows: [row.update(output=row["expected"]) for row in rows],
            "E-INJ: re-running nearest-examples@v1",
        ),
        (lambda rows: [row.update(expected=row["output"]) for row in rows], " has expected '"),
        (lambda rows: rows[9].update(id="my-probe"), "does not draw a row 'my-probe'"),
    ],
)
def test_forged_probes_are_seen(
    full: Path, change: Callable[[list[dict[str, Any]]], object], says: str
) -> None:
    forge(full, "E-INJ", change)
    assert says in said(full, "EVD-08", integrity=True)


def fact_rows(kind: str) -> list[dict[str, Any]]:
    """What a learner draws from the fact world, all answered rightly."""
    seed = learner_seed(
        "learner-a", "ticket-triage", {"failure_probes": "01", "temperature_sweep": "02"}[kind]
    )
    return [{**row, "output": row["expected"] or "I do not know."} for row in FACT_ROWS[kind](seed)]


@pytest.mark.parametrize(
    ("kind", "id", "check"),
    [("failure_probes", "E-FAIL", "EVD-08"), ("temperature_sweep", "E-TEMP", "EVD-07")],
)
def test_questions_of_the_fact_world_are_the_courses(full: Path, kind: str, id: str, check: str) -> None:
    lesson, inputs = {"E-FAIL": "01", "E-TEMP": "02"}[id], {"data_id": FACTS, "dataset_sha256": "0" * 64}
    rows = fact_rows(kind)
    save_evidence(kind, id, lesson, rows, packet_dir=full, now=NOON, inputs=inputs)
    assert said(full, check) == ""
    rows[3]["expected"] = rows[3]["output"] = "Atlantis"
    save_evidence(kind, id, lesson, rows, packet_dir=full, now=NOON, inputs=inputs)
    assert f"{id}: row {rows[3]['id']} has expected 'Atlantis'; the course data gives" in said(full, check)


def test_a_failure_probe_that_was_left_out(full: Path) -> None:
    rows, inputs = fact_rows("failure_probes")[:40], {"data_id": FACTS, "dataset_sha256": "0" * 64}
    save_evidence("failure_probes", "E-FAIL", "01", rows, packet_dir=full, now=NOON, inputs=inputs)
    assert "E-FAIL: only 40 of the 48 course probes were run." in said(full, "EVD-08")


@pytest.mark.parametrize(
    ("times", "says"),
    [
        ((12.0,), "400 latencies with one single value: that is not a measurement."),
        ((12.0, 13.0, 14.0), "400 latencies with only 3 values"),
        ((1, 2, 3, 4, 0.0), "E-LAT has a latency of 0 ms or less."),
        ((1, 2, 3, 4, 5), ""),
    ],
)
def test_times_that_nobody_measured(full: Path, times: tuple[float, ...], says: str) -> None:
    def set_times(rows: list[dict[str, Any]]) -> None:
        for number, row in enumerate(rows):
            row["milliseconds"] = times[number % len(times)]

    forge(full, "E-LAT", set_times)
    message = said(full, "EVD-09")
    assert says in message
    assert bool(says) == bool(message)


def drop(folder: Path, id: str) -> None:
    """Take a piece of evidence out of the packet's list."""
    file = folder / "packet.yaml"
    entry = next(e for e in load_packet(folder).model.evidence if e.id == id)
    block = f"  - id: {id}\n    lesson: '{entry.lesson}'\n    kind: {entry.kind}\n    path: {entry.path}\n"
    text = file.read_text()
    assert block in text
    file.write_text(text.replace(block + f"    sha256: {entry.sha256}\n", ""))


def test_baseline_and_candidate_are_both_needed(full: Path) -> None:
    drop(full, "E-BASE")
    assert "Lesson 04 needs evidence of kind evaluation 2 times; found 1: run its packet" in said(
        full, "EVD-06"
    )


def test_a_short_evaluation_does_not_count(full: Path) -> None:
    forge(full, "E-BASE", lambda rows: rows.__delitem__(slice(399, None)))
    assert "E-BASE has 399 rows; evaluation needs at least 400. Measure again." in said(full, "EVD-06")


def test_a_missing_drill_is_named(full: Path) -> None:
    drop(full, "E-DRILL")
    assert "Lesson 04 needs evidence of kind drill: run its packet notebook." in said(full, "EVD-06")


@pytest.mark.parametrize("field", ["kind", "system", "tokenizer", "inputs"])
def test_an_envelope_of_the_wrong_shape_is_a_finding_and_no_crash(full: Path, field: str) -> None:
    file = full / "evidence" / "E-CAND.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), field: ["a", {}]}))
    assert f"E-CAND lacks '{field}'." in said(full, "EVD-04")
