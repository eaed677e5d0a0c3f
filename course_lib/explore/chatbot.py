"""A chatbot with a memory of fixed size: trained on short talks, asked in long ones (lesson 06, parts 2 and 7).

`python -m course_lib.explore.chatbot` trains five bots with other seeds and writes `chatbot.json` (half a minute).
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.evaluation.conversation import (
    NAMES,
    QUESTION,
    TALK,
    LengthCurve,
    accuracy_by_length,
    make_conversation,
    names_in,
)
from course_lib.explore.figure import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    table,
)
from course_lib.explore.live import Live
from course_lib.explore.threads import one_thread
from course_lib.explore.view import View
from course_lib.models.rnn import RecurrentLM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

USER, BOT = "user:", "bot:"
LONGEST = 2  # exchanges between name and question in training
KEPT, KEPT_SEEDS = Path(__file__).with_suffix(".json"), range(1, 6)
LENGTHS = (0, 1, 2, 4, 8, 16, 32, 64)
WORDS = sorted(
    {
        word
        for text in (
            *NAMES,
            USER,
            BOT,
            "my name is . hello .",
            QUESTION,
            *(part for pair in TALK for part in pair),
        )
        for word in text.split()
        if word != "{name}"
    }
)
IDS = {word: number for number, word in enumerate(WORDS)}


def words_of(messages: Sequence[str]) -> list[str]:
    """Return the words that the bot reads: each message after a word that says whose it is, then its own turn."""
    words = []
    for place, message in enumerate(messages):
        words += [BOT if place % 2 else USER, *message.split()]
    return [*words, BOT] if len(messages) % 2 else words


@dataclass(frozen=True)
class Chatbot:
    """An LSTM that reads words and writes the next one."""

    model: RecurrentLM
    seed: int
    losses: list[float]

    @torch.no_grad()
    def respond(self, conversations: list[list[str]]) -> list[str]:
        """Return for each conversation the likeliest first word of the answer."""
        rows = [[IDS[word] for word in words_of(messages)] for messages in conversations]
        ids, lengths = _padded(rows)
        last = self.model(ids).logits[torch.arange(len(rows)), lengths - 1]  # (B, V)
        return [WORDS[word] for word in last.argmax(-1).tolist()]

    def respond_to_the_last_message(self, conversations: list[list[str]]) -> list[str]:
        """The same bot, which begins anew with each message."""
        return self.respond([messages[-1:] for messages in conversations])


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return rows of ids as one table, filled up at their ends, and their lengths."""
    lengths = torch.tensor([len(row) for row in rows])
    ids = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
    return ids, lengths


def _batch(n: int, longest: int, rng: random.Random) -> tuple[Tensor, Tensor]:
    """Return ids (B, T) and, per row, the place of the last word before the name."""
    talks = [make_conversation(rng.randint(0, longest), rng) for _ in range(n)]
    ids, lengths = _padded([[IDS[word] for word in [*words_of(one.messages), one.name]] for one in talks])
    return ids, lengths - 2


@one_thread()
def train_chatbot(seed: int = 0, steps: int = 240, hidden: int = 40) -> Chatbot:
    """Train a bot on talks of at most `LONGEST` exchanges, short ones first; seconds.

    The loss is that of the name, and a little of every other word. All chance comes from `seed`.
    """
    generator, rng = torch.Generator().manual_seed(seed), random.Random(seed)
    model = RecurrentLM(len(WORDS), hidden, "lstm", generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    with Live() as live:
        for step in range(steps):
            ids, before = _batch(32, min(LONGEST, step * (LONGEST + 2) // steps), rng)
            logits = model(ids).logits
            rows = torch.arange(len(ids))
            loss = F.cross_entropy(logits[rows, before], ids[rows, before + 1])
            general = F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
            optimizer.zero_grad()
            (loss + 0.1 * general).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(float(loss.detach()))
            words = [WORDS[word] for word in ids[0, : int(before[0]) + 1].tolist()]
            said = WORDS[int(logits[0, before[0]].argmax())]
            line = f"step {step} of {steps}, loss {losses[-1]:.2f}\n{' '.join(words)} -> {said}"
            live.show(partial(str, line))
    model.requires_grad_(False)
    return Chatbot(model, seed, losses)


def measure_lengths(bot: Chatbot, n: int = 100) -> LengthCurve:
    """Measure a bot at all lengths of the figure."""
    return accuracy_by_length(bot.respond, LENGTHS, n)


@cache
def kept_curves() -> list[LengthCurve]:
    """Return the shipped curves of the other seeds."""
    return [LengthCurve(**row) for row in json.loads(KEPT.read_text(encoding="utf-8"))]


# --- accuracy against the length of a conversation ------------------------------------------------------------


def short_demo(bot: Chatbot, exchanges: int = 2, n: int = 4, seed: int = 5) -> object:
    """Show a demonstration: short talks and the bot's answers."""
    rng = random.Random(seed)
    talks = [make_conversation(exchanges, rng) for _ in range(n)]
    answers = bot.respond([one.messages for one in talks])
    rows = [
        (" / ".join(one.messages[::2]), said, "right" if said == one.name else "wrong")
        for one, said in zip(talks, answers, strict=True)
    ]
    return table(["the user said", "the bot answers", ""], rows)


@one_thread()
def name_after(bot: Chatbot, exchanges: int = 64) -> Finding:
    """Find how often the bot still knows the name after that many exchanges; other seeds are beside it."""
    curve = measure_lengths(bot)
    alone = accuracy_by_length(bot.respond_to_the_last_message, LENGTHS, curve.asked)
    place = LENGTHS.index(exchanges)
    return Finding(
        f"the bot knows the name after {exchanges} exchanges",
        f"{curve.accuracy[place]:.0%}",
        lambda guess: draw_lengths(curve, alone, guess),
        say_lengths(bot, curve, alone, exchanges),
    )


def say_lengths(
    bot: Chatbot, curve: LengthCurve, alone: LengthCurve, exchanges: int, least: float = 0.9
) -> str:
    """Say how the bot and its siblings do at the greatest length, what a wrong one says, and which limit follows."""
    place = LENGTHS.index(exchanges)
    ends = [one.accuracy[place] for one in kept_curves()]
    trained = [share for share, length in zip(curve.accuracy, LENGTHS, strict=True) if length <= LONGEST]
    low = "all" if min(trained) == 1 else f"at least {min(trained):.0%}"
    said = [
        f"Within the lengths of its training it is right in {low}, after {exchanges} exchanges "
        f"in {curve.accuracy[place]:.0%}. {len(ends)} bots with other seeds: {min(ends):.0%} to {max(ends):.0%}."
    ]
    lies = wrong_names(bot, exchanges)
    if lies.total() > 10 and lies["heard"] > 0.5 * lies.total():
        said.append(
            f"It does not fall silent: {lies['heard'] / lies.total():.0%} of the wrong answers name somebody else who "
            "was mentioned."
        )
    limit = curve.limit(least)
    said.append(
        f"If {least:.0%} is the least that you accept, at the lower end of the interval, its limit is "
        f"{'none' if limit is None else limit} exchanges. The same bot, reading the last message only: at most "
        f"{max(alone.accuracy):.0%}."
    )
    return " ".join(said)


def wrong_names(bot: Chatbot, exchanges: int, n: int = 200, seed: int = 1) -> Counter[str]:
    """Count wrong answers: "heard" if the name was mentioned in the talk, else "other"."""
    rng = random.Random(seed)
    talks = [make_conversation(exchanges, rng) for _ in range(n)]
    answers = bot.respond([one.messages for one in talks])
    return Counter(
        "heard" if said in names_in(" ".join(one.messages)) else "other"
        for one, said in zip(talks, answers, strict=True)
        if said != one.name
    )


def draw_lengths(curve: LengthCurve, alone: LengthCurve, guess: object = None) -> Picture:
    """Draw accuracy by number of exchanges with 95 % intervals, the other seeds, and the lengths of training."""
    figure, axis = new_figure(height=3.5)
    at = [length + 1 for length in LENGTHS]  # a logarithmic axis has no 0
    axis.axvspan(0.85, LONGEST + 1, color=BLUE, alpha=0.1, linewidth=0)
    axis.text(0.95, 0.5, "lengths\nof training", color=BLUE, fontsize=10, va="center")
    for number, other in enumerate(kept_curves()):
        label = f"{len(kept_curves())} other seeds" if not number else None
        axis.plot(at, other.accuracy, "--", color=ORANGE, linewidth=1.2, label=label)
    below, above = _bars(curve)
    axis.errorbar(at, curve.accuracy, yerr=[below, above], fmt="o-", color=BLUE, capsize=3, label="this bot")
    axis.plot(at, alone.accuracy, "x:", color=GREY, label="last message only")
    axis.set(xscale="log", xlim=(0.85, 75), ylim=(-0.03, 1.06), xlabel="exchanges between name and question")
    axis.set_ylabel("name is right")
    axis.set_xticks(at, [str(length) for length in LENGTHS])
    axis.minorticks_off()
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    figure.legend(loc="outside upper left", ncols=3)
    mark_guess(axis, guess, share=True)
    rows = [
        ("This bot", curve),
        *(("another seed", other) for other in kept_curves()),
        ("last message only", alone),
    ]
    told = "; ".join(f"{name}: " + ", ".join(f"{share:.0%}" for share in one.accuracy) for name, one in rows)
    return Picture(
        figure,
        f"Right names after {', '.join(map(str, LENGTHS))} exchanges. {told}.",
        f"Bars: 95% intervals, {curve.asked} conversations at each length.",
    )


def _bars(curve: LengthCurve) -> tuple[list[float], list[float]]:
    pairs = list(zip(curve.accuracy, curve.intervals, strict=True))
    return [max(0.0, a - low) for a, (low, _) in pairs], [max(0.0, high - a) for a, (_, high) in pairs]


# --- the state, word by word ------------------------------------------------------------------------------------

START = "my name is Ada . / hello . / i met Ben . / how nice . / it rains today . / take a coat ."
MOST_WORDS = 34


def read_words(bot: Chatbot, words: Sequence[str]) -> tuple[Tensor, list[dict[str, float]]]:
    """Read words one by one; return the states (T, H) and, after each, the chances of the names if asked now.

    Asked with a copy of the state, so that the reading goes on undisturbed.
    """
    asked = torch.tensor([[IDS[word] for word in words_of([QUESTION])]])
    state, states, answers = None, [], []
    for word in words:
        state = bot.model(torch.tensor([[IDS[word]]]), state=state).state
        states.append(state[0][0])
        chances = bot.model(asked, state=state).logits[0, -1].softmax(-1)
        answers.append({name: float(chances[IDS[name]]) for name in NAMES})
    return torch.stack(states), answers


def known_words(text: str) -> tuple[list[str], list[str]]:
    """Return a text of messages, parted by slashes, as the bot's words, and what it has never learned to read."""
    messages = [message.strip() for message in text.split("/") if message.strip()]
    spelled = {word.casefold(): word for word in WORDS}
    found: list[str] = []
    unknown: list[str] = []
    for place, message in enumerate(messages):
        found.append(BOT if place % 2 else USER)
        for word in re.findall(r"\w+|[.?]", message):
            if word.casefold() in spelled:
                found.append(spelled[word.casefold()])
            else:
                unknown.append(word)
    return (found or [USER])[:MOST_WORDS], unknown


def unrolled(bot: Chatbot) -> View:
    """Return the view: a talk (messages parted by slashes), and how far the bot has read it."""
    import ipywidgets

    def draw(talk: str, read: int) -> tuple[Figure, str]:
        return draw_unrolled(bot, talk, read)

    style = {"description_width": "5em"}
    n = len(known_words(START)[0])
    controls = {
        "talk": ipywidgets.Text(value=START, description="talk", continuous_update=False, style=style),
        "read": ipywidgets.IntSlider(value=n, min=1, max=MOST_WORDS, description="words read", style=style),
    }
    longer = "my name is Ada . / hello . / Ben likes jam . / so do i . / my name is Ben . / hello ."
    return View(draw, controls, [{"read": 5}, {"read": n}, {"talk": longer, "read": MOST_WORDS}])


@one_thread()
def draw_unrolled(bot: Chatbot, talk: str, read: int) -> tuple[Figure, str]:
    """Draw the network unrolled: one column of its state per word read, and below it what it would answer now."""
    words, unknown = known_words(talk)
    read = max(1, min(read, len(words)))
    states, answers = read_words(bot, words[:read])
    order = states.abs().mean(0).argsort(descending=True)[:24]
    shown = torch.full((len(order), len(words)), torch.nan)
    shown[:, :read] = states[:, order].T
    figure, (above, below) = new_figure(height=5.2, rows=2)
    above.get_gridspec().set_height_ratios([2.6, 1.6])
    above.imshow(shown.tolist(), cmap="cividis", vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    for edge in range(read - 1):  # each state is handed to the next step
        above.annotate(
            "", (edge + 1, -1.1), (edge, -1.1), annotation_clip=False,
            arrowprops={"arrowstyle": "->", "color": RED, "linewidth": 1.2},
        )  # fmt: skip
    above.set_title("The state after each word (yellow: near 1, blue: near −1)")
    _bare(above)
    above.set(yticks=[], ylabel="24 of 40 numbers", ylim=(len(order) - 0.5, -1.8))
    above.set_xticks([])
    ranked = sorted(answers[-1], key=lambda name: -max(answer[name] for answer in answers))[:2]
    for name, colour, line in zip(ranked, (BLUE, ORANGE), ("-o", "--s"), strict=True):
        below.plot(
            range(read), [answer[name] for answer in answers], line, color=colour, markersize=4, label=name
        )
    below.set(xlim=(-0.5, len(words) - 0.5), ylim=(-0.04, 1.08), ylabel="answer, if\nasked now")
    below.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    below.set_xticks(range(len(words)), [*words[:read], *[""] * (len(words) - read)], rotation=90)
    below.legend(loc="center right")
    best = max(answers[-1], key=lambda name: answers[-1][name])
    extra = f" It cannot read: {', '.join(unknown)}." if unknown else ""
    return figure, (
        f"After {read} of {len(words)} words, the last one '{words[read - 1]}', the bot would call the user {best} "
        f"with {answers[-1][best]:.0%}.{extra}"
    )


def _bare(axis: Axes) -> None:
    axis.grid(visible=False)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def main() -> None:
    """Train with the other seeds and write their curves."""
    curves = [measure_lengths(train_chatbot(seed)) for seed in KEPT_SEEDS]
    KEPT.write_text(json.dumps([asdict(curve) for curve in curves], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
