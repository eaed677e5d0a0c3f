"""Rewards that a program can check: what is never tried is never learned (lesson 09, part 5)."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

import torch
from torch import Tensor

from course_lib.alignment.policy_gradient import group_advantages
from course_lib.explore.balance import kept
from course_lib.explore.figure import BLUE, GREY, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread

STARTS = (0.1, 0.01, 0.001, 0.0001, 0.00001)  # chance of the right answer before training
QUESTIONS, ANSWERS, TRIES, UPDATES, RATE = 200, 50, 16, 200, 0.5
RARE = 0.0001


def start(chance: float) -> Tensor:
    """Scores (Q, A) of a table that gives the right answer, number 0, with that chance, and all others "
    "equally often."""
    chances = torch.full((QUESTIONS, ANSWERS), (1 - chance) / (ANSWERS - 1))
    chances[:, 0] = chance
    return chances.log()


def train_on_checks(logits: Tensor, updates: int, dice: torch.Generator) -> Tensor:
    """Let a table answer each question 16 times an update, check, and push: the scores (Q, A) after training.

    Rewards are 1 for right and 0 for wrong; the advantage is that of GRPO (lesson 11).
    """
    logits = logits.clone().requires_grad_()
    optimizer = torch.optim.Adam([logits], RATE)
    for _ in range(updates):
        log_probs = logits.log_softmax(dim=1)  # (Q, A)
        said = torch.multinomial(log_probs.detach().exp(), TRIES, replacement=True, generator=dice)  # (Q, 16)
        rewards = (said == 0).float()
        advantages = group_advantages(rewards)
        loss = -(log_probs.gather(1, said) * advantages).mean(dim=1).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return logits.detach()


@one_thread()
def learned_by_start(seed: int = 0, updates: int = UPDATES) -> list[float]:
    """Return for each of `STARTS` the share of questions that are answered right more often than not after "
    "training."""
    dice, shares = torch.Generator().manual_seed(seed), []
    with Live() as live:
        for chance in STARTS:
            live.show(lambda chance=chance: f"right answer at the start: 1 in {1 / chance:,.0f}")  # type: ignore[misc]
            after = train_on_checks(start(chance), updates, dice).softmax(dim=1)[:, 0]
            shares.append(float((after > 0.5).double().mean()))
    return shares


def checked(seed: int = 0) -> Finding:
    """Find how many questions are learned if the right answer comes once in 10,000 tries at the start."""
    now = dict(zip(STARTS, learned_by_start(seed), strict=True))
    runs = {chance: [run[at] for run in kept()["checker"]] for at, chance in enumerate(STARTS)}
    tries = UPDATES * TRIES
    seen = 1 - (1 - RARE) ** tries
    return Finding(
        "questions learned that start at 1 in 10,000",
        f"{now[RARE]:.0%}",
        lambda guess: draw_checked(now, guess),
        f"In {tries:,} tries an answer of 1 in 10,000 comes up at least once for {seen:.0%} of the questions (if "
        f"nothing changes before); {fmean(runs[RARE]):.0%} were learned, mean of {len(kept()['checker'])} seeds. At "
        f"1 in 10: {min(runs[STARTS[0]]):.0%}; at 1 in 100,000: {fmean(runs[STARTS[-1]]):.0%}. Where all sixteen "
        "answers are wrong, all advantages are 0, and nothing moves. **A checker can only strengthen what is "
        "tried.** A label would have shown the answer at once.",
    )


def draw_checked(now: Mapping[float, float], guess: object = None) -> Picture:
    """Draw the share of questions learned by how often the right answer came up at the start."""
    figure, axis = new_figure(6.4, 2.9)
    places = range(len(now))
    runs = kept()["checker"]
    for run in runs:
        axis.plot(places, run, "o", color=GREY, alpha=0.5, markersize=6)
    axis.plot(places, list(now.values()), "o-", color=BLUE, markersize=8, linewidth=2)
    axis.set_xticks(places, [f"1 in {1 / chance:,.0f}" for chance in now])
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set(
        xlabel="how often the right answer came at the start",
        ylabel="learned",
        ylim=(-0.03, 1.05),
        xlim=(-0.3, len(now) - 0.7),
    )
    mark_guess(axis, guess, share=True)
    told = ", ".join(f"1 in {1 / chance:,.0f}: {share:.0%}" for chance, share in now.items())
    return Picture(
        figure,
        f"Questions learned from right or wrong alone, by how often the right answer came at the start: {told}.",
        f"{QUESTIONS} questions each, {ANSWERS} possible answers, {UPDATES} updates of {TRIES} tries. Grey: five "
        "seeds.",
    )
