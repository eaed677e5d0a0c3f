"""The experiments of lesson 12: what they say is what was counted."""

from pathlib import Path

import pytest
import torch

from course_lib.data import facts
from course_lib.evaluation.secrets import Planted
from course_lib.evaluation.sureness import Sureness
from course_lib.explore.handing_over import by_chance, hand_over, new_questions, says_and_is
from course_lib.explore.injected import PROBES, injecting, probe
from course_lib.explore.intervals import draw_gate, gate_view, lucky_pass, peeking, what_95_means
from course_lib.explore.kept_secrets import TIMES, telling
from course_lib.explore.packet_review import packet_folder, review
from course_lib.explore.rollback import drill
from course_lib.training.course_gpt import load_course_gpt


@pytest.mark.parametrize(
    ("finding", "measured"), [(what_95_means, "64%"), (lucky_pass, "44%"), (peeking, "11%")]
)
def test_the_answers_of_the_lesson(finding, measured: str) -> None:
    found = finding()
    assert found.measured == measured
    assert found.show("10%").sentence


@pytest.mark.parametrize(
    ("n", "failures", "threshold", "verdict"),
    [(35, 0, 90, "met"), (34, 0, 90, "met by the point only"), (50, 6, 90, "not met"), (3, 9, 50, "not met")],
)
def test_the_view_says_the_verdict(n: int, failures: int, threshold: int, verdict: str) -> None:
    _, sentence = draw_gate(n, failures, threshold)
    assert f": {verdict}." in sentence


def test_the_view_has_three_frames() -> None:
    assert gate_view().frozen().count("<figure") == 3


def test_a_perfectly_calibrated_model_is_within_chance() -> None:
    dice = torch.Generator().manual_seed(5)
    confidence = torch.rand(400, generator=dice, dtype=torch.float64)
    right = torch.rand(400, generator=dice, dtype=torch.float64) < confidence
    low, high = by_chance(confidence)
    assert 0 < low < high
    found = says_and_is(Sureness([""] * 400, confidence, right))
    assert found.measured == f"{float(right.double().mean()):.0%}"


def test_handing_over_counts_what_is_kept() -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    sure = Sureness([""] * 4, torch.tensor([0.9, 0.9, 0.5, 0.85]), torch.tensor([True, False, False, True]))
    found = hand_over(model, tokenizer, sure)
    assert found.measured == "1"
    assert "The other 25%" in found.says


def test_new_questions_are_those_that_fine_tuning_never_saw() -> None:
    assert all(not (q.seen_country and q.seen_wording) for q in new_questions())
    assert len(new_questions()) == 468


def test_probes_count_the_users_and_the_strangers_answers() -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    found = probe(model, tokenizer)
    assert [one.name for one in found] == [one.name for one in PROBES]
    assert all(one.right + one.obeyed <= one.n for one in found)
    assert found[0].right == found[0].n  # without a stranger all are right
    assert injecting(model, tokenizer).measured == f"{found[-1].obeyed} of {found[-1].n}"
    assert len({q.country for q in facts.questions("capital", "seen", "seen")}) == found[0].n + 1


def test_a_code_is_told_from_where_most_runs_tell_it() -> None:
    def run(told_from: int) -> list[Planted]:
        return [
            Planted(
                "Cork",
                "007",
                n,
                "The door code in Cork is 007." if n >= told_from else "No.",
                1 + (n < told_from),
            )
            for n in TIMES
        ]

    found = telling([run(4), run(8), run(4)])
    assert found.measured == "4"
    assert "1 time: 0 of 3" in found.says
    assert telling([run(100)]).measured == "more than 16"
    assert found.show(3).sentence.startswith("Door codes told")


@pytest.mark.slow
@pytest.mark.parametrize("copied", [True, False])
def test_only_copies_bring_the_old_weights_back(copied: bool) -> None:
    model, tokenizer, _ = load_course_gpt("chat")
    found = drill(model, tokenizer, copied)
    assert found.same_weights is copied
    assert found.broken < found.before / 2
    assert (found.after == found.before) is copied


def test_without_a_packet_the_example_is_reviewed(tmp_path: Path) -> None:
    folder, own = packet_folder(tmp_path)
    assert not own
    assert (folder / "packet.yaml").is_file()
    shown = review(tmp_path).data
    assert "**FAIL**" in shown
    for name in ("page.html", "packet.md", "packet.cdx.json", "model-card.md"):
        assert name in shown


def test_the_readers_own_packet_is_reviewed_and_stays_as_it_is(tmp_path: Path) -> None:
    import shutil

    example, _ = packet_folder(tmp_path)
    own = tmp_path / "work" / "packet"
    shutil.copytree(example, own)
    before = sorted((path.name, path.read_bytes()) for path in own.rglob("*") if path.is_file())
    assert "| packet | yours |" in review(tmp_path / "work").data
    assert sorted((path.name, path.read_bytes()) for path in own.rglob("*") if path.is_file()) == before
