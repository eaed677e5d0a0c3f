"""Small figures that several lessons draw, each with its result in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course_lib.explore.figure import BLUE, GREY, RED, Picture, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def loss_curve(steps: Sequence[int], losses: Sequence[float], title: str = "") -> Picture:
    """Draw a training loss (nats per token) over steps."""
    if len(steps) != len(losses) or not steps:
        raise ValueError(
            f"steps and losses must be equally long and not empty, found {len(steps)} and {len(losses)}"
        )
    figure, axis = new_figure(6.5, 2.8)
    axis.plot(steps, losses, color=BLUE)
    axis.set(xlabel="step", ylabel="loss (nats per token)", title=title, ylim=(0, None))
    last = sum(losses[-10:]) / len(losses[-10:])
    sentence = (
        f"The loss falls from {losses[0]:.2f} at step {steps[0]} to {last:.2f} (mean of the last ten points)."
    )
    return Picture(figure, sentence)


def shares(
    named: Mapping[str, Sequence[float]], labels: Sequence[str], y_label: str, sentence: str
) -> Picture:
    """Draw grouped bars: one group per label, one bar per name (told apart by colour and hatching)."""
    figure, axis = new_figure(6.5, 2.8)
    looks = [(BLUE, ""), (GREY, "//"), (RED, "..")]
    width = 0.8 / len(named)
    for place, (name, values) in enumerate(named.items()):
        colour, hatch = looks[place % len(looks)]
        at = [i - 0.4 + width * (place + 0.5) for i in range(len(labels))]
        axis.bar(at, values, width, color=colour, hatch=hatch, label=name)
    axis.set_xticks(range(len(labels)), labels)
    axis.set(ylabel=y_label)
    if len(named) > 1:
        axis.legend(frameon=False)
    return Picture(figure, sentence)


def share_range(shares: Sequence[float]) -> str:
    """Return shares as "12%" or, where they differ, "10% to 12%"."""
    low, high = f"{min(shares):.0%}", f"{max(shares):.0%}"
    return low if low == high else f"{low} to {high}"


def scientific(value: float) -> str:
    """Write a number as people do: "8 × 10⁻⁹", and plainly between 0.001 and a million."""
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"
    digits, _, power = f"{value:.0e}".partition("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits.replace('-', '−')} × 10{raised}"
