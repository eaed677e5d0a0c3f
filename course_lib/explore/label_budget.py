"""What labels buy: digits read with few of them, drawn at random or chosen one per group (lesson 09, parts 1 and 2)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import torch

from course_lib.data.digits import load_digits
from course_lib.evaluation.label_budget import LabelBudget, measure_label_budget, one_per_group
from course_lib.explore.balance import between
from course_lib.explore.figure import BLUE, GREEN, GREY, Finding, Picture, mark_guess, new_figure
from course_lib.explore.gallery import gallery

FEW = 20


def percent(shares: Sequence[float]) -> str:
    """Return shares as "12%" or, where they differ, "10 to 12%"."""
    return between([100 * share for share in shares]) + "%"


def few_labels() -> Finding:
    """Find how many new digits are read right with 20 labelled ones."""
    budget = measure_label_budget()
    few, most = budget.random[FEW], max(budget.random)
    return Finding(
        f"new digits read right with {FEW} labels",
        f"{fmean(few):.0%}",
        lambda guess: draw_budget(budget, False, guess),
        f"Mean of {len(few)} splits and draws ({percent(few)}). With 100 labels it is "
        f"{fmean(budget.random[100]):.0%}, with {most:,} {fmean(budget.random[most]):.0%}. Nothing else was changed, "
        "so this is what labels buy here: much at first, then less and less.",
    )


def chosen_labels() -> Finding:
    """Find how many random labels read as well as 20 that were chosen one per group."""
    budget = measure_label_budget()
    chosen, balanced, random = budget.chosen[FEW], budget.balanced[FEW], budget.random[FEW]
    return Finding(
        f"random labels that do as much as {FEW} chosen ones",
        f"{budget.same_as_chosen(FEW):.0f}",
        lambda guess: draw_budget(budget, True, guess),
        f"{FEW} chosen: {fmean(chosen):.0%} (five splits: {percent(chosen)}), {FEW} random: {fmean(random):.0%} "
        f"({percent(random)}). Is it because no digit is left out? Only in part: {FEW} random ones with exactly two "
        f"of each digit have {fmean(balanced):.0%} ({percent(balanced)}). The groups knew nothing of names, but they "
        "knew *all* the images, and so where a label tells most. **The examples show where to ask; only the names "
        "have to be paid for.**",
    )


def draw_budget(budget: LabelBudget, chosen: bool, guess: object = None) -> Picture:
    """Draw accuracy by the number of labels; with `chosen` also for one label per group."""
    figure, axis = new_figure(6.4, 3.2)
    curves = [("random", budget.random, GREY, "s", "-")]
    if chosen:
        curves += [
            ("chosen: one per group", budget.chosen, BLUE, "o", "-"),
            ("two of each digit", budget.balanced, GREEN, "^", ""),
        ]
    for name, found, colour, marker, line in curves:
        for n, shares in found.items():
            axis.plot([n] * len(shares), shares, marker, color=colour, alpha=0.35, markersize=5)
        axis.plot(
            list(found),
            [fmean(shares) for shares in found.values()],
            line + marker,
            color=colour,
            markersize=8,
            label=name,
        )
    axis.set_xscale("log")
    ticks = list(budget.random)
    axis.set_xticks(ticks, [f"{n:,}" for n in ticks])
    axis.minorticks_off()
    axis.set_yticks([0.25, 0.5, 0.75, 1], ["25%", "50%", "75%", "100%"])
    axis.set(xlabel="labelled digits", ylabel="new digits right", ylim=(0.2, 1.02), xlim=(8, 1250))
    if chosen:
        axis.legend(loc="lower right")
        mark_guess(axis, guess, along="x")
    else:
        mark_guess(axis, guess, share=True)
    told = "; ".join(
        f"{name}: " + ", ".join(f"{n} labels {fmean(shares):.0%}" for n, shares in found.items())
        for name, found, *_ in curves
    )
    return Picture(
        figure,
        f"New digits read right by the number of labels. {told}.",
        "Small marks: five splits and draws.",
    )


def which_to_label(n: int = FEW, seed: int = 0) -> Picture:
    """Draw the images that somebody should name: the one nearest to the middle of each group."""
    train = load_digits(seed).train
    rows = one_per_group(train.images.flatten(1), n, torch.Generator().manual_seed(seed))
    labels = train.labels[rows]
    order = labels.argsort(stable=True)
    there = len(set(labels.tolist()))
    return gallery(
        {"first half": train.images[rows[order[: n // 2]]], "second": train.images[rows[order[n // 2 :]]]},
        f"{n} digits, one from the middle of each group; {there} of the ten digits are among them.",
        f"{there} of the ten digits are among them. (Sorted for you to look at; the groups don't know their names.)",
    )
