"""A reward that rises while the goal falls: a car paid for height, and a flag on the hill (lesson 09, part 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

import numpy as np
import torch

from course_lib.explore.balance import between, kept, new_policy, said
from course_lib.explore.figure import BLUE, ORANGE, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.training.reinforce import improve, live

MANY_SEEDS, SIDE_BY_SIDE, UPDATES, RATE, GAMMA, STEPS = range(10), 16, 96, 0.02, 0.995, 300
LAST = 8  # updates at the end that are averaged
FLAG = 0.5  # where it stands
HEIGHT, BONUS, ENDLESS = "height", "height, and 100 for the flag", "height, and the ride goes on at the flag"


def height(x: np.ndarray) -> np.ndarray:
    """How high the hill is at x: 0.1 in the valley, 1.0 at the flag."""
    return np.sin(3 * x) * 0.45 + 0.55


class Hill:
    """Gymnasium's MountainCar-v0 with another reward and 300 steps instead of 200, many cars side by side.

    A car in a valley, too weak to drive straight up, can push left, not at all, or right. The episode is over at the
    flag. The rules are Gymnasium's own, written for arrays (a test compares them); its reward of -1 a step is not used.

    Args:
        bonus: paid once at the flag, beside the height of every step.
        endless: the episode goes on at the flag, up to the limit of steps.
    """

    steps = STEPS

    def __init__(self, n: int, seed: int, bonus: float = 0.0, endless: bool = False) -> None:
        self.n, self.bonus, self.endless, self.dice = n, bonus, endless, np.random.default_rng(seed)
        self.reached = np.zeros(n, dtype=bool)
        self.x, self.v = np.zeros(n), np.zeros(n)

    def reset(self) -> np.ndarray:
        self.x, self.v = self.dice.uniform(-0.6, -0.4, self.n), np.zeros(self.n)
        self.reached = np.zeros(self.n, dtype=bool)
        return self.seen()

    def seen(self) -> np.ndarray:
        """Place and speed, each brought to about -1 to 1."""
        return np.stack([(self.x + 0.3) / 0.9, self.v / 0.07], axis=1)

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.v = np.clip(self.v + (actions - 1) * 0.001 - np.cos(3 * self.x) * 0.0025, -0.07, 0.07)
        self.x = np.clip(self.x + self.v, -1.2, 0.6)
        self.v = np.where((self.x <= -1.2) & (self.v < 0), 0.0, self.v)
        there = self.x >= FLAG
        self.reached |= there
        return self.seen(), height(self.x) + self.bonus * there, there & (not self.endless)


VARIANTS: Mapping[str, Mapping[str, float]] = {
    HEIGHT: {},
    BONUS: {"bonus": 100.0},
    ENDLESS: {"endless": True},
}


@dataclass(frozen=True)
class Climb:
    """One training: the pay of an episode and the share that reached the flag, before each update and after "
    "the last."""

    proxy: list[float]  # the height alone, without any bonus
    reached: list[float]


@one_thread()
def climb(seed: int = 0, price: str = HEIGHT, updates: int = UPDATES) -> Climb:
    """Train a policy on one of `VARIANTS`; seconds."""
    policy, hill = new_policy(2, 32, 3, seed), Hill(SIDE_BY_SIDE, seed, **VARIANTS[price])  # type: ignore[arg-type]
    optimizer = torch.optim.Adam(policy.parameters(), RATE)
    dice, found = torch.Generator().manual_seed(seed), Climb([], [])
    with Live() as shown:
        for update in range(updates + 1):
            episodes = live(policy, hill, dice)
            found.reached.append(float(hill.reached.mean()))
            found.proxy.append(episodes.total - hill.bonus * found.reached[-1])
            so_far = f"paid {found.proxy[-1]:.0f}, at the flag {found.reached[-1]:.0%}"
            shown.show(partial(said, update, updates, so_far))
            if update < updates:
                improve(policy, optimizer, episodes, GAMMA)
    return found


def share(numbers: Sequence[float]) -> float:
    """The mean of the last updates."""
    return fmean(numbers[-LAST:])


def paid_for_height(seed: int = 0) -> Finding:
    """Find how often the flag is still reached after training on the pay for height."""
    now = climb(seed)
    runs = [Climb(**run) for run in kept()["hill"][HEIGHT]]
    peaks, ends = [max(run.reached) for run in runs], [share(run.reached) for run in runs]
    rose = sum(run.proxy[-1] > run.proxy[0] for run in runs)
    gone = sum(end < peak / 2 for end, peak in zip(ends, peaks, strict=True))
    bonus, endless = ([share(run["reached"]) for run in kept()["hill"][name]] for name in (BONUS, ENDLESS))
    return Finding(
        f"at the flag after {UPDATES} updates (mean of the last {LAST})",
        f"{share(now.reached):.0%}",
        lambda guess: draw_gaming(now, guess),
        f"This run: the pay rose from {now.proxy[0]:.0f} to {now.proxy[-1]:.0f}; the flag was reached by up to "
        f"{max(now.reached):.0%}, and by {share(now.reached):.0%} at the end. {len(runs)} seeds: the pay rose in "
        f"{rose}; in {gone} the share at the flag fell to less than half of its peak (peaks "
        f"{between([100 * peak for peak in peaks])}%, ends {between([100 * end for end in ends])}%). Why? At the "
        "flag the episode is over, and so is the income: to swing high without touching it pays more. Two tests of "
        f"that: if the ride goes on at the flag, {between([100 * end for end in endless])}% reach it at the end; "
        f"with a bonus of 100 there, {between([100 * end for end in bonus])}%. **The policy did what it was paid "
        "for.**",
    )


def draw_gaming(now: Climb, guess: object = None) -> Picture:
    """Draw the pay and the share at the flag over training: the figure to send to a friend."""
    figure, (upper, lower) = new_figure(6.4, 4.3, rows=2)
    runs = [Climb(**run) for run in kept()["hill"][HEIGHT]]
    for run in runs:
        upper.plot(run.proxy, color=BLUE, alpha=0.22, linewidth=1)
        lower.plot(smooth(run.reached), color=ORANGE, alpha=0.28, linewidth=1)
    upper.plot(now.proxy, color=BLUE, linewidth=2.5)
    lower.plot(smooth(now.reached), color=RED, linewidth=2.5)
    upper.set(ylabel="reward", xlim=(0, UPDATES), ylim=(0, None))
    upper.set_title("What it is paid for: height, step by step", fontsize=11)
    upper.set_xticklabels([])
    lower.set(xlabel="updates (16 cars each)", ylabel="at the flag", xlim=(0, UPDATES), ylim=(-0.03, 1.03))
    lower.set_title("What we wanted: that it reaches the flag", fontsize=11)
    lower.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    mark_guess(lower, guess, share=True)
    return Picture(
        figure,
        f"A car that is paid for height. Its pay rises from {now.proxy[0]:.0f} to {now.proxy[-1]:.0f} in {UPDATES} "
        f"updates; the share of cars at the flag rises to {max(now.reached):.0%} and falls to "
        f"{share(now.reached):.0%}.",
        f"Thick: this run; pale: {len(runs)} seeds. Below: running mean of 8 updates.",
    )


def smooth(numbers: Sequence[float], width: int = LAST) -> list[float]:
    """A running mean of the last `width` numbers."""
    return [fmean(numbers[max(0, i - width + 1) : i + 1]) for i in range(len(numbers))]
