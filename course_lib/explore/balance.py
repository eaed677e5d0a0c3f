"""A pole on a cart, balanced by a policy that is told how long it lasted and nothing else (lesson 09, part 3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.explore.figure import BLUE, GREY, ORANGE, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.training.reinforce import discounted_returns, improve, live

KEPT = Path(__file__).with_name("three_ways.json")
SEEDS, SIDE_BY_SIDE, UPDATES, RATE, GAMMA, MOST = range(5), 32, 40, 0.03, 0.99, 500


class CartPole:
    """Gymnasium's CartPole-v1, several side by side; one that is over starts anew by itself, and nobody "
    "looks at it."""

    steps = MOST

    def __init__(self, n: int, seed: int) -> None:
        import gymnasium

        self.env = gymnasium.make_vec("CartPole-v1", num_envs=n, vectorization_mode="vector_entry_point")
        self.seed: int | None = seed

    def reset(self) -> np.ndarray:
        seen, _ = self.env.reset(seed=self.seed)
        self.seed = None  # the first time only: later resets go on with the same dice
        return seen

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        seen, rewards, ended, cut, _ = self.env.step(actions)
        return seen, rewards, ended | cut


def new_policy(n_in: int, hidden: int, n_out: int, seed: int) -> nn.Sequential:
    """One hidden layer of tanh; torch's own starting weights, drawn from the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return nn.Sequential(nn.Linear(n_in, hidden), nn.Tanh(), nn.Linear(hidden, n_out))


def forwards(rewards: Tensor, gamma: float) -> Tensor:
    """The mistake: what came *before* a step is counted to its credit."""
    return discounted_returns(rewards.flip(-1), gamma).flip(-1)


@dataclass(frozen=True)
class Way:
    """A way to count what came of a step, and which way to push."""

    returns_of: Callable[[Tensor, float], Tensor] = discounted_returns
    sign: float = 1.0


WAYS: Mapping[str, Way] = {
    "as in the lab": Way(),
    "counted forwards": Way(returns_of=forwards),
    "sign turned": Way(sign=-1.0),
}


def said(update: int, updates: int, so_far: str) -> str:
    """What a long training says meanwhile."""
    return f"after {update} of {updates} updates: {so_far}"


@one_thread()
def learn_to_balance(seed: int = 0, way: str = "as in the lab", updates: int = UPDATES) -> list[float]:
    """Train a policy and return how many steps an episode lasted, on average, before each update and after "
    "the last."""
    policy, world = new_policy(4, 16, 2, seed), CartPole(SIDE_BY_SIDE, seed)
    optimizer = torch.optim.Adam(policy.parameters(), RATE)
    dice, lasted = torch.Generator().manual_seed(seed), []
    with Live() as shown:
        for update in range(updates + 1):
            episodes = live(policy, world, dice)
            lasted.append(episodes.length)
            shown.show(partial(said, update, updates, f"{lasted[-1]:.0f} of {MOST} steps"))
            if update < updates:
                improve(
                    policy, optimizer, episodes, GAMMA, WAYS[way].returns_of, WAYS[way].sign, by_step=False
                )
    return lasted


@cache
def kept() -> dict[str, Any]:
    """Return the shipped results: for each experiment a list with one entry for each seed."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def between(numbers: Sequence[float], form: str = "{:.0f}") -> str:
    """Return "12", or "12 to 15" where numbers differ."""
    low, high = form.format(min(numbers)), form.format(max(numbers))
    return low if low == high else f"{low} to {high}"


def balancing(seed: int = 0) -> Finding:
    """Find how long a pole stays up after training on reward alone."""
    now, runs = learn_to_balance(seed), kept()["balance"]["as in the lab"]
    first, half, last = ([run[at] for run in runs] for at in (0, UPDATES // 2, -1))
    return Finding(
        f"steps that the pole stays up after {UPDATES} updates (at most {MOST})",
        f"{now[-1]:.0f}",
        lambda guess: draw_balance(now, guess),
        f"Over {len(runs)} seeds: {between(first)} steps at the start, {between(half)} after {UPDATES // 2} updates, "
        f"{between(last)} after {UPDATES}. In all that time nobody said which way to push. It was told one number "
        "for each step (1, still up), and did more often what was followed by more of them.",
    )


def turned_round(seed: int = 0) -> Finding:
    """Find how long the pole stays up if returns are counted forwards, or if the sign is lost."""
    now = {way: learn_to_balance(seed, way) for way in list(WAYS)[1:]}
    runs = {way: [run[-1] for run in kept()["balance"][way]] for way in now}
    one, other = now
    return Finding(
        f"steps after {UPDATES} updates, counted forwards",
        f"{now[one][-1]:.0f}",
        lambda guess: draw_balance(None, guess, now),
        f"Over {len(runs[one])} seeds: {between(runs[one])} steps with returns counted forwards, "
        f"{between(runs[other])} with the sign turned. Counted forwards, the steps just before the fall have the "
        "largest returns, as they look back on all that went well: they are praised most. No error appears in "
        "either case, and the loss is a number like any other. **A curve of the reward is the test.**",
    )


def draw_balance(
    now: Sequence[float] | None, guess: object = None, wrong: Mapping[str, Sequence[float]] | None = None
) -> Picture:
    """Draw how long episodes lasted during training; pale: the shipped seeds."""
    figure, axis = new_figure(6.4, 3.1)
    runs = kept()["balance"]
    right = runs["as in the lab"]
    for place, run in enumerate(right):
        axis.plot(
            run,
            color=BLUE,
            alpha=0.3,
            linewidth=1,
            label="five seeds" if not place and now is not None else None,
        )
    told = []
    if now is not None:
        axis.plot(now, color=BLUE, linewidth=2.5, label="this run")
        told.append(f"{now[0]:.0f} steps at the start, {now[-1]:.0f} after {len(now) - 1} updates")
    else:
        axis.plot([], color=BLUE, label="as in the lab")
    for (way, run), colour, line in zip((wrong or {}).items(), (ORANGE, RED), ("-", "--"), strict=False):
        axis.plot(run, line, color=colour, linewidth=2.5, label=way)
        told.append(f"{way}: {run[0]:.0f} at the start, {run[-1]:.0f} after {len(run) - 1} updates")
    axis.axhline(MOST, color=GREY, linestyle=":", linewidth=1.5)
    axis.set(
        xlabel="updates (32 episodes each)", ylabel="steps it stays up", ylim=(0, 540), xlim=(0, UPDATES)
    )
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper left", ncols=3)
    mark_guess(axis, guess)
    return Picture(
        figure,
        f"Steps that the pole stays up: {'; '.join(told)}.",
        "Mean of 32 episodes. Dotted: the limit of 500 steps. Pale: five seeds.",
    )


def main(seeds: Sequence[int] = SEEDS, path: Path = KEPT) -> None:
    """Train everything with all seeds and write the results."""
    from course_lib.explore.checker import learned_by_start
    from course_lib.explore.reward_gaming import MANY_SEEDS, VARIANTS, climb

    def short(numbers: Sequence[float], digits: int) -> list[float]:
        return [round(number, digits) for number in numbers]

    found = {
        "balance": {way: [short(learn_to_balance(seed, way), 1) for seed in seeds] for way in WAYS},
        "hill": {
            name: [
                {"proxy": short(climbed.proxy, 1), "reached": short(climbed.reached, 4)}
                for climbed in (climb(seed, name) for seed in MANY_SEEDS)
            ]
            for name in VARIANTS
        },
        "checker": [short(learned_by_start(seed), 4) for seed in seeds],
    }
    path.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
