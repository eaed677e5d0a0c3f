"""Attention in one picture: which head of the trained model looks at the country (lesson 04, part 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch

from course_lib.data import facts
from course_lib.explore.figure import Picture, new_figure
from course_lib.models.gpt import Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

SENTENCE = "The capital of {name} is"


@dataclass(frozen=True)
class Head:
    """A head, counted from 1 in the first layer, and how much of its attention goes to the country's name."""

    layer: int
    number: int
    share: float  # mean over the sentences with which it was chosen
    elsewhere: float  # mean over the other sentences
    most: float  # share of those other sentences in which the name gets more than any other token
    average: float  # mean over all heads, on the other sentences


@torch.no_grad()
def attention_from_last(model: GPT, ids: Sequence[int]) -> Tensor:
    """Return how the last token spreads its attention, (layers, heads, tokens); each row sums to 1."""
    maps = model(torch.tensor([list(ids)]), return_attention=True).attentions
    return torch.stack([layer[0, :, -1] for layer in maps])


def find_head(model: GPT, tokenizer: BytePairTokenizer) -> Head:
    """Choose the head that looks most at the country in half of the sentences, and measure it on the other half."""
    looks = []
    for place in facts.COUNTRIES:
        ids = tokenizer.encode(SENTENCE.format(name=place.name))
        at = ids.index(tokenizer.encode(f" {place.name}")[0])
        weights = attention_from_last(model, ids)  # (L, H, T)
        looks.append(torch.stack([weights[:, :, at], (weights.argmax(-1) == at).float()]))
    seen = torch.stack(looks[::2])  # (n, 2, L, H)
    other = torch.stack(looks[1::2]).mean(0)
    shares = seen.mean(0)[0]  # (L, H)
    layer, number = divmod(int(shares.argmax()), shares.shape[1])
    return Head(
        layer + 1,
        number + 1,
        float(shares[layer, number]),
        float(other[0, layer, number]),
        float(other[1, layer, number]),
        float(other[0].mean()),
    )


@torch.no_grad()
def draw_head(model: GPT, tokenizer: BytePairTokenizer, text: str, head: Head) -> Picture:
    """Draw one head's attention for a sentence: row looks at column, the weight in each cell.

    Raises:
        ValueError: a head that the model does not have.
    """
    if not (1 <= head.layer <= model.config.n_layer and 1 <= head.number <= model.config.n_head):
        raise ValueError(f"the model has no head {head.number} in layer {head.layer}")
    ids = tokenizer.encode(text)
    tokens = [tokenizer.token_text(token) for token in ids]
    maps = model(torch.tensor([ids]), return_attention=True).attentions
    weights = maps[head.layer - 1][0, head.number - 1]  # (T, T)
    figure, axis = new_figure(6.0, 4.2)
    image = axis.imshow(weights.tolist(), cmap="cividis", vmin=0, vmax=1)
    for row in range(len(ids)):
        for column in range(row + 1):
            value = float(weights[row, column])
            colour = "black" if value > 0.5 else "white"
            axis.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour, fontsize=8)
    axis.set_xticks(range(len(ids)), tokens, rotation=45)
    axis.set_yticks(range(len(ids)), tokens)
    axis.set(xlabel="looks at", ylabel="this token", title=f"layer {head.layer}, head {head.number}")
    figure.colorbar(image, ax=axis)
    most = int(weights[-1].argmax())
    return Picture(
        figure,
        f"In layer {head.layer}, head {head.number}, the last token '{tokens[-1]}' gives {weights[-1, most]:.0%} of "
        f"its attention to '{tokens[most]}' in the sentence '{text}'.",
    )


@dataclass(frozen=True)
class Knockout:
    """Right first words of `n` capitals: the whole model, and with one head silenced, by (layer, head) from 1."""

    whole: int
    without: dict[tuple[int, int], int]
    n: int


@torch.no_grad()
def knock_out_heads(model: GPT, tokenizer: BytePairTokenizer) -> Knockout:
    """Silence one head after the other, and count for how many countries the capital is still the first choice.

    A head is silenced where its result enters the layer's output matrix; the weights are put back afterwards.
    """
    rows = [tokenizer.encode(SENTENCE.format(name=place.name)) for place in facts.COUNTRIES]
    wanted = torch.tensor([tokenizer.encode(f" {place.capital}")[0] for place in facts.COUNTRIES])

    def right() -> int:
        logits = [model(torch.tensor([ids]), last_only=True).logits[0, -1] for ids in rows]
        return int((torch.stack(logits).argmax(-1) == wanted).sum())

    whole, without, width = right(), {}, model.config.head_dim
    for layer, block in enumerate(model.blocks):
        weight = cast(Block, block).attention.out.weight
        kept = weight.clone()
        for head in range(model.config.n_head):
            weight[:, head * width : (head + 1) * width] = 0.0
            without[layer + 1, head + 1] = right()
            weight.copy_(kept)
    return Knockout(whole, without, len(rows))


def draw_knockout(result: Knockout) -> Picture:
    """Draw how many capitals stay right without each head."""
    layers, heads = max(layer for layer, _ in result.without), max(head for _, head in result.without)
    table = torch.tensor([[result.without[i, j] for j in range(1, heads + 1)] for i in range(1, layers + 1)])
    figure, axis = new_figure(4.6, 3.2)
    image = axis.imshow(table.tolist(), cmap="cividis", vmin=0, vmax=result.n)
    for (layer, head), right in result.without.items():
        colour = "black" if right > result.n / 2 else "white"
        axis.text(head - 1, layer - 1, str(right), ha="center", va="center", color=colour)
    axis.set_xticks(range(heads), [f"head {j}" for j in range(1, heads + 1)])
    axis.set_yticks(range(layers), [f"layer {i}" for i in range(1, layers + 1)])
    axis.set_title(f"capitals right (of {result.n}) without this head")
    figure.colorbar(image, ax=axis)
    worst = min(result.without, key=lambda key: result.without[key])
    return Picture(
        figure,
        f"The whole model gets {result.whole} of {result.n} capitals right. Silencing layer {worst[0]}, head "
        f"{worst[1]} leaves {result.without[worst]}; silencing any one of the others leaves at least "
        f"{min(right for key, right in result.without.items() if key != worst)}.",
    )
