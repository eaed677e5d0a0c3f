"""Two checks before anybody trusts a network: are its gradients right, and does it beat something simple? "
"(lesson 05)"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.data.digits import load_digits
from course_lib.device import one_thread
from course_lib.evaluation.gradient_check import GradientCheck, check_gradients
from course_lib.evaluation.intervals import wilson_interval
from course_lib.evaluation.linear_baseline import train_linear_baseline
from course_lib.explore.figure import BLUE, ORANGE, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.plots import scientific
from course_lib.models.mlp import MLP, MLPConfig

POWERS = range(-12, 1)


@dataclass(frozen=True)
class Digit:
    """Numbers of one kind: their name, torch's dtype, and how they are drawn."""

    name: str
    dtype: torch.dtype
    colour: str
    style: str


KINDS = (
    Digit("float32", torch.float32, RED, "s--"),
    Digit("float64", torch.float64, BLUE, "o-"),
)


def check_digit_network(dtype: torch.dtype, step: float, n: int = 40, seed: int = 0) -> GradientCheck:
    """Check the gradients of a tanh network with 16 hidden units on 32 digits, in one kind of number."""
    digits = load_digits(0).train
    model = MLP(MLPConfig(64, 10, (16,), "tanh"), torch.Generator().manual_seed(seed)).to(dtype)
    images, labels = digits.images[:32].to(dtype), digits.labels[:32]
    named = dict(model.named_parameters())
    return check_gradients(lambda: F.cross_entropy(model(images).logits, labels), named, n, step, seed)


def errors_by_step() -> dict[str, dict[float, float]]:
    """Return the largest relative error of the measured slopes, by kind of number and by step."""
    with one_thread():
        return {
            kind.name: {
                10.0**power: check_digit_network(kind.dtype, 10.0**power).max_relative_error
                for power in POWERS
            }
            for kind in KINDS
        }


def smaller_and_smaller(asked: float = 1e-8) -> Finding:
    """Ask which step measures slopes best in float32, where smaller ought to be better."""
    found = errors_by_step()
    best = {name: min(errors, key=lambda step: errors[step]) for name, errors in found.items()}
    single = found["float32"]
    return Finding(
        "best step in float32",
        f"{best['float32']:g}",
        lambda guess: draw_errors(found, guess),
        f"There the largest error is {single[best['float32']]:.1%}; at a step of {scientific(asked)} it is "
        f"{single[asked]:.0%}: a float32 has about seven digits, so such a step gets lost in rounding. In "
        f"float64, with about sixteen, the best step is {scientific(best['float64'])}, and the error "
        f"{scientific(found['float64'][best['float64']])}. **Too long a step misses the curve, too short a step drowns "
        "in rounding.**",
    )


def draw_errors(found: Mapping[str, Mapping[float, float]], guess: object = None) -> Picture:
    """Draw the error of the measured slopes over the step, both axes logarithmic."""
    figure, axis = new_figure(height=3.2)
    parts = []
    for kind in KINDS:
        errors = found[kind.name]
        axis.plot(
            list(errors), list(errors.values()), kind.style, color=kind.colour, label=kind.name, markersize=5
        )
        best = min(errors, key=lambda step: errors[step])
        parts.append(
            f"{kind.name} is best at a step of {scientific(best)}, with an error of {scientific(errors[best])}"
        )
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks([1e-12, 1e-9, 1e-6, 1e-3, 1], ["10$^{−12}$", "10$^{−9}$", "10$^{−6}$", "0.001", "1"])
    axis.set_yticks([1e-9, 1e-6, 1e-3, 1], ["10$^{−9}$", "10$^{−6}$", "0.001", "1 = useless"])
    axis.minorticks_off()
    axis.set(xlabel="step: how far a weight is moved", ylabel="largest relative error", ylim=(1e-10, 60))
    axis.legend(loc="lower left")
    mark_guess(axis, guess, along="x")
    return Picture(
        figure,
        f"Largest relative error between measured slopes and backpropagation: {'; '.join(parts)}.",
        "40 weights of a network for digits, each moved a little up and down.",
    )


# --- something simple -----------------------------------------------------------------------------------------


def beside_a_line(
    examples: Sequence[tuple[str, str]],
    asked: Sequence[tuple[str, str]],
    others: Mapping[str, Callable[[str], str]],
) -> Finding:
    """Train one layer of weights on labelled texts and ask new ones; other systems answer the same.

    Args:
        examples, asked: texts with their right labels.
        others: systems by name; each gives a label for a text.
    """
    began = time.perf_counter()
    line = train_linear_baseline([text for text, _ in examples], [gold for _, gold in examples])
    seconds = time.perf_counter() - began
    texts, golds = [text for text, _ in asked], [gold for _, gold in asked]
    answers = {name: [answer(text) for text in texts] for name, answer in others.items()}
    answers["one layer of weights"] = line.answer(texts)
    right = {
        name: sum(a == gold for a, gold in zip(said, golds, strict=True)) for name, said in answers.items()
    }
    mine = right["one layer of weights"]
    speed = "in less than half a minute" if seconds < 30 else f"in {seconds:.0f} seconds"
    label = line.labels[0]
    return Finding(
        "right answers of one layer of weights",
        f"{mine / len(golds):.0%}",
        lambda guess: draw_beside(right, len(golds), guess),
        f"It was trained {speed}, on {len(examples)} examples, and can be read: for *{label}* speak "
        f"{', '.join(line.telling_words(label, 4))}. Whoever proposes a language model has to beat this on "
        "the same rows, at its price. (Course data, made by code: real tickets are less tidy.)",
    )


def draw_beside(right: Mapping[str, int], n: int, guess: object = None) -> Picture:
    """Draw the share of right answers of each system with its 95 % interval."""
    figure, axis = new_figure(height=2.5)
    for place, (name, count) in enumerate(right.items()):
        low, high = wilson_interval(count, n)
        colour = ORANGE if name == "one layer of weights" else BLUE
        axis.barh(place, count / n, color=colour, alpha=0.6, hatch="//" if colour == ORANGE else None)
        axis.plot([low, high], [place, place], color="black", linewidth=2)
    axis.set_yticks(range(len(right)), list(right))
    axis.invert_yaxis()
    axis.grid(visible=False)
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set(xlabel="right answers", xlim=(0, 1))
    mark_guess(axis, guess, along="x", share=True)
    parts = []
    for name, count in right.items():
        low, high = wilson_interval(count, n)
        parts.append(f"{name} {count / n:.0%} ({low:.0%} to {high:.0%})")
    return Picture(
        figure,
        f"Right answers to {n} texts: {'; '.join(parts)}.",
        f"The same {n} texts for all. Black: 95% intervals, for texts drawn independently.",
    )
