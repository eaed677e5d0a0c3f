"""Counting as a language model: its learning curve, its copying, and an autocomplete to play with (lesson 01)."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.evaluation.perplexity import bits_per_byte
from course_lib.explore.figure import BLUE, GREEN, GREY, GUESS, ORANGE, PINK, RED, Picture, new_figure
from course_lib.explore.prediction import quantity
from course_lib.explore.view import View
from course_lib.models.ngram import NGram

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.base import Tokenizer

    NextProbs = Callable[[list[int]], torch.Tensor]  # ids -> probabilities (V,)

_LOOKS = [(GREY, "o-"), (BLUE, "s-"), (ORANGE, "^-"), (GREEN, "D--"), (PINK, "v:"), (RED, "x-.")]
SHOWN = 8  # tokens in the autocomplete


def shuffled_paragraphs(text: str, seed: int) -> str:
    """Return the text with its paragraphs in an order drawn with `seed`: then a part of it is about everything."""
    paragraphs = re.split(r"\n{2,}", text.strip("\n"))
    random.Random(seed).shuffle(paragraphs)
    return "\n\n".join(paragraphs) + "\n"


@dataclass(frozen=True)
class HeldOut:
    """A text that no model has read: its ids, and how many bytes it has."""

    ids: list[int]
    n_bytes: int

    def bits_per_byte(self, nats_per_token: float) -> float:
        """Return a loss in nats per token as bits per byte."""
        return bits_per_byte(nats_per_token, len(self.ids) - 1, self.n_bytes)


def learning_curve(
    ids: Sequence[int],
    vocab_size: int,
    held_out: HeldOut,
    sizes: Sequence[int],
    orders: Sequence[int],
    smoothing: str,
    k: float = 1.0,
) -> dict[int, list[float]]:
    """Return for each order the held-out bits per byte after the first `size` tokens of `ids`, size by size."""
    if not sizes or min(sizes) < 1 or max(sizes) > len(ids):
        raise ValueError(f"sizes={list(sizes)}; expected sizes from 1 to {len(ids)}")
    return {
        order: [
            held_out.bits_per_byte(NGram(ids[:size], vocab_size, order, smoothing, k).loss(held_out.ids))
            for size in sizes
        ]
        for order in orders
    }


def best_orders(curve: Mapping[int, Sequence[float]]) -> list[int]:
    """Return size by size the order with the fewest bits per byte."""
    n_sizes = len(next(iter(curve.values())))
    return [min(curve, key=lambda order: curve[order][place]) for place in range(n_sizes)]


def draw_curves(
    curves: Mapping[str, Mapping[int, Sequence[float]]],
    sizes: Sequence[int],
    lines: Mapping[str, float] | None = None,
    guess: object = None,
) -> Picture:
    """Draw one panel per smoothing: bits per byte over the tokens read, one line per order.

    Args:
        curves: title -> order -> bits per byte, one for each of `sizes` (tokens).
        lines: name -> bits per byte of something else, drawn across all panels.
        guess: the order that the reader thinks best in the last panel; its line is marked there.
    """
    figure, axes = new_figure(6.4, 3.9, 1, len(curves))
    panels = list(axes.flat) if len(curves) > 1 else [axes]
    lines = lines or {}
    heights = [value for curve in curves.values() for values in curve.values() for value in values]
    said = []
    for axis, (title, curve) in zip(panels, curves.items(), strict=True):
        for (order, values), (colour, style) in zip(curve.items(), _LOOKS, strict=False):
            axis.plot(sizes, values, style, color=colour, markersize=4, linewidth=1.5, label=f"{order}")
        for name, value in lines.items():
            axis.axhline(value, color="black", linewidth=1, linestyle="--")
            axis.annotate(f"{name}: {value:.2f}", (sizes[0], value), xytext=(0, -4), textcoords="offset points",
                          va="top")  # fmt: skip
        axis.set_xscale("log", base=2)
        axis.set_xticks(sizes[::-3][::-1], [f"{size:,}" for size in sizes[::-3][::-1]], fontsize=9)
        axis.minorticks_off()
        axis.set(
            xlabel="tokens read",
            title=title,
            ylim=(min([*heights, *lines.values()]) - 0.5, max(heights) + 0.2),
        )
        best = best_orders(curve)
        winners = [curve[order][place] for place, order in enumerate(best)]
        axis.plot(
            sizes, winners, "o", markersize=10, fillstyle="none", color="black", linewidth=0, label="best"
        )
        said.append(
            f"{title}: the best order is {best[0]} after {sizes[0]:,} tokens and {best[-1]} after {sizes[-1]:,}, "
            f"with {curve[best[-1]][-1]:.2f} bits per byte"
        )
    panels[0].set_ylabel("bits per byte of new text")
    _mark_line(panels[-1], sizes, list(curves.values())[-1], guess)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=len(labels), title="order", columnspacing=1.2
    )
    sentence = "; ".join(said) + "."
    for name, value in lines.items():
        sentence += f" {name}: {value:.2f}."
    return Picture(figure, sentence, "")


def _mark_line(axis: Axes, sizes: Sequence[int], curve: Mapping[int, Sequence[float]], guess: object) -> None:
    """Mark the line of the order that the reader guessed, if it is one of them."""
    found = quantity(guess)
    if found is None or found.value not in curve:
        return
    values = curve[int(found.value)]
    axis.plot(sizes, values, color=GUESS, linewidth=8, alpha=0.25, solid_capstyle="round", zorder=0)
    axis.annotate("your guess", (sizes[0], values[0]), xytext=(2, 8), textcoords="offset points", color=GUESS,
                  fontsize=10)  # fmt: skip


def copied_share(ids: Sequence[int], source: Sequence[int], run: int = 8) -> float:
    """Return the share of the runs of `run` tokens in `ids` that stand in `source` in the same order.

    Raises ValueError if `ids` is shorter than one run.
    """
    if len(ids) < run or run < 1:
        raise ValueError(f"{len(ids)} ids, run={run}; expected at least one whole run")
    known = {tuple(source[place : place + run]) for place in range(len(source) - run + 1)}
    runs = [tuple(ids[place : place + run]) for place in range(len(ids) - run + 1)]
    return sum(one in known for one in runs) / len(runs)


def gpt_probs(model: GPT) -> NextProbs:
    """Return a GPT as a function from ids to the probabilities of the next token."""

    @torch.inference_mode()
    def probs(ids: list[int]) -> torch.Tensor:
        window = torch.tensor([ids[-model.config.context :]])
        return model(window, last_only=True).logits[0, -1].softmax(-1)

    return probs


def next_token_bars(
    models: Mapping[str, NextProbs], tokenizer: Tokenizer, model: str, prefix: str
) -> tuple[Figure, str, list[int]]:
    """Draw the likeliest next tokens after `prefix`; returns figure, sentence and those tokens, likeliest first."""
    ids = tokenizer.encode(prefix)
    if not ids:
        raise ValueError("prefix is empty; expected at least one character")
    p = models[model](ids)
    top = p.topk(SHOWN)
    tokens = top.indices.tolist()
    names = [tokenizer.token_text(token) for token in tokens]
    figure, axis = new_figure(6.4, 2.9)
    axis.barh(range(SHOWN), top.values.tolist(), color=BLUE)
    axis.set_yticks(range(SHOWN), [name.replace("$", r"\$") for name in names])
    axis.invert_yaxis()
    axis.set(
        xlim=(0, 1),
        xlabel="probability",
        title=f"{model}, after \u201c{prefix[-40:]}\u201d".replace("$", r"\$"),
    )
    sentence = (
        f"{model}: after {prefix!r} the likeliest next token is '{names[0]}' with {top.values[0]:.1%}, "
        f"then '{names[1]}' with {top.values[1]:.1%}; the eight shown have {top.values.sum():.0%} together."
    )
    return figure, sentence, tokens


class Autocomplete(View):
    """A view with one button for each token shown: a click accepts the token, and the bars move on."""

    def __init__(
        self, models: Mapping[str, NextProbs], tokenizer: Tokenizer, frames: Sequence[Mapping[str, object]]
    ) -> None:
        import ipywidgets

        self.tokenizer = tokenizer
        self.buttons = [ipywidgets.Button(layout={"width": "auto"}) for _ in range(SHOWN)]
        self._tokens: list[int] = []

        def draw(model: str, prefix: str) -> tuple[Figure, str]:
            # An emptied text field is no text to continue; a line break is the nearest thing to a beginning.
            figure, sentence, self._tokens = next_token_bars(models, tokenizer, model, prefix or "\n")
            for button, token in zip(self.buttons, self._tokens, strict=True):
                button.description = tokenizer.token_text(token)
                button.tooltip = f"accept {tokenizer.token_text(token)}"
            return figure, sentence

        wide = {"description_width": "6em"}
        first = frames[0]
        controls = {
            "model": ipywidgets.Dropdown(
                options=list(models), value=first["model"], description="model", style=wide
            ),
            "prefix": ipywidgets.Textarea(
                value=first["prefix"], description="text", style=wide, layout={"width": "95%"}
            ),
        }
        super().__init__(draw, controls, frames)
        for place, button in enumerate(self.buttons):
            button.on_click(lambda _button, place=place: self.accept(place))

    def accept(self, place: int) -> None:
        """Append the token at this place (0: the likeliest) to the text."""
        self.controls["prefix"].value += self.tokenizer.decode([self._tokens[place]])

    def widget(self) -> Any:
        """Return the live view: controls, a button for each token, figure and sentence."""
        import ipywidgets

        box = super().widget()
        row = ipywidgets.HBox(self.buttons, layout={"flex_flow": "row wrap"})
        *controls, image, line = box.children
        box.children = (*controls, row, image, line)
        return box


def autocomplete(models: Mapping[str, NextProbs], tokenizer: Tokenizer, prefix: str) -> Autocomplete:
    """Return the autocomplete view: type a text, see the next token's probabilities, accept one, repeat.

    Where nothing runs, the frames show the first model, the last one, and the last one after its likeliest token was
    accepted.

    Args:
        models: name -> function from ids to the probabilities of the next token, shape (V,).
        prefix: the text to start with, not empty.
    """
    first, *_, last = models
    token = int(models[last](tokenizer.encode(prefix)).argmax())
    longer = prefix + tokenizer.decode([token])
    settings = [(first, prefix), (last, prefix), (last, longer)]
    return Autocomplete(models, tokenizer, [{"model": name, "prefix": text} for name, text in settings])
