"""The measurements of lessons 03 and 04: really made, drawn with the learner's seed, the same again when checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course_lib.packet.cases import CASE_NAMES, CONTEXT_SYSTEM, get_case
from course_lib.packet.checks import Report, check_packet
from course_lib.packet.evidence import Stored, learner_seed, read_evidence
from course_lib.packet.files import PacketError
from course_lib.packet.kinds import MINIMUM_ROWS, REQUIRED
from course_lib.packet.load import load_packet
from course_lib.packet.measure import CHECKPOINTS, MEASUREMENTS, candidate, drill, injection, latency
from course_lib.packet.start import new_packet

from .samples import DAY, NOON, make_packet

LATER = {"03": ("E-TOK",), "04": tuple(MEASUREMENTS)[6:]}
AGAIN = {"EVD-01", "EVD-02", "EVD-03", "EVD-04", "EVD-06", "EVD-07", "EVD-08", "EVD-09"}


@pytest.fixture(scope="module", params=CASE_NAMES)
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packet with every measurement of lessons 03 and 04; never change it."""
    folder = make_packet(tmp_path_factory.mktemp("measured") / request.param, request.param)
    for ids in LATER.values():
        for id in ids:
            MEASUREMENTS[id](folder, now=NOON)
    return folder


@pytest.fixture
def stored(measured: Path) -> dict[str, Stored]:
    return read_evidence(load_packet(measured))


def findings(report: Report) -> list[str]:
    """What the checks of evidence say."""
    return [finding.message for finding in report.findings if finding.check in AGAIN]


@pytest.mark.slow
def test_what_is_measured_can_be_measured_again(measured: Path) -> None:
    assert findings(check_packet(measured, "04", DAY)) == []


def test_every_kind_that_a_lesson_needs_is_there(stored: dict[str, Stored]) -> None:
    for lesson, ids in LATER.items():
        kinds = [stored[id].envelope["kind"] for id in ids]
        assert sorted(kinds) == sorted(REQUIRED[lesson])
        assert all(stored[id].envelope["lesson"] == lesson for id in ids)
        assert all(
            len(stored[id].rows) >= MINIMUM_ROWS.get(kind, 1) for id, kind in zip(ids, kinds, strict=True)
        )


def test_envelopes_say_what_was_measured_on_what(measured: Path, stored: dict[str, Stored]) -> None:
    case = get_case(f"{measured.name}@v1")
    for id in {"E-TOK", *LATER["04"]} - {"E-MEM"}:
        inputs = stored[id].envelope["inputs"]
        assert inputs == {"data_id": case.data_id, "dataset_sha256": case.sha256}
        assert len(stored[id].envelope["limits"]) > 40
        assert "stand-in" not in stored[id].envelope["limits"]
    assert stored["E-TOK"].envelope["tokenizer"] == "course-gpt-tokenizer"
    assert stored["E-BASE"].envelope["system"] == "keyword-rules@v1"
    assert stored["E-CAND"].envelope["system"] == "nearest-examples@v1"
    assert stored["E-CTX"].envelope["system"] == CONTEXT_SYSTEM


def test_baseline_and_candidate_answer_the_same_texts(measured: Path, stored: dict[str, Stored]) -> None:
    rows = {id: [row["id"] for row in stored[id].rows] for id in ("E-BASE", "E-CAND", "E-LAT", "E-EMB")}
    assert rows["E-BASE"] == rows["E-CAND"] == rows["E-LAT"] == rows["E-EMB"]
    seed = learner_seed("learner-a", measured.name, "04")
    assert rows["E-CAND"] == [item.id for item in get_case(f"{measured.name}@v1").draw(seed, 400)]
    assert stored["E-CAND"].envelope["metrics"]["accuracy"] > stored["E-BASE"].envelope["metrics"]["accuracy"]


def test_tokens_are_those_of_the_course_tokenizer(measured: Path, stored: dict[str, Stored]) -> None:
    from course_lib.tokenizers.bpe import BytePairTokenizer

    tokenizer = BytePairTokenizer.load(CHECKPOINTS / "course-gpt-tokenizer.json")
    case, row = get_case(f"{measured.name}@v1"), stored["E-TOK"].rows[0]
    item = case.by_id[row["id"]]
    assert row["prompt_tokens"] == len(tokenizer.encode(case.instruction + item.text))
    assert row["output_tokens"] == len(tokenizer.encode(item.gold))


def test_memory_of_models_that_exist(stored: dict[str, Stored]) -> None:
    """Llama 2 keeps keys and values for 32 heads, Llama 3.1 for 8: a quarter of the cache."""
    metrics = stored["E-MEM"].envelope["metrics"]
    assert metrics["kv_bytes_llama_2_7b"] == 4 * metrics["kv_bytes_llama_3_1_8b"] == 2**32
    assert metrics["weight_bytes_qwen_2_5_0_5b"] == pytest.approx(1e9, rel=0.02)
    assert metrics["weight_bytes_course_gpt"] == 4 * stored["E-MEM"].rows[0]["params"]


def test_times_are_measured(stored: dict[str, Stored]) -> None:
    times = [row["milliseconds"] for row in stored["E-LAT"].rows]
    assert all(0 < time < 1000 for time in times)
    assert len(set(times)) > 100


def test_the_drill_takes_its_steps_one_after_the_other(stored: dict[str, Stored]) -> None:
    rows = stored["E-DRILL"].rows
    assert [row["id"] for row in rows] == ["pause", "restore", "replay", "resume"]
    ends = ["", *(row["ended_at"] for row in rows)]
    assert all(end <= row["started_at"] <= row["ended_at"] for end, row in zip(ends, rows, strict=False))
    assert 0 < stored["E-DRILL"].envelope["metrics"]["minutes"] < 1


def test_a_rollback_that_does_not_bring_the_old_answers_back_has_failed(
    packet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "course_lib.packet.measure.write_atomic", lambda path, text: path.write_text(_new(text))
    )
    with pytest.raises(PacketError, match="The rollback failed"):
        drill(packet)
    assert "E-DRILL" not in read_evidence(load_packet(packet))


def _new(text: str) -> str:
    """A configuration file that stays with the new version, whatever it is told."""
    return json.dumps({**json.loads(text), "system": "nearest-examples@v1"})


def test_another_use_case_says_that_it_measured_on_a_stand_in(tmp_path: Path) -> None:
    new_packet(tmp_path, use_case="ticket-triage", learner="learner-b")
    file = tmp_path / "packet.yaml"
    file.write_text(file.read_text().replace("use_case_id: ticket-triage", "use_case_id: claims-letters"))

    def envelope(path: Path) -> dict[str, Any]:
        return json.loads(path.read_text())

    usual = envelope(candidate(tmp_path))
    assert usual["inputs"]["data_id"] == "ticket-triage@v1"
    assert usual["limits"].startswith(
        "Measured on the course's ticket-triage as a stand-in for claims-letters."
    )
    chosen = envelope(candidate(tmp_path, case="contract-clauses@v1", system="keyword-rules@v1"))
    assert chosen["inputs"]["data_id"] == "contract-clauses@v1"
    assert chosen["system"] == "keyword-rules@v1"


@pytest.mark.parametrize("measure", [candidate, latency, injection])
def test_an_unknown_system_is_refused(packet: Path, measure: Any) -> None:
    with pytest.raises(PacketError, match="no system 'gpt-9'; choose from majority@v1"):
        measure(packet, system="gpt-9")


def test_two_learners_measure_on_different_texts(tmp_path: Path) -> None:
    rows = []
    for learner in ("learner-a", "learner-b"):
        new_packet(tmp_path / learner, use_case="ticket-triage", learner=learner)
        candidate(tmp_path / learner)
        rows.append({row["id"] for row in read_evidence(load_packet(tmp_path / learner))["E-CAND"].rows})
    assert rows[0] != rows[1]
