"""What fits into a context window, and what falls off its edge (lesson 04, part 1).

Two halves: a packer that fills a token budget as an application does, and a small recall model, trained in a
few seconds, that is asked for a fact at every place of a document twice as long as its window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.evaluation.intervals import wilson_interval
from course_lib.explore.figure import BLUE, GREEN, GREY, ORANGE, PINK, Picture, new_figure
from course_lib.explore.view import View
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.training.loop import TrainConfig, train

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from torch import Tensor

    from course_lib.tokenizers.base import Tokenizer
    from course_lib.training.loop import Batch

# --- the packer ---------------------------------------------------------------------------------------------

POLICIES = ("documents first", "history first", "newest tokens only")
_LOOKS = {
    "system": (BLUE, ""),
    "documents": (GREEN, "//"),
    "history": (ORANGE, ".."),
    "question": (PINK, "xx"),
}

# A conversation with an assistant of a shop, made up: what such a window is filled with.
SYSTEM = "You answer questions about orders in one sentence. Never promise a refund: say who decides it."
DOCUMENTS = (
    "Lamps and chairs can be sent back for 30 days if the box is whole. A clerk looks at each one and decides.",
    "A box that comes back without its form is put on a shelf until somebody asks for it.",
    "We send orders from Oslo and from Madrid. An order that is made in the morning leaves the house on that day.",
)
HISTORY = (
    "Hello, I have a question about my order.",
    "Good morning. What is the number of your order?",
    "It is 4711, a lamp and two chairs.",
    "Thank you. The lamp and the chairs left Oslo in the morning.",
    "The lamp is here and it is the wrong one.",
    "I am sorry to read that. Is the box of the lamp still whole?",
    "Yes, and the form is in it. I never opened the chairs.",
    "Then keep the lamp in its box, please.",
)
QUESTION = "Will I get my money back for the lamp?"


@dataclass(frozen=True)
class Piece:
    """A part of a prompt, in the order in which the model reads it; `tokens` is its length."""

    kind: str  # one of system, documents, history, question
    name: str
    tokens: int


@dataclass(frozen=True)
class Packed:
    """How many tokens of each piece were kept; a piece of 0 was dropped."""

    pieces: list[Piece]
    kept: list[int]
    budget: int

    @property
    def used(self) -> int:
        return sum(self.kept)

    @property
    def dropped(self) -> list[str]:
        """The names of the pieces that are gone."""
        return [
            piece.name
            for piece, kept in zip(self.pieces, self.kept, strict=True)
            if piece.tokens and not kept
        ]

    @property
    def cut(self) -> list[str]:
        """The names of the pieces whose beginning is gone."""
        return [
            piece.name for piece, kept in zip(self.pieces, self.kept, strict=True) if 0 < kept < piece.tokens
        ]


def shop_pieces(tokenizer: Tokenizer, documents: int = 3, turns: int = 8) -> list[Piece]:
    """Return the made-up conversation as pieces: system prompt, documents, the newest turns, question."""
    parts = [("system", "system prompt", SYSTEM)]
    parts += [("documents", f"document {i}", text) for i, text in enumerate(DOCUMENTS[:documents], 1)]
    oldest = len(HISTORY) - turns
    parts += [("history", f"turn {i}", text) for i, text in enumerate(HISTORY, 1) if i > oldest]
    parts.append(("question", "question", QUESTION))
    return [Piece(kind, name, len(tokenizer.encode(text))) for kind, name, text in parts]


def pack(pieces: Sequence[Piece], budget: int, policy: str = "documents first") -> Packed:
    """Fill `budget` tokens.

    The first two policies keep system prompt and question, then whole documents from the first, and whole turns
    from the newest, until one does not fit. "newest tokens only" keeps the last tokens, whatever they are.

    Raises:
        ValueError: an unknown policy, or a budget too small for system prompt and question.
    """
    if policy not in POLICIES:
        raise ValueError(f"policy={policy!r}; expected one of {POLICIES}")
    kept = [0] * len(pieces)
    left = budget
    if policy == "newest tokens only":
        for i in reversed(range(len(pieces))):
            kept[i] = min(left, pieces[i].tokens)
            left -= kept[i]
        return Packed(list(pieces), kept, budget)
    for i, piece in enumerate(pieces):
        if piece.kind in ("system", "question"):
            kept[i] = piece.tokens
            left -= piece.tokens
    if left < 0:
        raise ValueError(f"budget={budget}: system prompt and question alone need {budget - left} tokens")
    documents = [i for i, piece in enumerate(pieces) if piece.kind == "documents"]
    turns = [i for i, piece in enumerate(pieces) if piece.kind == "history"][::-1]
    for group in (documents, turns) if policy == "documents first" else (turns, documents):
        for i in group:
            if pieces[i].tokens > left:
                break  # what comes after it, older or less relevant, would leave a gap
            kept[i] = pieces[i].tokens
            left -= kept[i]
    return Packed(list(pieces), kept, budget)


def _say_packed(packed: Packed, policy: str) -> str:
    lost = [
        f"{how} {', '.join(names)}"
        for how, names in (("dropped", packed.dropped), ("cut", packed.cut))
        if names
    ]
    sentence = (
        f"{packed.used} of {packed.budget} tokens used, {policy}: {'; '.join(lost) or 'everything fits'}."
    )
    if packed.kept[0] < packed.pieces[0].tokens:
        sentence += " The system prompt is cut: its rules are gone."
    return sentence


def draw_packed(packed: Packed, policy: str) -> tuple[Figure, str]:
    """Draw one box per piece in reading order; what was dropped is empty with a dashed edge."""
    figure, axis = new_figure(7.0, 2.4)
    at = 0
    for piece, kept in zip(packed.pieces, packed.kept, strict=True):
        colour, hatch = _LOOKS[piece.kind]
        cut = piece.tokens - kept  # the beginning of a piece goes first
        axis.barh(0, cut, left=at, color="white", edgecolor=GREY, linestyle="--")
        axis.barh(0, kept, left=at + cut, color=colour, edgecolor="black", hatch=hatch, alpha=0.75)
        axis.text(at + piece.tokens / 2, 0.55, piece.name, rotation=60, ha="left", va="bottom", fontsize=8)
        at += piece.tokens
    axis.set(
        ylim=(-0.5, 2.4), yticks=[], xlabel="tokens, in the order in which the model reads (dashed: dropped)"
    )
    axis.spines["left"].set_visible(False)
    return figure, _say_packed(packed, policy)


def context_packer(tokenizer: Tokenizer) -> View:
    """Return the view: choose budget, policy, and how many documents and turns want to come in."""
    import ipywidgets

    def draw(budget: int, policy: str, documents: int, turns: int) -> tuple[Figure, str]:
        return draw_packed(pack(shop_pieces(tokenizer, documents, turns), budget, policy), policy)

    needed = sum(piece.tokens for piece in shop_pieces(tokenizer) if piece.kind in ("system", "question"))
    whole = sum(piece.tokens for piece in shop_pieces(tokenizer))
    style = {"description_width": "7em"}
    controls = {
        "budget": ipywidgets.IntSlider(
            value=needed + (whole - needed) // 2,
            min=needed,
            max=whole + 20,
            description="token budget",
            style=style,
        ),
        "policy": ipywidgets.Dropdown(options=POLICIES, description="policy", style=style),
        "documents": ipywidgets.IntSlider(
            value=len(DOCUMENTS), min=0, max=len(DOCUMENTS), description="documents", style=style
        ),
        "turns": ipywidgets.IntSlider(
            value=len(HISTORY), min=0, max=len(HISTORY), description="turns", style=style
        ),
    }
    frames = [{}, {"policy": "history first"}, {"policy": "newest tokens only"}]
    return View(draw, controls, frames)


# --- a model that does nothing but find ---------------------------------------------------------------------

KINDS, VALUES, FILLER = 4, 12, 40  # kinds of facts, values of each kind, words that say nothing
WINDOW = 64


@dataclass(frozen=True)
class Documents:
    """Documents that hold one fact of each kind, each followed by one question per kind.

    ids (N, length + KINDS); answers and positions (N, KINDS): the right value's id, and where it stands.
    """

    ids: Tensor
    answers: Tensor
    positions: Tensor


def make_documents(n: int, length: int, generator: torch.Generator) -> Documents:
    """Draw `n` documents of `length` words. Ids: filler, then values kind by kind, then one question per kind.

    Raises:
        ValueError: a document too short for its facts.
    """
    if length < KINDS:
        raise ValueError(f"length={length}; expected at least {KINDS}, one place for each fact")
    body = torch.randint(FILLER, (n, length), generator=generator)
    places = torch.rand(n, length, generator=generator).argsort(1)[:, :KINDS]  # (N, KINDS), all different
    values = torch.randint(VALUES, (n, KINDS), generator=generator)
    body.scatter_(1, places, FILLER + torch.arange(KINDS) * VALUES + values)
    kind = torch.rand(n, KINDS, generator=generator).argsort(1)  # the order of the questions
    answers = FILLER + kind * VALUES + values.gather(1, kind)
    ids = torch.cat([body, FILLER + KINDS * VALUES + kind], dim=1)
    return Documents(ids, answers, places.gather(1, kind))


def train_recall(seed: int = 0, steps: int = 300) -> GPT:
    """Train a model of one layer and one head to find facts in documents as long as its window (seconds)."""
    generator = torch.Generator().manual_seed(seed)
    vocabulary = FILLER + KINDS * VALUES + KINDS
    shape = GPTConfig(vocabulary, WINDOW, n_layer=1, n_head=1, n_embd=32, bias=False, tie_embeddings=False)
    model = GPT(shape, generator)

    def next_batch(generator: torch.Generator) -> Batch:
        batch = make_documents(32, WINDOW - KINDS, generator)
        targets = torch.full_like(batch.ids, -100)
        targets[:, -KINDS:] = batch.answers
        return batch.ids, targets

    train(
        model, next_batch, TrainConfig(steps, lr=1e-2, warmup=20, weight_decay=0.0), generator, progress=False
    )
    return model


@dataclass(frozen=True)
class Recall:
    """Right answers and questions by place: `starts` are the first words of equal stretches of the document."""

    starts: list[int]
    right: list[int]
    asked: list[int]
    length: int  # words of a document
    window: int  # words of it that the model can see

    @property
    def accuracy(self) -> list[float]:
        return [right / asked for right, asked in zip(self.right, self.asked, strict=True)]

    @property
    def edge(self) -> int:
        """The first word that the model sees."""
        return max(0, self.length - self.window)

    def share(self, inside: bool) -> float:
        """Return the accuracy over the stretches that lie wholly inside or wholly outside the window."""
        width = self.starts[1] - self.starts[0]
        picked = [
            i for i, s in enumerate(self.starts) if (s >= self.edge if inside else s + width <= self.edge)
        ]
        if not picked:
            raise ValueError(f"inside={inside}: no stretch of the document lies there")
        return sum(self.right[i] for i in picked) / sum(self.asked[i] for i in picked)

    def lost(self) -> str:
        """Say how often facts outside the window are found, in words that do not hang on a processor's last digit."""
        share, chance = self.share(inside=False), 1 / VALUES
        return f"as often as by guessing ({chance:.0%})" if abs(share - chance) < 0.03 else f"{share:.0%}"


@torch.no_grad()
def recall_by_position(
    model: GPT, length: int = 2 * (WINDOW - KINDS), stretches: int = 12, n: int = 1500, seed: int = 1
) -> Recall:
    """Ask for facts everywhere in documents of `length` words; of a longer prompt the model sees the newest tokens.

    Raises:
        ValueError: `length` is no multiple of `stretches`.
    """
    if length % stretches:
        raise ValueError(f"length={length} is no multiple of stretches={stretches}")
    batch = make_documents(n, length, torch.Generator().manual_seed(seed))
    window = model.config.context
    seen = batch.ids[:, -window:]  # the rest falls off
    hits = (model(seen).logits[:, -KINDS:].argmax(-1) == batch.answers).flatten()  # (N * KINDS,)
    stretch = (batch.positions // (length // stretches)).flatten()
    asked = torch.bincount(stretch, minlength=stretches)
    right = torch.bincount(stretch[hits], minlength=stretches)
    starts = list(range(0, length, length // stretches))
    return Recall(starts, right.tolist(), asked.tolist(), length, window - KINDS)


def draw_recall(recall: Recall) -> Picture:
    """Draw accuracy by place with 95 % intervals, the edge of the window and the level of guessing."""
    figure, axis = new_figure(7.0, 3.0)
    width = recall.starts[1] - recall.starts[0]
    middle = [start + width / 2 for start in recall.starts]
    bounds = [wilson_interval(r, n) for r, n in zip(recall.right, recall.asked, strict=True)]
    below = [max(0.0, a - low) for a, (low, _) in zip(recall.accuracy, bounds, strict=True)]
    above = [max(0.0, high - a) for a, (_, high) in zip(recall.accuracy, bounds, strict=True)]
    axis.axvspan(recall.edge, recall.length, color=BLUE, alpha=0.12)
    axis.errorbar(middle, recall.accuracy, yerr=[below, above], fmt="o", color=BLUE, capsize=3)
    axis.axhline(1 / VALUES, color=GREY, linestyle="--")
    axis.text(1, 1 / VALUES + 0.03, "guessing", color=GREY)
    if recall.edge:
        axis.axvline(recall.edge, color=BLUE)
        axis.text(recall.edge - 1, 0.5, "fell off the edge", ha="right", color=GREY)
    axis.text(recall.edge + 1, 0.5, "inside the window", color=BLUE)
    axis.set(
        xlabel="where the fact stands: word of the document (the question comes after the last one)",
        ylabel="share of right answers", ylim=(-0.03, 1.06), xlim=(0, recall.length),
    )  # fmt: skip
    inside = [a for s, a in zip(recall.starts, recall.accuracy, strict=True) if s >= recall.edge]
    sentence = (
        f"Right answers by the place of the fact in {recall.length} words: {recall.lost()} where it fell off the edge, "
        f"{recall.share(inside=True):.0%} inside the window of the last {recall.window} words, and there at least "
        f"{math.ceil(20 * min(inside) - 1) / 20:.0%} in every stretch."
    )
    return Picture(figure, sentence)


# --- how much of a window a language model uses -------------------------------------------------------------


@torch.no_grad()
def loss_by_context(
    model: GPT, ids: Sequence[int], lengths: Sequence[int], n: int = 150, seed: int = 0
) -> dict[int, float]:
    """Return the mean loss (nats) on the same `n` tokens of a text when the model reads 1, 2, 4 ... tokens before it.

    Raises:
        ValueError: a length outside the model's context, or a text too short for it.
    """
    longest = max(lengths)
    if min(lengths) < 1 or longest > model.config.context or len(ids) <= longest:
        raise ValueError(
            f"lengths={list(lengths)}; expected 1 to {model.config.context}, and a text of more than {longest} tokens"
        )
    text = torch.tensor(list(ids))
    generator = torch.Generator().manual_seed(seed)
    ends = torch.randint(longest, len(text), (n,), generator=generator).tolist()
    before = torch.stack([text[end - longest : end] for end in ends])  # (n, longest)
    losses = {}
    for length in lengths:
        logits = model(before[:, -length:], last_only=True).logits[:, -1]  # (n, V)
        losses[length] = float(torch.nn.functional.cross_entropy(logits, text[ends]))
    return losses


def draw_loss_by_context(losses: Mapping[int, float], enough: float = 0.02) -> Picture:
    """Draw the loss over the tokens that the model may read; `enough`: the share of the gain that counts as none."""
    figure, axis = new_figure(6.5, 2.8)
    axis.plot(list(losses), list(losses.values()), "o-", color=BLUE)
    axis.set_xscale("log", base=2)
    axis.set_xticks(list(losses), [str(length) for length in losses])
    axis.set(xlabel="tokens that the model may read", ylabel="loss (nats per token)")
    best = useful_length(losses, enough)
    worst, whole = max(losses.values()), losses[max(losses)]
    sentence = (
        f"Loss on the same tokens: {worst:.2f} with {min(losses)} token of context, {losses[best]:.2f} with {best}, "
        f"{whole:.2f} with all {max(losses)}."
    )
    return Picture(figure, sentence)


def useful_length(losses: Mapping[int, float], enough: float = 0.02) -> int:
    """Return the shortest context whose loss is within `enough` of the whole gain of the best one."""
    low, high = min(losses.values()), max(losses.values())
    return next(length for length in sorted(losses) if losses[length] <= low + enough * (high - low))
