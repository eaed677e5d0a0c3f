"""What fits into a context window, and what falls off its edge (lesson 04, part 1).

Two halves: a packer that fills a token budget as an application does, and a small recall model, trained in a
few seconds, that is asked for a fact at every place of a document twice as long as its window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from course_lib.data.text import language_reference
from course_lib.evaluation.intervals import wilson_interval
from course_lib.explore.figure import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    Finding,
    Picture,
    mark_guess,
    new_figure,
)
from course_lib.explore.live import Live, following
from course_lib.explore.view import View
from course_lib.generation.decode import stream
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.training.loop import History, TrainConfig, train

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure
    from torch import Tensor

    from course_lib.tokenizers.base import Tokenizer
    from course_lib.tokenizers.bpe import BytePairTokenizer
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
    """Draw one bar per piece, in reading order; what was dropped is empty with a dashed edge."""
    figure, axis = new_figure(height=0.27 * len(packed.pieces) + 1.0)
    for row, (piece, kept) in enumerate(zip(packed.pieces, packed.kept, strict=True)):
        colour, hatch = _LOOKS[piece.kind]
        cut = piece.tokens - kept  # the beginning of a piece goes first
        axis.barh(row, cut, color="white", edgecolor=GREY, linestyle="--")
        axis.barh(row, kept, left=cut, color=colour, edgecolor="white", hatch=hatch)
        what = "kept" if not cut else "cut" if kept else "dropped"
        axis.text(
            piece.tokens + 0.6, row, what, va="center", fontsize=10,
            color=GREY if what == "kept" else "black", fontweight="normal" if what == "kept" else "bold",
        )  # fmt: skip
    names = [piece.name for piece in packed.pieces]
    axis.set_yticks(range(len(names)), names)
    longest = max(piece.tokens for piece in packed.pieces)
    axis.set(
        ylim=(len(names) - 0.4, -0.6),
        xlim=(0, longest * 1.2),
        xlabel="tokens; the model reads from top to bottom",
    )
    axis.grid(visible=False)
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
    """Train a model of one layer and one head to find facts in documents as long as its window (seconds).

    Its loss is shown while it goes on.
    """
    generator = torch.Generator().manual_seed(seed)
    vocabulary = FILLER + KINDS * VALUES + KINDS
    shape = GPTConfig(vocabulary, WINDOW, n_layer=1, n_head=1, n_embd=32, bias=False, tie_embeddings=False)
    model = GPT(shape, generator)

    def next_batch(generator: torch.Generator) -> Batch:
        batch = make_documents(32, WINDOW - KINDS, generator)
        targets = torch.full_like(batch.ids, -100)
        targets[:, -KINDS:] = batch.answers
        return batch.ids, targets

    config = TrainConfig(steps, lr=1e-2, warmup=20, weight_decay=0.0)
    with Live() as live:

        def on_step(history: History) -> None:
            live.show(lambda: f"step {len(history)} of {steps}: loss {history.loss[-1]:.2f}")

        train(model, next_batch, config, generator, progress=False, on_step=on_step)
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

    @property
    def guessed(self) -> bool:
        """Whether facts outside the window are found as often as by guessing, but for chance."""
        return abs(self.share(inside=False) - 1 / VALUES) < 0.03

    def lost(self) -> str:
        """Say how often facts outside the window are found: about as often as chance, where no difference can be told.

        So that what is said of it does not hang on a processor's last digit.
        """
        return f"about {1 / VALUES:.0%}" if self.guessed else f"{self.share(inside=False):.0%}"


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


def found_outside(recall: Recall) -> Finding:
    """Find how often facts are found that fell off the edge of the window."""
    inside = [
        r / n for s, r, n in zip(recall.starts, recall.right, recall.asked, strict=True) if s >= recall.edge
    ]
    least = math.ceil(20 * min(inside) - 1) / 20
    middle = (
        "It loses hardly anything in the middle" if least >= 0.9 else "It also loses facts inside the window"
    )
    return Finding(
        "facts outside the window that are found",
        recall.lost(),
        lambda guess: draw_recall(recall, guess),
        f"Within 3 points that is what guessing gives, one of {VALUES} values. {middle}: more than {least:.0%} are "
        "found in every stretch of it."
        if recall.guessed
        else f"Inside the window more than {least:.0%} are found in every stretch.",
    )


def draw_recall(recall: Recall, guess: object = None) -> Picture:
    """Draw accuracy by place with 95 % intervals, the edge of the window, guessing, and the reader's guess."""
    figure, axis = new_figure(height=3.2)
    width = recall.starts[1] - recall.starts[0]
    middle = [start + width / 2 for start in recall.starts]
    bounds = [wilson_interval(r, n) for r, n in zip(recall.right, recall.asked, strict=True)]
    below = [max(0.0, a - low) for a, (low, _) in zip(recall.accuracy, bounds, strict=True)]
    above = [max(0.0, high - a) for a, (_, high) in zip(recall.accuracy, bounds, strict=True)]
    axis.axvspan(recall.edge, recall.length, color=BLUE, alpha=0.12, linewidth=0)
    axis.errorbar(middle, recall.accuracy, yerr=[below, above], fmt="o", color=BLUE, capsize=3)
    axis.axhline(1 / VALUES, color=GREY, linestyle=":", linewidth=1.5)
    axis.text(1, 1 / VALUES + 0.04, "guessing", color=GREY, va="bottom")
    if recall.edge:
        axis.axvline(recall.edge, color=BLUE)
        axis.text(recall.edge - 2, 0.6, "fell off the edge", ha="right", color=GREY)
    axis.text(recall.edge + 2, 0.6, "inside the window", color=BLUE)
    axis.set(
        xlabel="place of the fact in the document (word)", ylabel="facts found",
        ylim=(-0.03, 1.06), xlim=(0, recall.length),
    )  # fmt: skip
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    mark_guess(axis, guess, share=True)
    return Picture(
        figure,
        f"Facts found, by their place in {recall.length} words: {recall.lost()} where they fell off the edge, "
        f"{recall.share(inside=True):.0%} inside the window of the last {recall.window} words.",
        "Bars at the dots are 95% intervals. The questions come after the last word.",
    )


# --- how much of a window a language model uses -------------------------------------------------------------


@torch.no_grad()
def loss_by_context(
    model: GPT, ids: Sequence[int], lengths: Sequence[int], n: int = 150, seed: int = 0
) -> dict[int, Tensor]:
    """Return the losses (nats, (n,)) on the same `n` tokens of a text when the model reads 1, 2, 4 ... tokens before.

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
    for length in following(lengths, "reading with a context of", name=lambda length: f"{length} tokens"):
        logits = torch.cat(
            [model(part, last_only=True).logits[:, -1] for part in before[:, -length:].split(100)]
        )
        losses[length] = F.cross_entropy(logits, text[ends], reduction="none")  # of (n, V)
    return losses


def worse_by(losses: Mapping[int, Tensor], length: int) -> tuple[float, float]:
    """Return how much higher the loss is than with the longest context, and half of its 95 % interval.

    The same tokens are compared one by one, so that what makes a token hard for both cancels.
    """
    difference = losses[length] - losses[max(losses)]
    return float(difference.mean()), 1.96 * float(difference.std()) / math.sqrt(len(difference))


def useful_length(losses: Mapping[int, Tensor]) -> int:
    """Return the shortest context that is not measurably worse than the longest: the interval holds 0."""
    for length in sorted(losses):
        worse, half = worse_by(losses, length)
        if worse <= half:
            return length
    return max(losses)


def context_that_helps(losses: Mapping[int, Tensor]) -> Finding:
    """Find after how many tokens more context is of no measurable use; `losses` as of `loss_by_context`."""
    enough, longest = useful_length(losses), max(losses)
    worse, half = worse_by(losses, enough)
    return Finding(
        "tokens after which more context does not measurably help",
        f"{enough}",
        lambda guess: draw_loss_by_context(losses, guess),
        f"On these {len(losses[enough]):,} tokens {enough} do as well as {longest}, give or take "
        f"{abs(worse) + half:.1f} nats. More tokens show smaller gains: on 4,000 of the same text (we tried) it "
        "takes 32, and from 16 to 256 the gain is 0.03 nats. Another text may need far more. **The window says what "
        "a model may read, not what it uses.**"
        if enough < longest
        else f"This model gains up to the last of its {longest} tokens.",
    )


def draw_loss_by_context(losses: Mapping[int, Tensor], guess: object = None) -> Picture:
    """Draw how much higher the loss is than with the longest context, with 95 % intervals of the paired difference."""
    figure, axis = new_figure(height=3.0)
    lengths, longest = sorted(losses), max(losses)
    worse, half = zip(*(worse_by(losses, length) for length in lengths), strict=True)
    axis.axhline(0, color=GREY, linewidth=1)
    axis.errorbar(lengths, worse, yerr=half, fmt="o-", color=BLUE, capsize=3)
    axis.set_xscale("log", base=2)
    axis.set_xticks(lengths, [str(length) for length in lengths])
    axis.minorticks_off()
    axis.set(xlabel="tokens that the model may read", ylabel=f"loss above that\nwith {longest} (nats)")
    mark_guess(axis, guess, along="x")
    enough = useful_length(losses)
    return Picture(
        figure,
        f"Loss above that with {longest} tokens of context, on the same tokens: {worse[0]:.1f} nats with "
        f"{lengths[0]} token, and from {enough} tokens on no measurable difference.",
        "Bars at the dots are 95% intervals of the difference, token by token.",
    )


# --- one token too many -------------------------------------------------------------------------------------


def one_token_too_many(model: GPT, tokenizer: BytePairTokenizer) -> Finding:
    """Find what a model does with one token more than its window, and what the program around it does."""
    window = model.config.context
    ids = tokenizer.encode(language_reference()[: 10 * window])[:window]
    try:
        model(torch.tensor([[*ids, ids[0]]]))
    except ValueError:
        did = "refuse"
    else:
        did = "read on"
    first, second = stream(model, tokenizer, ids, 2, temperature=0)
    newer = [*ids, first.token][-window // 2 :]
    (expected,) = stream(model, tokenizer, newer, 1, temperature=0)
    cut = math.isclose(second.probability, expected.probability, rel_tol=1e-3)
    return Finding(
        "one token too many",
        did,
        says=f"That was the model. The *program* around it was given {window} tokens, the full window, and wrote two "
        "more"
        + (", the second one after it had thrown away the older half. It never said so." if cut else "."),
    )
