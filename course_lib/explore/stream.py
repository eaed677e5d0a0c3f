"""Layers add to a stream: what the trained model loses when a layer is left out or two change places (lesson 10)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.explore.figure import BLUE, GREY, ORANGE, RED, Finding, Picture, mark_guess, new_figure
from course_lib.models.gpt import GPT

ROWS = 20  # of the text that is read


@torch.no_grad()
def loss_in_order(model: GPT, rows: Tensor, order: Sequence[int], adds: bool = True) -> float:
    """Return the loss when the layers (counted from 1) are walked through in this order.

    Args:
        rows: ids (B, T).
        adds: whether each part adds to the stream; False puts its result in the stream's place.
    """
    x = model.embed(rows) + model.positions.weight[: rows.shape[1]]
    for number in order:
        block = model.blocks[number - 1]
        mixed, _ = block.attention(block.norm1(x), None, None, False)  # type: ignore[operator]
        x = adds * x + mixed
        x = adds * x + block.feed_forward(block.norm2(x))  # type: ignore[operator]
    logits = model.unembed(model.norm(x))
    return float(F.cross_entropy(logits[:, :-1].flatten(0, 1), rows[:, 1:].flatten()))


def layers_change_places(model: GPT, unread: Sequence[int]) -> Finding:
    """Find the loss on unread text when layers 2 and 3 change places; other changes are beside it."""
    T = model.config.context
    rows = torch.tensor(list(unread)[: ROWS * T]).view(-1, T)
    found = {
        "as trained": loss_in_order(model, rows, (1, 2, 3, 4)),
        "2 and 3 change places": loss_in_order(model, rows, (1, 3, 2, 4)),
        "without layer 3": loss_in_order(model, rows, (1, 2, 4)),
        "without layer 2": loss_in_order(model, rows, (1, 3, 4)),
        "without layer 4": loss_in_order(model, rows, (1, 2, 3)),
        "without layer 1": loss_in_order(model, rows, (2, 3, 4)),
        "nothing is added": loss_in_order(model, rows, (1, 2, 3, 4), adds=False),
    }
    guessing = torch.tensor(float(model.config.vocab_size)).log().item()
    whole, swapped = found["as trained"], found["2 and 3 change places"]
    return Finding(
        "loss with layers 2 and 3 swapped",
        f"{swapped:.2f}",
        lambda guess: draw_orders(found, guessing, guess),
        f"{swapped - whole:+.2f}. In a chain, where each step works on the result of the one before, that would be "
        "like washing after ironing. Here each layer adds its part to a sum, and the next one reads the sum. Layer "
        f"1 cannot be spared, though: {found['without layer 1']:.1f} without it. If results take the stream's place, "
        f"the loss is {found['nothing is added']:.1f}: this model was trained to add, so that says nothing about one "
        f"trained otherwise. (Guessing among all tokens: {guessing:.1f}.)",
    )


def draw_orders(found: dict[str, float], guessing: float, guess: object = None) -> Picture:
    """Draw the loss of each change as a bar."""
    figure, axis = new_figure(height=3.2)
    names = list(found)
    colours = [BLUE, RED, *[ORANGE] * (len(names) - 3), GREY]
    bars = axis.barh(range(len(names)), list(found.values()), color=colours, height=0.65)
    axis.bar_label(bars, [f"{loss:.2f}" for loss in found.values()], padding=3)
    axis.set_yticks(range(len(names)), names)
    axis.set(ylim=(len(names) - 0.4, -0.9), xlim=(0, guessing * 1.3), xlabel="loss on unread text")
    axis.axvline(guessing, color=GREY, linestyle=":", linewidth=1.5)
    axis.grid(axis="y", visible=False)
    mark_guess(axis, guess, along="x")
    told = "; ".join(f"{name} {loss:.2f}" for name, loss in found.items())
    return Picture(
        figure,
        f"Loss on unread text: {told}. Guessing {guessing:.2f}.",
        "The same weights, in another order. Dotted: guessing.",
    )
