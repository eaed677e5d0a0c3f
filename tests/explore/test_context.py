"""The packer keeps what it says, the finder finds inside its window only, and the sums agree with a count by hand."""

from __future__ import annotations

import re

import pytest
import torch

from course_lib.data.text import language_reference
from course_lib.explore.context import (
    FILLER,
    KINDS,
    POLICIES,
    VALUES,
    WINDOW,
    Piece,
    Recall,
    context_packer,
    context_that_helps,
    draw_loss_by_context,
    draw_packed,
    draw_recall,
    found_outside,
    loss_by_context,
    make_documents,
    one_token_too_many,
    pack,
    recall_by_position,
    train_recall,
    useful_length,
    worse_by,
)
from course_lib.training.course_gpt import load_course_gpt

PIECES = [
    Piece("system", "system prompt", 10),
    Piece("documents", "document 1", 20),
    Piece("documents", "document 2", 30),
    Piece("history", "turn 1", 8),
    Piece("history", "turn 2", 9),
    Piece("question", "question", 5),
]


@pytest.mark.parametrize(
    ("budget", "policy", "kept"),
    [
        (82, "documents first", [10, 20, 30, 8, 9, 5]),
        (65, "documents first", [10, 20, 30, 0, 0, 5]),
        (74, "documents first", [10, 20, 30, 0, 9, 5]),
        (44, "documents first", [10, 20, 0, 0, 9, 5]),
        (32, "history first", [10, 0, 0, 8, 9, 5]),
        (15, "history first", [10, 0, 0, 0, 0, 5]),
        (25, "newest tokens only", [0, 0, 3, 8, 9, 5]),
    ],
)
def test_what_is_kept_is_what_a_reader_would_count(budget: int, policy: str, kept: list[int]) -> None:
    packed = pack(PIECES, budget, policy)
    assert packed.kept == kept
    assert packed.used == sum(kept) <= budget
    assert packed.dropped == [p.name for p, k in zip(PIECES, kept, strict=True) if k == 0]
    assert packed.cut == [p.name for p, k in zip(PIECES, kept, strict=True) if 0 < k < p.tokens]


def test_bad_input_is_refused_early() -> None:
    with pytest.raises(ValueError, match="alone need 15"):
        pack(PIECES, 14)
    with pytest.raises(ValueError, match="policy='all'"):
        pack(PIECES, 90, "all")
    with pytest.raises(ValueError, match="length=2"):
        make_documents(1, 2, torch.Generator())
    with pytest.raises(ValueError, match="no multiple"):
        recall_by_position(train_recall(steps=20), length=121)


def test_moving_a_control_changes_sentence_and_image() -> None:
    view = context_packer(load_course_gpt("base")[1])
    box = view.widget()
    before = (box.children[-2].value, view.sentence)
    view.controls["policy"].value = POLICIES[2]
    assert "The system prompt is cut" in view.sentence
    assert (box.children[-2].value, view.sentence) != before
    view.controls["budget"].value = view.controls["budget"].max
    assert "everything fits" in view.sentence


def test_frozen_frames_say_three_different_things() -> None:
    page = context_packer(load_course_gpt("base")[1]).frozen()
    assert len(set(re.findall(r'alt="([^"]+)"', page))) == 3


def test_every_question_has_its_answer_where_the_document_says() -> None:
    made = make_documents(50, 30, torch.Generator().manual_seed(0))
    assert made.ids.shape == (50, 30 + KINDS)
    assert torch.equal(made.ids.gather(1, made.positions), made.answers)
    asked = made.ids[:, -KINDS:] - FILLER - KINDS * VALUES
    assert torch.equal((made.answers - FILLER) // VALUES, asked), "the value is of the kind that is asked for"
    values = ((made.ids >= FILLER) & (made.ids < FILLER + KINDS * VALUES)).sum(1)
    assert (values == KINDS).all(), "each fact stands once"


@pytest.mark.slow
def test_the_finder_finds_inside_its_window_and_guesses_outside() -> None:
    recall = recall_by_position(train_recall(seed=0))
    assert recall.edge == WINDOW - KINDS
    assert recall.share(inside=True) > 0.98
    assert abs(recall.share(inside=False) - 1 / VALUES) < 0.03
    assert "fell off the edge" in draw_recall(recall, "50 %").sentence


def test_shares_count_whole_stretches_on_one_side_of_the_edge() -> None:
    recall = Recall([0, 10, 20, 30], [1, 2, 8, 10], [10, 10, 10, 10], length=40, window=15)
    assert recall.edge == 25
    assert recall.share(inside=True) == 1.0
    assert recall.share(inside=False) == pytest.approx(0.15)


def test_loss_by_context_is_the_loss_of_the_same_token_with_less_before_it() -> None:
    model, tokenizer, _ = load_course_gpt("base")
    ids = tokenizer.encode(language_reference()[:3000])
    losses = loss_by_context(model, ids, (1, 8), n=3, seed=5)
    ends = torch.randint(8, len(ids), (3,), generator=torch.Generator().manual_seed(5)).tolist()
    for length in (1, 8):
        by_hand = [
            -float(
                model(torch.tensor([ids[end - length : end]]))
                .logits[0, -1]
                .detach()
                .log_softmax(-1)[ids[end]]
            )
            for end in ends
        ]
        assert losses[length].tolist() == pytest.approx(by_hand, rel=1e-4)
    assert "with 1 token" in draw_loss_by_context(losses).sentence
    with pytest.raises(ValueError, match="expected 1 to 256"):
        loss_by_context(model, ids, (257,))


def paired_losses() -> dict[int, torch.Tensor]:
    """Losses on 50 tokens, some hard and some easy: one token of context costs 1 nat everywhere, two cost nothing."""
    hard = torch.linspace(0, 8, 50)
    noise = torch.linspace(-0.1, 0.1, 50).roll(17)
    return {1: hard + 1 + noise, 2: hard + noise, 4: hard}


def test_what_makes_a_token_hard_cancels_in_the_interval() -> None:
    losses = paired_losses()
    worse, half = worse_by(losses, 1)
    differences = (losses[1] - losses[4]).numpy()
    assert worse == pytest.approx(differences.mean(), abs=1e-5)
    assert half == pytest.approx(1.96 * differences.std(ddof=1) / 50**0.5, rel=1e-4)
    assert half < 0.05, "the tokens' own differences, several nats, would make it many times wider"


def test_the_useful_length_is_the_shortest_that_is_not_measurably_worse() -> None:
    losses = paired_losses()
    assert useful_length(losses) == 2
    assert useful_length({1: losses[1] + 1, 2: losses[1], 4: losses[4]}) == 4
    finding = context_that_helps(losses)
    assert finding.measured == "2"
    assert "not what it uses" in finding.says
    assert "up to the last" in context_that_helps({1: losses[1], 4: losses[4]}).says


def made_recall(found: int) -> Recall:
    return Recall([0, 10, 20, 30], [found, found, 100, 100], [100] * 4, length=40, window=20)


def test_what_is_said_of_lost_facts_does_not_hang_on_the_last_digit() -> None:
    """Another processor finds one fact more or less by chance."""
    assert {made_recall(found).lost() for found in (6, 7, 8, 9, 10)} == {f"about {1 / VALUES:.0%}"}
    assert made_recall(30).lost() == "30%"
    assert found_outside(made_recall(7)).measured == "about 8%"
    assert "what guessing gives" in found_outside(made_recall(7)).says
    assert "guessing" not in found_outside(made_recall(30)).says
    assert "more than 95%" in found_outside(made_recall(7)).says


def test_one_token_too_many_is_refused_by_the_model_and_cut_by_the_program() -> None:
    model, tokenizer, _ = load_course_gpt("base")
    finding = one_token_too_many(model, tokenizer)
    assert finding.measured == "refuse"
    assert "thrown away the older half" in finding.says


def test_a_dropped_piece_is_named_as_dropped_in_the_picture() -> None:
    figure, sentence = draw_packed(pack(PIECES, 25, "newest tokens only"), "newest tokens only")
    said = [text.get_text() for text in figure.axes[0].texts]
    assert said == ["dropped", "dropped", "cut", "kept", "kept", "kept"]
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == [piece.name for piece in PIECES]
    assert "The system prompt is cut" in sentence
