"""What labels buy: accuracy by the number of labelled examples, drawn at random or chosen one per group (lesson 09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean

import torch
from torch import Tensor

from course_lib.data.digits import load_digits
from course_lib.models.clusters import kmeans

BUDGETS, CHOSEN, SEEDS = (10, 20, 50, 100, 200, 500, 1000), (10, 20, 50, 100), range(5)


def read_by_nearest(labelled: Tensor, labels: Tensor, new: Tensor) -> Tensor:
    """Return for each new point the label of the nearest labelled one. Raises ValueError without a labelled one."""
    if not len(labelled) or len(labelled) != len(labels):
        raise ValueError(f"{len(labelled)} points, {len(labels)} labels; expected equally many, at least 1")
    return labels[torch.cdist(new, labelled).argmin(dim=1)]


def one_per_group(points: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Return which n points to have labelled: the one nearest to the middle of each of n groups. No label is used."""
    groups = kmeans(points, n, generator)
    return torch.cdist(groups.centroids, points).argmin(dim=1)


def some_of_each(labels: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Return n points at random, equally many of each label: a control that has to know all labels in advance."""
    each, rest = divmod(n, int(labels.max()) + 1)
    if rest:
        raise ValueError(f"n={n}; expected equally many of each of {int(labels.max()) + 1} labels")
    order = torch.randperm(len(labels), generator=generator)
    return torch.cat([order[labels[order] == label][:each] for label in range(int(labels.max()) + 1)])


@dataclass(frozen=True)
class LabelBudget:
    """Accuracy on new examples by number of labels, one number for each seed (a seed is a split and a draw)."""

    random: dict[int, list[float]]
    chosen: dict[int, list[float]]
    balanced: dict[int, list[float]]
    seeds: tuple[int, ...]

    def same_as_chosen(self, n: int) -> float:
        """How many random labels, on average over the seeds, read as well as n chosen ones (between two: "
        "straight)."""
        goal, before = fmean(self.chosen[n]), (0, 0.0)
        for count, shares in self.random.items():
            here = fmean(shares)
            if here >= goal:
                return before[0] + (count - before[0]) * (goal - before[1]) / (here - before[1])
            before = count, here
        return float(before[0])


@cache
def measure_label_budget(
    seeds: Sequence[int] = SEEDS, budgets: Sequence[int] = BUDGETS, chosen: Sequence[int] = CHOSEN
) -> LabelBudget:
    """Read new digits by the nearest labelled one, for several splits. All chance comes from the seeds."""
    found: list[dict[int, list[float]]] = [{n: [] for n in some} for some in (budgets, chosen, (20,))]
    for seed in seeds:
        digits, dice = load_digits(seed), torch.Generator().manual_seed(seed)
        points, labels = digits.train.images.flatten(1), digits.train.labels
        order = torch.randperm(len(labels), generator=dice)
        ways = (
            lambda n, order=order: order[:n],
            lambda n, points=points, dice=dice: one_per_group(points, n, dice),
            lambda n, labels=labels, dice=dice: some_of_each(labels, n, dice),
        )
        for rows_of, shares in zip(ways, found, strict=True):
            for n in shares:
                rows = rows_of(n)
                said = read_by_nearest(points[rows], labels[rows], digits.test.images.flatten(1))
                shares[n].append(float((said == digits.test.labels).double().mean()))
    random, one_each, balanced = found
    return LabelBudget(random, one_each, balanced, tuple(seeds))
