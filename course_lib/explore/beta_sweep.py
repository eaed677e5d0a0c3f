"""How tightly to hold the model to its reference: DPO with several values of beta (lesson 11).

The pairs say: people like the brief answer better. Both answers of a pair are right.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch

from course_lib.alignment.dpo import align_on_preferences, pair_log_probs
from course_lib.alignment.policy_gradient import measure_kl, sample_answers
from course_lib.data.facts import END, Question
from course_lib.evaluation.win_rate import win_rate
from course_lib.explore.figure import BLUE, GREEN, GUESS, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import Live
from course_lib.explore.plots import share_range
from course_lib.explore.tuning import both_clerks, count_right, fine_tune, seen_questions
from course_lib.explore.tuning_runs import kept
from course_lib.explore.ways_to_adapt import new_countries
from course_lib.generation.chat import ask_all, chat_ids
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import History, TrainConfig
from course_lib.training.three_stages import preferences

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BETAS = (0.01, 0.1, 0.3, 1, 3)
STEPS, RATE, PAIRS = 40, 1e-4, 8
GENTLE = (0.1, 3e-5)  # a beta and a rate that ruin little
ASKED = (
    "What is the capital of Peru?",
    "Where is Tunisia?",
    "What do people speak in Senegal?",
    "What is the capital of France?",
)


def judged() -> list[Question]:
    """Return every third question on new countries: the list on which all values of beta are measured."""
    return new_countries()[::3]


def known() -> list[Question]:
    """Return every twelfth question that tuning has shown."""
    return seen_questions()[::12]


def align(sft: GPT, tokenizer: BytePairTokenizer, beta: float, seed: int = 0, rate: float = RATE) -> GPT:
    """Return a copy that was trained with DPO on pairs about the countries of tuning; the reference is `sft`.

    Raises ValueError for a beta that isn't above 0.
    """
    model = copy.deepcopy(sft)
    with Live() as live:

        def told(history: History) -> bool:
            live.show(
                lambda: f"DPO, beta {beta:g}: step {len(history)} of {STEPS}, loss {history.loss[-1]:.3f}"
            )
            return False

        align_on_preferences(
            model,
            preferences(tokenizer, seen_questions()),
            TrainConfig(steps=STEPS, lr=rate, warmup=5, weight_decay=0.0),
            torch.Generator().manual_seed(seed),
            beta=beta,
            batch_size=PAIRS,
            stop=told,
            progress=False,
        )
    return model


@dataclass(frozen=True)
class Held:
    """What became of the model with one beta."""

    beta: float
    preferred: float  # share of pairs in which the liked answer is the more probable one
    kl: float  # to the model before, nats per answer
    right: float  # share of right answers, brief or padded, on new countries
    known: float  # the same on questions that tuning has shown
    says: list[str]  # to `ASKED`, at T = 0
    liked: float = 0.0  # mean log-probability of the liked answer, nats
    other: float = 0.0  # of the other one


def how_it_is(model: GPT, sft: GPT, tokenizer: BytePairTokenizer, beta: float, seed: int = 0) -> Held:
    """Measure the model on questions that DPO has not seen."""
    questions, end = judged(), tokenizer.special_tokens[END]
    log_p = pair_log_probs(model, preferences(tokenizer, questions))
    prompts = [chat_ids(tokenizer, q.text) for q in questions]
    drawn = sample_answers(model, prompts, torch.Generator().manual_seed(seed), {end})
    return Held(
        beta=beta,
        preferred=win_rate(log_p[:, 0].tolist(), log_p[:, 1].tolist()).share,
        kl=float(measure_kl(model, sft, drawn).mean()),
        right=count_right(model, tokenizer, questions).share,
        known=count_right(model, tokenizer, known()).share,
        says=[answer.text for answer in ask_all(model, tokenizer, list(ASKED), max_new_tokens=16)],
        liked=float(log_p[:, 0].mean()),
        other=float(log_p[:, 1].mean()),
    )


def kept_sweep() -> list[list[Held]]:
    """Return what the sweep gave for each seed; the first entry of each is the model before DPO (beta 0)."""
    return [[Held(**row) for row in rows] for rows in kept()["sweep"]]


def beta_sweep(sft: GPT, tokenizer: BytePairTokenizer, beta: float = 0.01, seed: int = 0) -> Finding:
    """Train with one beta now, and show it in the figure of the sweep that comes with the course.

    The question: how many questions on new countries are still answered rightly with this beta.
    """
    now = how_it_is(align(sft, tokenizer, beta, seed), sft, tokenizer, beta, seed)
    runs = kept_sweep()
    log_p = pair_log_probs(sft, preferences(tokenizer, judged()))
    before = Held(
        beta=0.0,
        preferred=win_rate(log_p[:, 0].tolist(), log_p[:, 1].tolist()).share,
        kl=0.0,
        right=count_right(sft, tokenizer, judged()).share,
        known=1.0,
        says=[],
        liked=float(log_p[:, 0].mean()),
        other=float(log_p[:, 1].mean()),
    )
    most = min(min(row.preferred for row in rows[1:]) for rows in runs)
    loose, tight = [rows[1] for rows in runs], [rows[-1] for rows in runs]
    return Finding(
        f"right on new countries after DPO with beta {beta:g}",
        f"{now.right:.0%}",
        lambda guess: draw_sweep(runs, now, guess),
        f"It prefers the liked answer in {now.preferred:.0%} of new pairs (before: {before.preferred:.0%}), and "
        f"right answers went from {before.right:.0%} to {now.right:.0%}. How can both be? {_both_fell(before, now)} "
        f"Across the {sum(len(rows) - 1 for rows in runs)} runs of the sweep the first line is never below "
        f"{most:.0%}: it can't tell beta {BETAS[0]:g}, {share_range([one.right for one in loose])} right, from beta "
        f"{BETAS[-1]:g}, {share_range([one.right for one in tight])}. **The number that training improves is not the "
        "one that you want.** The KL tells them apart in this sweep, without anybody knowing the right answers. "
        f"(The rate counts as much: at {GENTLE[1]:g} instead of {RATE:g}, beta {GENTLE[0]:g} kept "
        f"{share_range([Held(**row).right for row in kept()['gentle']])} right.)",
    )


def _both_fell(before: Held, now: Held) -> str:
    liked, other = (
        f"{a:.1f} to {b:.1f} nats" for a, b in ((before.liked, now.liked), (before.other, now.other))
    )
    fell = (
        "Both fell, the other one further"
        if now.liked < before.liked and now.other < before.other
        else "They moved"
    )
    return (
        f"{fell}: the log-probability of the liked answer went from {liked}, that of the other from {other}."
    )


def draw_sweep(runs: Sequence[Sequence[Held]], now: Held | None = None, guess: object = None) -> Picture:
    """Draw preference, KL and right answers by beta: three lines, each with its range over the seeds."""
    figure, axes = new_figure(height=3.4, rows=1, columns=3)
    lines = (
        ("liked answer preferred", ORANGE, "s", lambda one: one.preferred),
        ("KL to the reference", GREEN, "^", lambda one: one.kl),
        ("right, new countries", BLUE, "o", lambda one: one.right),
    )
    told = []
    for axis, (name, colour, marker, of) in zip(axes, lines, strict=True):
        rows = [list(map(of, run[1:])) for run in runs]
        low, high = ([limit(column) for column in zip(*rows, strict=True)] for limit in (min, max))
        middle = [sorted(column)[len(column) // 2] for column in zip(*rows, strict=True)]
        axis.fill_between(BETAS, low, high, color=colour, alpha=0.2, linewidth=0)
        axis.plot(BETAS, middle, marker + "-", color=colour, markersize=6)
        axis.set_xscale("log")
        axis.set_xticks(BETAS, [f"{beta:g}" for beta in BETAS], fontsize=9)
        axis.minorticks_off()
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("beta")
        is_share = not name.startswith("KL")
        if is_share:
            axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
            axis.set_ylim(-0.04, 1.06)
        else:
            axis.set_ylim(0, max(high) * 1.08)
            axis.set_ylabel("nats per answer")
        if now is not None:
            axis.plot(
                now.beta,
                of(now),
                marker,
                color="white",
                markeredgecolor=GUESS,
                markeredgewidth=2,
                markersize=10,
                zorder=5,
            )
        told.append(
            f"{name} " + ", ".join(f"{value:.0%}" if is_share else f"{value:.1f}" for value in middle)
        )
    mark_guess(axes[2], guess, share=True)
    sentence = f"For beta {', '.join(f'{beta:g}' for beta in BETAS)}: {'; '.join(told)} (median of {len(runs)} seeds)."
    ring = " Ring: your run." if now is not None else ""
    return Picture(
        figure,
        sentence,
        f"Lines: median of {len(runs)} seeds, trained beforehand; bands: from the lowest to the highest.{ring}",
    )


# --- three columns that answer the same question ---------------------------------------------------------------------


def three_columns(base: GPT, sft: GPT, tokenizer: BytePairTokenizer) -> Any:
    """Return a view: one question, answered by the base model, after tuning, and after DPO with the slider's beta."""
    import ipywidgets

    from course_lib.explore.view import View

    def said(model: GPT) -> Mapping[str, str]:
        answers = ask_all(model, tokenizer, list(ASKED), max_new_tokens=24)
        return {
            asked: one.text + ("" if one.ended else " ...") for asked, one in zip(ASKED, answers, strict=True)
        }

    first, second = said(base), said(sft)
    run = kept_sweep()[0]

    def draw(question: str, beta: float) -> tuple[Figure, str]:
        one = next(row for row in run[1:] if row.beta == beta)
        return draw_columns(
            question, [first[question], second[question], one.says[ASKED.index(question)]], one
        )

    controls = {
        "question": ipywidgets.Dropdown(options=ASKED, description="question"),
        "beta": ipywidgets.SelectionSlider(
            options=[(f"{b:g}", b) for b in BETAS], value=1, description="beta"
        ),
    }
    frames = [{"question": ASKED[0], "beta": beta} for beta in (0.01, 0.3, 3)]
    return View(draw, controls, frames)


def draw_columns(question: str, answers: Sequence[str], one: Held) -> tuple[Figure, str]:
    """Draw three answers beside each other."""
    import textwrap

    from course_lib.plain import clean

    figure, axes = new_figure(height=1.6, columns=3)
    heads = ("base", "after SFT", f"after DPO, beta {one.beta:g}")
    shown = [" ".join(clean(answer).split()) for answer in answers]
    for axis, head, answer, colour in zip(axes, heads, shown, (GREEN, BLUE, ORANGE), strict=True):
        axis.set_title(head, color=colour, fontsize=11)
        axis.text(0.02, 0.95, textwrap.fill(answer, 24, max_lines=5), va="top", fontsize=10, parse_math=False)
        axis.set(xlim=(0, 1), ylim=(0, 1))
        axis.set_xticks([])
        axis.set_yticks([])
        axis.grid(visible=False)
    figure.suptitle(question, fontsize=11)
    told = "; ".join(f"{head}: {answer!r}" for head, answer in zip(heads, shown, strict=True))
    return figure, (
        f"{question} {told}. With this beta the KL is {one.kl:.1f} nats per answer, and {one.right:.0%} of the "
        "answers on new countries are right."
    )


def run_gentle(seeds: Sequence[int], tokenizer: BytePairTokenizer) -> list[dict[str, Any]]:
    """Return what a smaller rate gave for each seed."""
    beta, rate = GENTLE
    found = []
    for seed in seeds:
        sft = fine_tune(both_clerks(tokenizer, seen_questions()), seed)
        model = align(sft, tokenizer, beta, seed, rate)
        found.append(asdict(how_it_is(model, sft, tokenizer, beta, seed)))
    return found


def run_sweep(seeds: Sequence[int], tokenizer: BytePairTokenizer) -> list[list[dict[str, Any]]]:
    """Return the sweep for each seed, tuning included: some five minutes on one core."""
    found = []
    for seed in seeds:
        sft = fine_tune(both_clerks(tokenizer, seen_questions()), seed)
        rows = [how_it_is(sft, sft, tokenizer, 0.0, seed)]
        for beta in BETAS:
            rows.append(how_it_is(align(sft, tokenizer, beta, seed), sft, tokenizer, beta, seed))
            print(seed, beta, rows[-1], flush=True)
        found.append([asdict(row) for row in rows])
    return found
