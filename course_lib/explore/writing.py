"""Lesson 00 watches a model learn to write: text that comes into order, a reader's own page, and a run repeated."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import torch

from course_lib.explore.figure import (
    BLUE,
    GREY,
    GUESS,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    say,
    table,
)
from course_lib.explore.first_model import (
    BEFORE,
    LENGTH,
    PROMPT,
    SAMPLES,
    SHOWN,
    STAGES,
    FirstRun,
    train_first_model,
    words_of,
    write_on,
)
from course_lib.explore.letters import equal_spans, letter_size, one_line, word_spans, write_letters
from course_lib.explore.live import Live
from course_lib.explore.prediction import quantity
from course_lib.explore.view import View
from course_lib.generation.decode import generate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.explore.first_model import Stage

ENOUGH = 0.9  # share of real words that lesson 00 asks for
PAGE = 1000  # characters that a text of the reader's own must have
OWN_STAGES = (0, 20, 60, 120, 240)


def watch_training(text: str, seed: int, stages: Sequence[int] = STAGES, prompt: str = PROMPT) -> FirstRun:
    """Train the first model; under the cell the loss and the texts grow while it learns."""
    known = words_of(text)

    def look(reached: Sequence[Stage], losses: Sequence[float]) -> None:
        live.show(lambda: _page(reached, stages, prompt, known, losses), now=len(losses) in stages)

    with Live() as live:
        return train_first_model(text, seed, stages[-1], stages, prompt, on_step=look)


def _page(
    reached: Sequence[Stage], plan: Sequence[int], prompt: str, known: set[str], losses: Sequence[float]
) -> Any:
    from IPython.display import HTML

    return HTML(progress_page(reached, plan, prompt, known, losses))


def progress_page(
    reached: Sequence[Stage], plan: Sequence[int], prompt: str, known: set[str], losses: Sequence[float]
) -> str:
    """Return the loss and the texts so far as HTML, which is made so quickly that training loses no time.

    Args as for `draw_writing`; `losses` are those of the steps so far.
    """
    line = " ".join(f"{step},{100 - 20 * min(loss, 5):.1f}" for step, loss in enumerate(losses, 1))
    now = f"step {len(losses):,} of {plan[-1]:,}" + (f", loss {losses[-1]:.2f}" if losses else "")
    rows = []
    for row, step in enumerate(plan):
        written = share = ""
        if row < len(reached):
            text = one_line(reached[row].text)
            parts = [(text[one.start : one.stop], one.mark) for one in word_spans(text, known, len(prompt))]
            written = f"<i>{html.escape(one_line(prompt))}</i>" + "".join(
                f"<b><u>{html.escape(part)}</u></b>" if mark else html.escape(part) for part, mark in parts
            )
            share = f"{reached[row].words:.0%}"
        rows.append(
            f'<tr><td>{step:,}</td><td style="text-align:left;white-space:pre;font:15px monospace">{written}</td>'
            f"<td>{share}</td></tr>"
        )
    return (
        f'<p>{now}</p><svg viewBox="0 0 {plan[-1]} 100" preserveAspectRatio="none" aria-hidden="true" '
        'style="width:100%;max-width:704px;height:110px;border-left:1px solid;border-bottom:1px solid">'
        f'<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="2" vector-effect="non-scaling-stroke"/>'
        '</svg><table><tr><th>steps</th><th style="text-align:left">it writes</th><th>real words</th></tr>'
        f"{''.join(rows)}</table>"
    )


# --- the text learning to write -----------------------------------------------------------------------------


def draw_writing(
    reached: Sequence[Stage],
    plan: Sequence[int],
    prompt: str,
    known: set[str],
    guess: object = None,
) -> Figure:
    """Draw what the model wrote at each stage, a line each, with its real words marked, and their share beside it.

    Args:
        reached: the stages so far; those of `plan` that are still to come leave their lines empty.
        known: the words that count as real.
        guess: the reader's step, drawn as a line.
    """
    height = 0.34 * len(plan) + 0.9
    figure, axis = new_figure(6.4, height)
    figure.set_layout_engine("none")
    axis.set_position((0.01, 0.02, 0.98, 0.96))
    letters = len(prompt) + SHOWN
    axis.set(xlim=(-5, letters + 10), ylim=(-len(plan) - 0.6, 0.85))
    axis.axis("off")
    for x, name, side in (
        (-1, "steps", "right"),
        (0, "it writes", "left"),
        (letters + 1, "real words", "left"),
    ):
        axis.text(x, 0.2, name, ha=side, color=GREY)
    size = letter_size(axis)
    for row, step in enumerate(plan, 1):
        axis.text(-1, -row, f"{step:,}", ha="right", va="baseline", fontsize=12)
        if row > len(reached):
            continue
        stage = reached[row - 1]
        line = one_line(stage.text)
        write_letters(axis, line, word_spans(line, known, len(prompt)), -row, size)
        axis.barh(-row + 0.17, 4.5, 0.5, letters + 1, color="#EEEEEE")
        axis.barh(-row + 0.17, 4.5 * stage.words, 0.5, letters + 1, color=BLUE)
        axis.text(letters + 6, -row, f"{stage.words:.0%}", va="baseline")
    _mark_step(axis, guess, plan)
    return figure


def _mark_step(axis: Axes, guess: object, plan: Sequence[int]) -> None:
    """Draw the reader's step as a dashed line below the stage it names, or between two stages."""
    found = quantity(guess)
    if found is None:
        return
    beyond = found.value > plan[-1]
    y = -sum(step <= found.value for step in plan) - 0.36
    low, high = axis.get_xlim()
    axis.plot([low, high], [y, y], color=GUESS, linestyle=(0, (4, 2)), linewidth=1.8, zorder=5)
    said = f"your guess: {found.value:,.0f} \u2193" if beyond else "your guess"
    axis.text(
        high, y, said, ha="right", va="center", color=GUESS, fontsize=10, zorder=6,
        bbox={"facecolor": "white", "linewidth": 0, "pad": 1.0},
    )  # fmt: skip


def learned_to_write(run: FirstRun) -> Finding:
    """Return what lesson 00 is about: a model that learns to write, and when nine of ten of its words are real."""
    known, plan = words_of(run.read), [stage.step for stage in run.stages]
    reached = next((stage.step for stage in run.stages if stage.words >= ENOUGH), None)
    sentence = f"What the model writes after \u201c{run.prompt.strip()}\u201d: " + "; ".join(
        f"after {stage.step} steps \u201c{one_line(stage.text.removeprefix(run.prompt))}\u201d, "
        f"{stage.words:.0%} real words"
        for stage in run.stages
    )

    def show(guess: object) -> Picture:
        figure = draw_writing(run.stages, plan, run.prompt, known, guess)
        return Picture(
            figure,
            sentence + ".",
            "Underlined: words that also appear in the text that it read. \u23ce is a new line. The share is that of "
            f"{SAMPLES} samples of {LENGTH} characters, drawn with a preference for likely ones (temperature 0.7, "
            "lesson 02).",
        )

    says = (
        f"{run.model.num_parameters():,} numbers were moved {plan[-1]:,} times, in {run.seconds:.0f} seconds. The "
        f"text has {len(run.read):,} characters; the model read {run.tokens:,}, so it saw each passage about "
        f"{run.tokens / len(run.read):.0f} times."
    )
    question = f"first of the {len(plan)} looks at which {ENOUGH:.0%} of its words are real"
    return Finding(question, "never" if reached is None else f"{reached:,}", show, says)


def imitate(text: str) -> None:
    """Train a model on a text of the reader's own and show how it learns; say what is missing if it is too short."""
    from IPython.display import display

    text = text.strip()
    if not text:
        display(
            say(
                "*No text of yours yet, so nothing was trained. Paste a page between the quotes and run again.*"
            )
        )
        return
    if len(text) < PAGE:
        display(
            say(
                f"*This text has {len(text):,} characters, too few to learn from: give it at least {PAGE:,} (half a "
                "page). Several pages are better.*"
            )
        )
        return
    prompt = own_prompt(text)
    run = watch_training(text, seed=0, stages=OWN_STAGES, prompt=prompt)
    found = learned_to_write(run)
    assert found.show is not None
    display(found.show(None))
    ids = generate(run.model, run.tokenizer.encode(prompt), 400, 0.7, torch.Generator().manual_seed(1))
    written = prompt + run.tokenizer.decode(ids)
    copied = copied_letters(written, text)
    display(table(["it goes on"], [[written]]))
    display(
        say(
            f"Of all runs of 20 characters in this sample, {copied:.0%} appear in your text exactly so: that "
            f"much is a copy. It read your {len(text):,} characters {run.tokens / len(text):.0f} times."
        )
    )


def own_prompt(text: str) -> str:
    """Return the beginning of a text, at most eight characters and whole words: what the model goes on from."""
    start = text[:8]
    cut = start.rfind(" ")
    return start[: cut + 1] if cut > 0 else start


def copied_letters(written: str, text: str, run: int = 20) -> float:
    """Return the share of the runs of `run` characters in `written` that stand in `text`; 0 if there are none."""
    runs = [written[place : place + run] for place in range(len(written) - run + 1)]
    return sum(piece in text for piece in runs) / len(runs) if runs else 0.0


# --- the view over a whole run ------------------------------------------------------------------------------


def watched(run: FirstRun, most: int = 9) -> list[str]:
    """Return the characters whose chances a view shows at every stage: the likeliest of each, in one order."""
    seen = dict.fromkeys(one for stage in reversed(run.stages) for one in list(stage.chances)[:3])
    return sorted(list(seen)[:most], key=lambda character: (character.isalpha(), character))


def learning(run: FirstRun, number: int) -> tuple[Figure, str]:
    """Draw the text at a stage, the loss up to it, and the chances of the next character there.

    Args:
        number: 0 for the first stage, and so on.
    """
    stage = run.stages[number]
    line = one_line(stage.text)
    figure, axes = new_figure(6.4, 3.9, 2, 2)
    figure.set_layout_engine("none")
    (top, unused), (left, right) = axes
    unused.remove()
    top.set_position((0.02, 0.76, 0.96, 0.2))
    top.set(xlim=(0, len(run.prompt) + SHOWN), ylim=(0, 1))
    top.axis("off")
    top.text(0, 0.75, f"after {stage.step} steps", color=GREY)
    write_letters(top, line, word_spans(line, words_of(run.read), len(run.prompt)), 0.15, letter_size(top))
    left.set_position((0.09, 0.13, 0.36, 0.5))
    left.plot(range(1, len(run.losses) + 1), run.losses, color=GREY, linewidth=1.2)
    left.plot(stage.step, stage.loss, "o", color=BLUE, markersize=9)
    left.set(xlabel="steps", ylim=(0, 5), title="loss")
    right.set_position((0.56, 0.13, 0.42, 0.5))
    characters = watched(run)
    right.bar(range(len(characters)), [stage.chances[one] for one in characters], color=BLUE)
    right.set_xticks(range(len(characters)), [{" ": "\u2423", "\n": "\u23ce"}.get(c, c) for c in characters])
    right.set(ylim=(0, 1), title=f"next, after \u201c{BEFORE.strip()} \u201d")
    first, chance = next(iter(stage.chances.items()))
    sentence = (
        f"After {stage.step} steps the loss is {stage.loss:.2f}. It writes: \u201c{line}\u201d "
        f"After \u201c{BEFORE}\u201d the likeliest next character is {show_character(first)} with {chance:.0%}."
    )
    return figure, sentence


class LearningView(View):
    """A slider over the stages of a run, with a button that plays them."""

    def __init__(self, run: FirstRun) -> None:
        import ipywidgets

        slider = ipywidgets.SelectionSlider(
            options=[(f"{stage.step} steps", number) for number, stage in enumerate(run.stages)],
            value=0,
            description="trained for",
            style={"description_width": "8em"},
        )
        last = len(run.stages) - 1
        frames = [{"number": number} for number in (0, last // 2, last)]
        super().__init__(lambda number: learning(run, number), {"number": slider}, frames)
        self.play = ipywidgets.Play(max=last, interval=1200, description="play")

    def widget(self) -> Any:
        """Return the live view: play button, slider, figure and sentence."""
        import ipywidgets

        box = super().widget()
        ipywidgets.jslink((self.play, "value"), (self.controls["number"], "index"))
        box.children = (self.play, *box.children)
        return box


def show_character(character: str) -> str:
    """Return a character as a person can see it: a space and an end of line have names."""
    return {" ": "space", "\n": "new line"}.get(character, character)


def own_sentences(run: FirstRun, written: str) -> Finding:
    """Look up each sentence of `written` in the text that the model read: copied, or its own?"""
    pieces = [piece.strip() for piece in written.replace("\n", " ").split(".")[1:-1]]
    sentences = [piece for piece in pieces if piece]
    flat = run.read.replace("\n", " ")
    new = sorted({one for one in sentences if f"{one}." not in flat}, key=len)
    share = 1 - sum(one in new for one in sentences) / len(sentences)
    some = new[len(new) // 4 :: max(1, len(new) // 5)][:5]
    return Finding(
        f"share of its {len(sentences)} sentences that appear in the text",
        f"{share:.0%}",
        lambda _guess: table(["sentences that it made up"], [[one] for one in some]),
    )


# --- same seed, same text -----------------------------------------------------------------------------------


def same_dice(runs: Mapping[str, FirstRun]) -> Finding:
    """Hold each run's text against the first one's, character by character at the same place.

    Args:
        runs: name -> run. The last but one is asked for; its model also writes with other dice, to tell model and dice
            apart.
    """
    names = list(runs)
    texts = {name: one_line(run.stages[-1].text.removeprefix(run.prompt)) for name, run in runs.items()}
    asked = names[-2]
    other = runs[asked]
    with_other_dice = write_on(other.model, other.tokenizer, other.prompt, seed=99)[0][:SHOWN]
    texts = {**texts, f"{asked}, other dice": one_line(with_other_dice)}
    first = texts[names[0]]
    same = {name: equal_places(first, text) for name, text in texts.items()}

    def show(guess: object) -> Picture:
        said = "; ".join(f"{name}: \u201c{text}\u201d, {same[name]} the same" for name, text in texts.items())
        return Picture(
            _draw_agreement(first, texts, same, guess),
            f"What each run writes, and how many of {len(first)} characters agree with the first: {said}.",
            "Underlined: the same character at the same place as in the first line.",
        )

    says = (
        f"With one letter changed, {same[asked]} of {len(first)} characters are still those of the first run. They "
        "agree mostly because both draw with the same dice: let the same model draw with other dice, and "
        f"{same[f'{asked}, other dice']} agree."
    )
    return Finding(f"characters of {len(first)} that agree, one letter changed", f"{same[asked]}", show, says)


def equal_places(one: str, other: str) -> int:
    """Return how many characters of two texts are the same at the same place."""
    return sum(a == b for a, b in zip(one, other, strict=False))


def _draw_agreement(first: str, texts: Mapping[str, str], same: Mapping[str, int], guess: object) -> Figure:
    figure, axes = new_figure(6.4, 0.62 * len(texts) + 0.35, 1, 2)
    figure.set_layout_engine("none")
    left, right = axes
    bottom = 0.42 / figure.get_figheight()
    left.set_position((0.01, bottom, 0.75, 0.99 - bottom))
    right.set_position((0.79, bottom, 0.19, 0.99 - bottom))
    left.set(xlim=(0, len(first)), ylim=(-len(texts), 0))
    left.axis("off")
    size = letter_size(left)
    for row, (name, text) in enumerate(texts.items()):
        left.text(0, -row - 0.3, f"{name}: {same[name]} of {len(first)}", color=GREY, fontsize=10)
        write_letters(left, text, equal_spans(first, text), -row - 0.75, size)
        right.barh(-row - 0.6, same[name], 0.4, color=BLUE)
    right.set(xlim=(0, len(first)), ylim=(-len(texts), 0), yticks=[], xticks=[0, len(first) // 2, len(first)])
    right.grid(False)
    right.set_xlabel("characters", fontsize=10)
    if quantity(guess) is not None:
        mark_guess(right, guess, "x")
    return figure


def compare_weights(runs: Mapping[str, FirstRun]) -> Any:
    """Return a table of how many weights of each run differ from the first run's, and by about how much."""
    first, *others = runs
    flat = {
        name: torch.cat([w.flatten() for w in run.model.state_dict().values()]) for name, run in runs.items()
    }
    rows = []
    for name in others:
        apart = (flat[name] - flat[first]).abs()
        by = float(apart.mean() / flat[first].abs().mean())
        size = (
            "not at all"
            if by == 0
            else "by less than a fifth of their size"
            if by < 0.2
            else "by about their size"
        )
        rows.append([name, f"{(apart > 0).double().mean():.0%}", size])
    return table(["run", "weights that differ from the first run's", "on average"], rows)
