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
    draw_loss_by_context,
    draw_recall,
    loss_by_context,
    make_documents,
    pack,
    recall_by_position,
    train_recall,
    useful_length,
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
    assert "fell off the edge" in draw_recall(recall).sentence


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
        assert losses[length] == pytest.approx(sum(by_hand) / 3, rel=1e-4)
    assert "1 token of context" in draw_loss_by_context(losses).sentence
    with pytest.raises(ValueError, match="expected 1 to 256"):
        loss_by_context(model, ids, (257,))


def test_the_useful_length_is_the_shortest_that_gives_nearly_the_whole_gain() -> None:
    assert useful_length({1: 4.0, 2: 3.0, 4: 2.01, 8: 2.0}) == 4
    assert useful_length({1: 4.0, 2: 3.0, 4: 2.01, 8: 2.0}, enough=0.0) == 8


def test_what_is_said_of_lost_facts_does_not_hang_on_the_last_digit() -> None:
    """Another processor finds one fact more or less by chance."""

    def recall(found: int) -> Recall:
        return Recall(
            starts=[0, 10, 20, 30], right=[found, found, 100, 100], asked=[100] * 4, length=40, window=20
        )

    assert {recall(found).lost() for found in (6, 7, 8, 9, 10)} == {"as often as by guessing (8%)"}
    assert recall(30).lost() == "30%"
