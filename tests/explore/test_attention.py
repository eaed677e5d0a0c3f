"""Lesson 10's experiments: what they measure is what they say."""

from __future__ import annotations

import pytest
import torch

from course_lib.explore.attention_viewer import draw_all_heads
from course_lib.explore.cache_shifted import capitals_with_a_shifted_cache, last_scores, positions_moved
from course_lib.explore.copying import KINDS, LENGTH, SYMBOLS, kept, make, repeated, share_copied
from course_lib.explore.copying_found import beside_the_rnn, best_head, look_back, one_row, spread
from course_lib.explore.map_or_cause import looked_at_most
from course_lib.explore.own_gpt import OwnGPT, trained_scores, trained_shape, trained_weights
from course_lib.explore.scaling import random_shares
from course_lib.explore.stream import loss_in_order
from course_lib.models.gpt import GPT
from course_lib.models.parts import Present, parts
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.course_gpt import load_course_gpt

Trained = tuple[GPT, BytePairTokenizer]


@pytest.fixture(scope="module")
def trained() -> Trained:
    model, tokenizer, _ = load_course_gpt("base")
    return model, tokenizer


def test_rows_repeat_and_what_can_be_known_is_a_repetition() -> None:
    ids, targets, known = repeated(40, torch.Generator().manual_seed(0))
    assert ids.shape == targets.shape == known.shape == (40, LENGTH)
    for row, after, can in zip(ids, targets, known, strict=True):
        period = LENGTH - int(can.sum())
        assert 8 <= period <= 16
        assert torch.equal(row[period:], row[:-period])
        assert torch.equal(after[:-1], row[1:])


def test_whoever_copies_is_counted_right() -> None:
    class Copies(torch.nn.Module):
        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.one_hot(ids.roll(8, 1), SYMBOLS).float()  # the symbol eight back

    share = share_copied(Copies(), (9, 9))  # a block of nine: the next one stood eight back
    assert share == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_and_shipped(kind: str) -> None:
    model = make(kind, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert model(one_row()).shape == (1, LENGTH, SYMBOLS)
    runs = kept(kind)  # type: ignore[arg-type]
    assert sorted(run.seed for run in runs) == [0, 1, 2, 3, 4]
    assert runs[0].weights == sum(p.numel() for p in model.parameters() if p.requires_grad)


def test_shipped_runs_carry_what_the_lesson_says() -> None:
    one, wide, two = (kept(kind) for kind in ("one layer", "one wide layer", "two layers"))
    assert max(run.share for run in (*one, *wide)) < 0.4 < 0.85 < min(run.share for run in two)
    assert wide[0].weights > two[0].weights
    assert all(run.leak > 0.1 for run in kept("mask after softmax"))
    assert all(run.leak == 0 for run in two)
    assert spread("two layers").endswith("%")
    assert "RNN" in beside_the_rnn(16).says


def test_looking_back_is_read_off_the_map() -> None:
    weights = torch.zeros(1, 2, LENGTH, LENGTH)
    weights[0, 1, range(1, LENGTH), range(LENGTH - 1)] = 0.75
    assert look_back(weights, 1) == 0.75
    assert best_head(weights, 1) == 1


def test_long_queries_without_the_root_see_one_key() -> None:
    short, long = random_shares(4, False), random_shares(1024, False)
    assert short.largest < 0.5 < 0.95 < long.largest
    assert long.slope < 0.01 < random_shares(1024, True).slope


def test_layers_in_their_order_are_the_model(trained: Trained) -> None:
    model, _ = trained
    rows = torch.randint(1024, (2, 20), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        wanted = float(model(rows[:, :-1], rows[:, 1:]).loss)  # type: ignore[arg-type]
    assert loss_in_order(model, rows, (1, 2, 3, 4)) == pytest.approx(wanted, rel=1e-4)
    assert loss_in_order(model, rows, (4, 3, 2, 1)) != pytest.approx(wanted, rel=1e-2)


def test_a_shifted_position_is_put_back(trained: Trained) -> None:
    model, tokenizer = trained
    before = model.positions.weight.detach().clone()
    ids = torch.tensor([tokenizer.encode("The capital of France is")])
    with torch.no_grad():
        whole = model(ids).logits[0, -1]
    assert torch.allclose(last_scores(model, ids), whole, atol=1e-4)
    assert not torch.allclose(last_scores(model, ids, 1), whole, atol=1e-2)
    with positions_moved(model, 3, 2):
        assert torch.equal(model.positions.weight[3], before[5])
    assert torch.equal(model.positions.weight, before)
    assert "one of them is off by up to" in capitals_with_a_shifted_cache(model, tokenizer).says


def test_what_is_looked_at_is_not_what_matters(trained: Trained) -> None:
    finding = looked_at_most(*trained)
    assert finding.show is not None
    assert "not an explanation" in finding.says
    picture = finding.show(None)
    assert "layer 1, head 2 94%" in picture.sentence


def test_all_heads_of_a_sentence(trained: Trained) -> None:
    _, sentence = draw_all_heads(*trained, "In Peru people speak", 0)
    assert "to 'Peru'" in sentence.replace("\u00b7", "")
    assert draw_all_heads(*trained, "", 30)[1]


class Whole(torch.nn.Module):
    """A learner's GPT from the library's parts."""

    def __init__(self, vocab_size: int, context: int, n_layer: int, n_head: int, n_embd: int) -> None:
        super().__init__()
        self.embed, self.positions = (
            torch.nn.Embedding(vocab_size, n_embd),
            torch.nn.Embedding(context, n_embd),
        )
        self.blocks = torch.nn.ModuleList(parts.Block(n_embd, n_head) for _ in range(n_layer))
        self.norm = torch.nn.LayerNorm(n_embd, bias=False)
        self.unembed = torch.nn.Linear(n_embd, vocab_size, bias=False)
        self.unembed.weight = self.embed.weight

    def forward(
        self, ids: torch.Tensor, past: list[Present] | None = None
    ) -> tuple[torch.Tensor, list[Present]]:
        x, present = self.embed(ids) + self.positions.weight[: ids.shape[1]], []
        for i, block in enumerate(self.blocks):
            x, kept_now = block(x, None if past is None else past[i])
            present.append(kept_now)
        return self.unembed(self.norm(x)), present


def test_own_parts_with_the_trained_weights() -> None:
    assert OwnGPT(Whole, torch.float64).largest_difference() < 1e-9
    assert OwnGPT(Whole).largest_difference() < 1e-3

    class Other(parts.Block):  # type: ignore[name-defined, misc]
        def forward(self, x: torch.Tensor, past: Present | None = None) -> tuple[torch.Tensor, Present]:
            found, present = super().forward(x, past)
            return found + 0.1 * found.roll(1, -1), present

    wrong = OwnGPT(Whole, torch.float64, Block=Other)
    assert wrong.largest_difference() > 1e-3
    assert trained_shape()["n_layer"] == 4
    assert len(trained_weights()) == 28
    assert trained_scores((1, 2)).shape == (2, 1024)
