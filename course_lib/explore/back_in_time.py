"""How far back a gradient reaches, and what clipping it does (lesson 06, part 3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import torch
import torch.nn.functional as F

from course_lib.explore.figure import BLUE, GREEN, ORANGE, PINK, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.threads import one_thread
from course_lib.models.rnn import RNN, Kind, RNNConfig, gradient_by_step

HIDDEN, STEPS, SYMBOLS = 32, 60, 8
FAR = STEPS - 1
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHOWN = (10, 20, 40, FAR)  # steps back that are put into words
LOOKS: dict[tuple[Kind, float], tuple[str, str, str]] = {  # name, colour, line
    ("rnn", 1.0): ("RNN", BLUE, "-"),
    ("gru", 1.0): ("GRU", GREEN, "--"),
    ("lstm", 1.0): ("LSTM", ORANGE, "-."),
    ("rnn", 2.0): ("RNN, weights x 2", PINK, ":"),
    ("rnn", 3.0): ("RNN, weights x 3", RED, (0, (5, 1, 1, 1, 1, 1))),  # type: ignore[dict-item]
}


def reach(kind: Kind, scale: float = 1.0, seed: int = 0) -> list[float]:
    """Return how strongly the last state of an untrained network depends on the state 0, 1, 2 ... steps before it.

    Divided by the dependence on itself, so it begins with 1.

    Args:
        scale: what the recurrent weights are multiplied by.
    """
    generator = torch.Generator().manual_seed(seed)
    network = RNN(RNNConfig(SYMBOLS, HIDDEN, kind), generator)
    with torch.no_grad():
        network.cell.recurrent.weight.mul_(scale)
    ids = torch.randint(SYMBOLS, (16, STEPS), generator=generator)
    sizes = gradient_by_step(network(F.one_hot(ids, SYMBOLS).float()))[::-1]
    return [size / sizes[0] for size in sizes]


@dataclass(frozen=True)
class Reach:
    """The dependence by steps back of one kind of network, one row per seed."""

    kind: Kind
    scale: float
    rows: list[list[float]]

    @property
    def middle(self) -> list[float]:
        """The median over the seeds."""
        return [median(column) for column in zip(*self.rows, strict=True)]

    @property
    def name(self) -> str:
        return LOOKS[self.kind, self.scale][0]


@one_thread()
def measure_reach(seeds: Sequence[int] = range(5)) -> list[Reach]:
    """Measure all networks of the figure with each seed."""
    return [Reach(kind, scale, [reach(kind, scale, seed) for seed in seeds]) for kind, scale in LOOKS]


def gradient_far_back(seeds: Sequence[int] = range(5)) -> Finding:
    """Find what is left of a gradient 59 steps back in a plain recurrent network."""
    found = measure_reach(seeds)
    plain = found[0].middle[FAR]
    return Finding(
        f"what is left of the gradient {FAR} steps back (RNN)",
        f"{plain:.0e}",
        lambda guess: draw_reach(found, guess),
        say_reach(found),
    )


def say_reach(found: Sequence[Reach]) -> str:
    """Say how the three cells differ, and what larger recurrent weights do."""
    by_name = {one.name: one for one in found}
    plain, gated, large = (by_name[name] for name in ("RNN", "LSTM", "RNN, weights x 3"))
    said = f"{FAR} steps back, the plain network's gradient is {_power(plain.middle[FAR])} of what it is now."
    if gated.middle[FAR] > plain.middle[FAR]:
        said += (
            f" That of an LSTM is {_power(gated.middle[FAR])}: also small, but "
            f"{_power(gated.middle[FAR] / plain.middle[FAR])} times larger."
        )
    ends = [row[FAR] for row in large.rows]
    if max(ends) > 1:
        said += (
            f" Recurrent weights three times as large can turn vanishing into exploding: between "
            f"{_plain(min(ends))} and {_plain(max(ends))}, depending on the seed."
        )
    return said


def _power(value: float) -> str:
    """A number as a power of ten, rounded."""
    exponent = round(math.log10(value))
    return f"about 10{str(exponent).translate(RAISED)}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1g}"


def draw_reach(found: Sequence[Reach], guess: object = None) -> Picture:
    """Draw the median dependence by steps back, and between which values the seeds lie, on a logarithmic axis."""
    figure, axis = new_figure(height=3.9)
    back = list(range(STEPS))
    for one in found:
        name, colour, line = LOOKS[one.kind, one.scale]
        columns = list(zip(*one.rows, strict=True))
        low, high = [min(column) for column in columns], [max(column) for column in columns]
        axis.fill_between(back, low, high, color=colour, alpha=0.15, linewidth=0)
        axis.plot(back, one.middle, color=colour, linestyle=line, label=name)
    axis.set(
        yscale="log", xlim=(0, FAR), ylim=(1e-16, 1e5), xlabel="steps back", ylabel="gradient, now = 1"
    )  # fmt: skip
    axis.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1, 1e4])
    figure.legend(loc="outside upper left", ncols=3)
    mark_guess(axis, guess)
    told = "; ".join(f"{one.name} " + ", ".join(f"{one.middle[back]:.0e}" for back in SHOWN) for one in found)
    return Picture(
        figure,
        f"Gradient {', '.join(map(str, SHOWN))} steps back, as a share of now, median of {len(found[0].rows)} seeds: "
        f"{told}.",
        "Lines are medians, bands the range over the seeds. Untrained networks of 32 hidden numbers.",
    )


# --- clipping ---------------------------------------------------------------------------------------------------


def one_weight_path(
    clip: float | None, start: float = 1.1, rate: float = 0.01, steps: int = 60, length: int = 20
) -> list[float]:
    """Return the weight after 0, 1, 2 ... steps downhill on (w ** length - 1) ** 2; inf once it is lost.

    Args:
        clip: the largest gradient that is used; None: any.
    """
    path = [start]
    for _ in range(steps):
        weight = path[-1]
        try:
            gradient = 2 * length * (weight**length - 1) * weight ** (length - 1)
        except OverflowError:
            gradient = math.inf
        if clip is not None:
            gradient = max(-clip, min(clip, gradient))
        path.append(weight - rate * gradient if math.isfinite(gradient) else math.inf)
        if not math.isfinite(path[-1]):
            break
    return path


def clipping_saves(clip: float = 1.0) -> Finding:
    """Find where one weight ends that is used twenty times, with clipped steps and without."""
    wild, tame = one_weight_path(None), one_weight_path(clip)
    lost = next((step for step, weight in enumerate(wild) if abs(weight) > 1e6), None)
    says = f"Clipped at {clip:g}, it ends at {tame[-1]:.2f}."
    if lost is not None:
        says = f"Without clipping it is beyond a million after {lost} steps, and never comes back. {says}"
    return Finding(
        "the weight after one unclipped step",
        f"{wild[1]:.1f}",
        lambda guess: draw_clipping(wild, tame, clip, guess),
        says,
    )


def draw_clipping(wild: Sequence[float], tame: Sequence[float], clip: float, guess: object = None) -> Picture:
    """Draw the two paths of the weight; what leaves the picture is said beside it."""
    figure, axis = new_figure(height=2.9)
    inside = [weight for weight in wild if abs(weight) < 20]
    axis.plot(range(len(tame)), tame, "-", color=BLUE, label=f"gradient clipped at {clip:g}")
    axis.plot(range(len(inside)), inside, "s--", color=RED, label="not clipped")
    axis.annotate(
        f"then {_power(wild[2])}, then lost", (len(inside) - 1, inside[-1]), (8, 4), textcoords="offset points",
        color=RED, fontsize=10,
    )  # fmt: skip
    axis.set(xlim=(-0.5, 30), ylim=(-15, 4), xlabel="steps", ylabel="weight")
    figure.legend(loc="outside upper left", ncols=2)
    mark_guess(axis, guess)
    return Picture(
        figure,
        f"One weight, used twenty times in a row, from {wild[0]:g}. Not clipped: {wild[1]:.1f} after one step, "
        f"{wild[2]:.0e} after two, then infinite. Clipped: {tame[-1]:.2f} after {len(tame) - 1} steps.",
        "The target is a weight of 1: then the twentieth power is 1, too.",
    )
