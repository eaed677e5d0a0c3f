"""What a test without a failure still allows (lesson 04, part 7)."""

from __future__ import annotations

import torch

from course_lib.evaluation.intervals import zero_failure_bound
from course_lib.explore.figure import BLUE, GREY, RED, Finding, Picture, mark_guess, new_figure

UNLIKELY = 0.05  # one case in twenty


def rate_left_open(probes: int, example: float = 0.2, tries: int = 100_000) -> Finding:
    """Find the failure rate at which `probes` clean runs in a row still happen in one of twenty cases.

    Args:
        example: a failure rate for which it is drawn how often a system with it passes such a test.
    """
    bound = zero_failure_bound(probes)
    draws = torch.rand(tries, probes, generator=torch.Generator().manual_seed(0))
    passed = float((draws >= example).all(dim=1).float().mean())
    return Finding(
        f"failure rate that {probes} of {probes} leaves open",
        f"{bound:.0%}",
        lambda guess: draw_clean_runs(probes, guess),
        f"Drawn {tries:,} times: a system that fails one attack in {1 / example:.0f} on average passes a test of "
        f"{probes} "
        f"in {passed:.0%} of all tries.",
    )


def draw_clean_runs(probes: int, guess: object = None) -> Picture:
    """Draw over the failure rate how often `probes` runs in a row are clean, and where that is one case in twenty."""
    bound = zero_failure_bound(probes)
    rates = [i / 200 for i in range(101)]
    figure, axis = new_figure(height=3.0)
    axis.plot(rates, [(1 - rate) ** probes for rate in rates], color=BLUE)
    axis.axhline(UNLIKELY, color=GREY, linestyle=":")
    axis.text(0.5, UNLIKELY + 0.02, "one test in twenty", color=GREY, ha="right", va="bottom")
    axis.plot(bound, UNLIKELY, "o", color=RED, markersize=9)
    axis.set(
        xlabel="failure rate of the system", ylabel=f"tests of {probes} without\na failure",
        xlim=(0, 0.5), ylim=(0, 1.02),
    )  # fmt: skip
    axis.set_xticks([i / 10 for i in range(6)], [f"{10 * i}%" for i in range(6)])
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    mark_guess(axis, guess, along="x", share=True)
    return Picture(
        figure,
        f"Share of tests of {probes} that have no failure, falling with the failure rate of the system: one in "
        f"twenty at a rate of {bound:.0%}.",
        "The red dot: a system as bad as this still passes one test in twenty.",
    )
