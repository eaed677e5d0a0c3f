"""Who bites whom: a bag of words and a recurrent network read the same three words (lesson 06, part 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.explore.figure import BLUE, GREY, ORANGE, Finding, Picture, mark_guess, new_figure
from course_lib.explore.live import following
from course_lib.explore.threads import one_thread
from course_lib.models.rnn import RNN, RNNConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from torch import Tensor

NOUNS, VERBS = 12, 4
WORDS = NOUNS + VERBS
READ = 400  # sentences to learn from; the others are new


def all_sentences() -> Tensor:
    """Return every "A verb B" with two different nouns, as word numbers (528, 3); nouns come first."""
    return torch.tensor(
        [(a, NOUNS + v, b) for a in range(NOUNS) for v in range(VERBS) for b in range(NOUNS) if a != b]
    )


@dataclass(frozen=True)
class WhoBites:
    """What one kind of model answers about new sentences, one entry per seed; shares from 0 to 1.

    `reversed_read`: where "B verb A" was among the sentences it learned from. `other`: where it was not.
    `one_of_two`: the answer is one of the two nouns of the sentence, the right one or not.
    """

    model: str
    right: list[float]
    reversed_read: list[float]
    other: list[float]
    one_of_two: list[float]

    @property
    def mean(self) -> float:
        return sum(self.right) / len(self.right)


@one_thread()
def learn_who_bites(model: str, seed: int, steps: int = 150) -> tuple[float, float, float, float]:
    """Train a model on 400 sentences and ask about the 128 others; the figures of one seed for `WhoBites`.

    Args:
        model: "bag of words" gets how often each word appears, "recurrent network" one word after the other.

    Raises:
        ValueError: another model.
    """
    generator = torch.Generator().manual_seed(seed)
    sentences = all_sentences()
    sentences = sentences[torch.randperm(len(sentences), generator=generator)]
    read, new = sentences[:READ], sentences[READ:]
    known = {tuple(sentence) for sentence in read.tolist()}
    reverse = torch.tensor([(b, verb, a) in known for a, verb, b in new.tolist()])
    answer, parameters = _network(model, generator)
    optimizer = torch.optim.Adam(parameters, lr=0.02)
    for _ in range(steps):
        loss = F.cross_entropy(answer(read), read[:, 0])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        said = answer(new).argmax(-1)
    right = said == new[:, 0]
    parts = (right, right[reverse], right[~reverse], right | (said == new[:, 2]))
    first, second, third, fourth = (float(part.float().mean()) for part in parts)
    return first, second, third, fourth


def _network(
    model: str, generator: torch.Generator, hidden: int = 32
) -> tuple[Callable[[Tensor], Tensor], list[nn.Parameter]]:
    """Return a function from sentences (B, 3) to scores of the nouns (B, NOUNS), and what can be learned in it."""
    if model not in ("bag of words", "recurrent network"):
        raise ValueError(f"model={model!r}; expected 'bag of words' or 'recurrent network'")
    scores = nn.Linear(hidden, NOUNS)
    layer = nn.Linear(WORDS, hidden) if model == "bag of words" else None
    for part in (scores, layer):
        if part is not None:
            for parameter in part.parameters():
                nn.init.uniform_(parameter, -(hidden**-0.5), hidden**-0.5, generator=generator)
    if layer is not None:
        return (
            lambda ids: scores(layer(F.one_hot(ids, WORDS).sum(1).float()).tanh()),
            [*layer.parameters(), *scores.parameters()],
        )
    network = RNN(RNNConfig(WORDS, hidden), generator)
    return (
        lambda ids: scores(network(F.one_hot(ids, WORDS).float()).hidden[-1]),
        [*network.parameters(), *scores.parameters()],
    )


def ask_who_bites(seeds: Sequence[int] = range(5)) -> list[WhoBites]:
    """Train both models with each seed and ask them."""
    found = []
    for model in ("bag of words", "recurrent network"):
        rows = [learn_who_bites(model, seed) for seed in following(seeds, f"{model}: training")]
        columns = [list(column) for column in zip(*rows, strict=True)]
        found.append(WhoBites(model, *columns))
    return found


def who_bites(seeds: Sequence[int] = range(5)) -> Finding:
    """Find how often a bag of words names the one who bites, in sentences that it has not read."""
    bag, network = ask_who_bites(seeds)
    return Finding(
        "new sentences in which a bag of words names the biter",
        f"{bag.mean:.0%}",
        lambda guess: draw_who_bites([bag, network], guess),
        say_who_bites(bag, network),
    )


def say_who_bites(bag: WhoBites, network: WhoBites) -> str:
    """Say why the bag of words is below a coin's 50 %, if it is, and what reading in order gives."""
    trap, other = (sum(part) / len(part) for part in (bag.reversed_read, bag.other))
    said = f"The bag names one of the two nouns in {min(bag.one_of_two):.0%} of the sentences"
    if bag.mean < 0.4 and trap < 0.1:
        said += (
            f", so a coin would give about half. It gets {bag.mean:.0%}. Where the *reverse* was in its reading "
            f"({trap:.0%} right), it has learned the same bag with the opposite answer. Elsewhere both orders "
            f"are new, and its one answer for both fits one of them ({other:.0%})."
        )
    else:
        said += f" and the right one in {bag.mean:.0%}."
    return f"{said} The network that reads word by word: {network.mean:.0%}."


def draw_who_bites(found: Sequence[WhoBites], guess: object = None) -> Picture:
    """Draw the share of right answers of each model and kind of sentence, one dot per seed."""
    bag, network = found
    rows = [
        (f"{bag.model},\nall new sentences", bag.right, ORANGE, "s"),
        ("...reverse was read", bag.reversed_read, ORANGE, "s"),
        ("...reverse was not read", bag.other, ORANGE, "s"),
        (f"{network.model},\nall new sentences", network.right, BLUE, "o"),
    ]
    figure, axis = new_figure(height=3.0)
    axis.axvline(0.5, color=GREY, linestyle=":", linewidth=1.5)
    for row, (_, shares, colour, marker) in enumerate(rows):
        lift = [row + 0.09 * (place - (len(shares) - 1) / 2) for place in range(len(shares))]
        axis.plot(shares, lift, marker, color=colour, markersize=7, markeredgecolor="white")
    axis.text(0.52, 0.0, "dotted: a coin between\nthe two nouns", color=GREY, fontsize=10, va="center")
    axis.set_yticks(range(len(rows)), [name for name, *_ in rows])
    _percent(axis, "x")
    axis.set(ylim=(len(rows) - 0.5, -0.5), xlim=(-0.04, 1.04), xlabel="who bites is named right")
    axis.grid(visible=False)
    mark_guess(axis, guess, along="x", share=True)
    spread = f"{min(bag.right):.0%} to {max(bag.right):.0%}"
    return Picture(
        figure,
        f"New sentences with the right answer, {len(bag.right)} seeds: bag of words {spread}; where the reverse was "
        f"read {max(bag.reversed_read):.0%} at most, where it was not {min(bag.other):.0%} to {max(bag.other):.0%}; "
        f"recurrent network {min(network.right):.0%} to {max(network.right):.0%}.",
        "One mark per seed.",
    )


def _percent(axis: Axes, along: str) -> None:
    ticks = [0, 0.25, 0.5, 0.75, 1]
    (axis.set_xticks if along == "x" else axis.set_yticks)(ticks, [f"{tick:.0%}" for tick in ticks])
