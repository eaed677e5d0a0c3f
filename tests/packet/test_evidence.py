"""Saving evidence: the round trip, what is refused, and that nothing is left half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course_lib.packet import evidence
from course_lib.packet.evidence import RECOMPUTE, learner_seed, read_evidence, save_evidence, wilson
from course_lib.packet.files import PacketError
from course_lib.packet.load import load_packet, update_packet

from .samples import NOON, probe_rows, sweep_rows


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
