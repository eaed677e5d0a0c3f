"""What an interval promises, who passes a test by luck, and what peeking does (lesson 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course_lib.evaluation.intervals import wilson_interval
from course_lib.evaluation.planning import (
    Rule,
    by_bound,
    by_point,
    cases_for_power,
    cases_needed,
    chance_to_pass,
    chance_with_peeking,
    coverage,
    normal_interval,
    passed_by,
)
from course_lib.explore.figure import (
    BLUE,
    GREEN,
    GREY,
    RED,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
)
from course_lib.explore.view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PROMISED = 0.95
TRUTHS = [i / 500 for i in range(250, 500)]


# --- what 95 % means ------------------------------------------------------------------------------------------


def what_95_means(n: int = 20, truth: float = 0.95) -> Finding:
    """Ask how often the textbook's 95 % interval from n cases contains the true share."""
    textbook, wilson = (coverage(interval, n, truth) for interval in (normal_interval, wilson_interval))
    return Finding(
        f'"95%" intervals that contain the truth (n = {n}, truth {truth:.0%})',
        f"{textbook:.0%}",
        lambda guess: draw_coverage(n, truth, guess),
        f"Where a system is right {truth:.0%} of the time, {truth**n:.0%} of all samples of {n} have no error at "
        "all, and then ± 1.96 standard errors is ± 0: the interval says *exactly 100%*. Wilson's holds in "
        f"{wilson:.0%}. It is not exact either: about three points too few here, at worst about ten. **Towards 100% "
        "the textbook's interval gets worse and worse**, and good systems are the ones that are up for approval.",
    )


def draw_coverage(n: int, truth: float, guess: object = None) -> Picture:
    """Draw how often both intervals contain the truth, over the truth."""
    figure, axis = new_figure(height=3.0)
    looks = (
        ("Wilson's", wilson_interval, BLUE, "-"),
        ("share ± 1.96 standard errors", normal_interval, RED, "--"),
    )
    worst = 1.0
    for name, interval, colour, line in looks:
        held = [coverage(interval, n, one) for one in TRUTHS]
        worst = min(held) if interval is wilson_interval else worst
        axis.plot(TRUTHS, held, line, color=colour, label=name, linewidth=1.6)
    axis.axhline(PROMISED, color=GREY, linestyle=":", linewidth=1.4, label="promised: 95%")
    there = coverage(normal_interval, n, truth)
    axis.plot(truth, there, "o", color=RED, markersize=8)
    axis.text(truth - 0.008, there, f"{there:.0%}", color=RED, ha="right", va="center")
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axis.set_xticks([0.5, 0.6, 0.7, 0.8, 0.9, 1], ["50%", "60%", "70%", "80%", "90%", "100%"])
    axis.set(xlabel="true share of right answers", ylabel="contain the truth", ylim=(0, 1.08), xlim=(0.5, 1))
    axis.legend(loc="lower left")
    mark_guess(axis, guess, share=True)
    return Picture(
        figure,
        f"How often a 95% interval from {n} cases contains the truth: the textbook's in {there:.0%} of all samples "
        f"if the truth is {truth:.0%}, and less and less beyond; Wilson's in {worst:.0%} or more at every truth "
        "drawn (50% to 100%).",
        f"Counted exactly for {n} cases, not simulated. It jumps because counts are whole numbers.",
    )


# --- who passes -----------------------------------------------------------------------------------------------


def lucky_pass(n: int = 50, truth: float = 0.88, threshold: float = 0.9) -> Finding:
    """Ask how often a system that misses the threshold passes a test of n cases by its point estimate."""
    point, bound = (chance_to_pass(rule(threshold), n, truth) for rule in (by_point, by_bound))
    better = (1 + threshold) / 2
    enough = cases_for_power(threshold, better)
    few, many = (chance_to_pass(by_bound(threshold), m, better) for m in (n, enough))
    return Finding(
        f"a system that is right {truth:.0%} of the time passes {threshold:.0%} with {n} cases",
        f"{point:.0%}",
        lambda guess: draw_passing(n, enough, truth, threshold, guess),
        f"If the lower end of the interval has to reach {threshold:.0%}, it passes {bound:.1%} of the time. That has "
        f"its price: a *good* system (right {better:.0%}) passes {n} cases only {few:.0%} of the time, and needs "
        f"{enough} for {many:.0%}. Even a flawless run needs {cases_needed(threshold)} cases, with one failure "
        f"{cases_needed(threshold, 1)}. **Too few cases don't make a test strict; they make it a lottery.**",
    )


def draw_passing(n: int, enough: int, truth: float, threshold: float, guess: object = None) -> Picture:
    """Draw the chance to pass over the true share, for the point and for the bound, with few cases and with enough."""
    figure, axis = new_figure(height=3.0)
    curves: tuple[tuple[str, Rule, int, str, str], ...] = (
        (f"point, {n} cases", by_point(threshold), n, RED, "--"),
        (f"lower bound, {n} cases", by_bound(threshold), n, BLUE, "-."),
        (f"lower bound, {enough} cases", by_bound(threshold), enough, GREEN, "-"),
    )
    truths = [0.8 + i / 500 for i in range(101)]
    for name, rule, m, colour, line in curves:
        axis.plot(
            truths, [chance_to_pass(rule, m, min(one, 1.0)) for one in truths], line, color=colour, label=name
        )
    axis.axvline(threshold, color=GREY, linestyle=":", linewidth=1.4)
    there = chance_to_pass(by_point(threshold), n, truth)
    axis.plot(truth, there, "o", color=RED, markersize=8)
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    marks = {0.8: "80%", 0.85: "85%", 0.9: "90%", 0.95: "95%", 1.0: "100%"} | {
        threshold: f"{threshold:.0%}\nneeded"
    }
    axis.set_xticks(list(marks), list(marks.values()))
    axis.set(xlabel="true share of right answers", ylabel="chance to pass", ylim=(0, 1.04), xlim=(0.8, 1))
    axis.legend(loc="upper left")
    mark_guess(axis, guess, share=True)
    return Picture(
        figure,
        f"The chance to pass a threshold of {threshold:.0%}: a system that is right {truth:.0%} of the time passes "
        f"{n} cases by its point estimate with a chance of {there:.0%}; by the lower bound hardly anybody below the "
        f"threshold passes, and with {enough} cases most systems at {(1 + threshold) / 2:.0%} do.",
        "Left of the dotted line nobody should pass, right of it everybody.",
    )


# --- looking again and again ----------------------------------------------------------------------------------


def peeking(n: int = 500, threshold: float = 0.9, every: int = 10) -> Finding:
    """Ask how often a system right at the threshold passes the bound if somebody looks every ten cases."""
    rule = by_bound(threshold)
    once, often = chance_to_pass(rule, n, threshold), chance_with_peeking(rule, n, threshold, every)
    worse = threshold - 0.02
    return Finding(
        f"passes with a look after every {every} of {n} cases",
        f"{often:.0%}",
        lambda guess: draw_peeking(n, threshold, every, guess),
        f"One look at the end: {once:.1%} (an interval of 95% has 2.5% on each side). Each further look is another "
        f"ticket, and nobody ever stops on a bad day. A system that is right {worse:.0%} of the time gets through "
        f"{chance_with_peeking(rule, n, worse, every):.1%} of the time instead of "
        f"{chance_to_pass(rule, n, worse):.2%}. **So the number of cases, too, is fixed before the test.**",
    )


def draw_peeking(n: int, threshold: float, every: int, guess: object = None) -> Picture:
    """Draw the chance to have passed over the number of cases, with many looks and with one."""
    figure, axis = new_figure(height=2.8)
    rule = by_bound(threshold)
    sizes = list(range(2 * every, n + 1, 2 * every))
    by_look = passed_by(rule, n, threshold, every)
    often = [by_look[size] for size in sizes]
    once = [chance_to_pass(rule, size, threshold) for size in sizes]
    axis.plot(sizes, often, color=RED, label=f"a look after every {every} cases")
    axis.plot(sizes, once, "--", color=BLUE, label="one look, at the end")
    axis.axhline(0.025, color=GREY, linestyle=":", linewidth=1.4)
    axis.set_yticks([0, 0.025, 0.05, 0.1], ["0%", "2.5%", "5%", "10%"])
    plain_ticks(axis.xaxis)
    axis.set(xlabel="cases", ylabel="passed", ylim=(0, 1.15 * max(often)), xlim=(0, n))
    axis.legend(loc="upper left")
    mark_guess(axis, guess, share=True)
    return Picture(
        figure,
        f"A system that is right exactly {threshold:.0%} of the time passes the lower bound: with one look at {n} "
        f"cases {once[-1]:.1%} of the time, with a look after every {every} cases {often[-1]:.1%}.",
        f"Right exactly {threshold:.0%} of the time: it should not be told apart from what is needed, and must not "
        "count as above.",
    )


# --- one test, in the hand ------------------------------------------------------------------------------------


def gate_view(n: int = 50, failures: int = 3, threshold: int = 90) -> View:
    """Return the view of one threshold: cases, failures and what is needed; interval and verdict move along."""
    import ipywidgets

    style = {"description_width": "110px"}
    controls: dict[str, Any] = {
        "n": ipywidgets.IntSlider(n, 1, 500, description="cases", style=style),
        "failures": ipywidgets.IntSlider(failures, 0, 60, description="failures", style=style),
        "threshold": ipywidgets.IntSlider(threshold, 50, 99, description="needed (%)", style=style),
    }
    frames = [{"n": 20, "failures": 0}, {"n": 50, "failures": 3}, {"n": 230, "failures": 12}]
    return View(draw_gate, controls, frames)


def draw_gate(n: int, failures: int, threshold: int) -> tuple[Figure, str]:
    """Draw a share with its interval beside what is needed, and say the verdict."""
    failures = min(failures, n)
    right, needed = n - failures, threshold / 100
    low, high = wilson_interval(right, n)
    verdict, colour = (
        ("not met", RED)
        if right / n < needed
        else ("met by the point only", GREY)
        if low < needed
        else ("met", GREEN)
    )
    figure, axis = new_figure(height=1.5)
    axis.plot([low, high], [0, 0], color=BLUE, linewidth=10, alpha=0.35, solid_capstyle="butt")
    axis.plot(right / n, 0, "o", color=BLUE, markersize=10)
    axis.axvline(needed, color=colour, linewidth=2)
    start = min(0.5, low - 0.02)
    side = "left" if needed < (start + 1) / 2 else "right"  # the label stays between the ends of the axis
    gap = " " if side == "left" else ""
    axis.text(needed, 0.75, f"{gap}needed {threshold}%", color=colour, ha=side, va="bottom")
    axis.set_yticks([])
    ticks = [tick for tick in range(0, 101, 20 if start < 0.2 else 10) if tick >= 100 * start]
    axis.set_xticks([tick / 100 for tick in ticks], [f"{tick}%" for tick in ticks])
    axis.set(xlim=(start, 1.005), ylim=(-1, 1.6), title=f"{right} of {n} right: {verdict}")
    spare = ""
    if verdict == "met by the point only":
        word = "failure" if failures == 1 else "failures"
        spare = f" With {failures} {word}, {cases_needed(needed, failures)} cases would do."
    return figure, (
        f"{right} of {n} right is {right / n:.1%}, 95% interval {low:.1%} to {high:.1%}; needed {threshold}%: "
        f"{verdict}.{spare}"
    )
