"""What a tokenizer does to a text, and what that does to a model and to a bill (lesson 03)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from course_lib.explore.figure import BLUE, GREY, ORANGE, Picture, new_figure
from course_lib.explore.view import View
from course_lib.generation.chat import chat_ids
from course_lib.generation.decode import stream
from course_lib.tokenizers.base import printable
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.split import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matplotlib.figure import Figure

    from course_lib.models.gpt import GPT

PER_LINE, LINES, LONGEST = 88, 6, 240  # characters in a line of chips, lines, and characters of a text
TINTS = ("#FFFFFF", "#DCEBF5", "#FBEBCF")  # paper, and light tints of the blue and the orange


# --- chips: tokens that can be seen -------------------------------------------------------------------------


@cache
def _drawable() -> frozenset[int]:
    """The code points that the figure's font can draw."""
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(findfont(FontProperties(family="monospace"))).get_charmap())


def chip_text(piece: bytes) -> str:
    r"""Return the bytes of one token as a figure can show them: what is no character of its font becomes \xNN."""
    drawable = _drawable()
    return "".join(
        c if ord(c) in drawable and c != "$" else "".join(f"\\x{b:02x}" for b in c.encode())
        for c in printable(piece)
    ).replace("\\x24", r"\$")


def chips(tokenizer: BytePairTokenizer, ids: Sequence[int]) -> Figure:
    """Draw each token as a bordered chip with its id below it, line by line; what does not fit is cut off."""
    from matplotlib.patches import FancyBboxPatch

    placed: list[tuple[float, int, float, str]] = []  # left edge, line, width, text
    at, line = 0.0, 0
    for token in ids:
        text = chip_text(tokenizer.decode_bytes([token]))
        width = 0.9 + 1.05 * max(len(text.replace(r"\$", "$")), 0.72 * len(str(token)))
        if at + width > PER_LINE:
            at, line = 0.0, line + 1
        if line == LINES:
            break
        placed.append((at, line, width, text))
        at += width
    lines = 1 + max((line for _, line, _, _ in placed), default=0)
    left_out = len(ids) - len(placed)
    figure, axis = new_figure(9.0, 0.75 * (lines + (left_out > 0) / 3))
    axis.set(xlim=(0, PER_LINE), ylim=(-lines - (left_out > 0) / 3, 0))
    axis.axis("off")
    for place, (left, line, width, text) in enumerate(placed):
        colour = TINTS[place % len(TINTS)]
        corner, style = (left + 0.1, -line - 0.55), "round,pad=0,rounding_size=0.12"
        axis.add_patch(
            FancyBboxPatch(corner, width - 0.25, 0.42, boxstyle=style, fc=colour, ec="black", lw=0.9)
        )
        middle = left + width / 2
        axis.text(middle, -line - 0.34, text, ha="center", va="center", family="monospace", fontsize=9.5)
        axis.text(
            middle, -line - 0.74, str(ids[place]), ha="center", va="center", fontsize=7, color="#333333"
        )
    if left_out:
        axis.text(PER_LINE, -lines - 0.25, f"... {left_out} more tokens", ha="right", color=GREY)
    return figure


def chips_and_sentence(tokenizer: BytePairTokenizer, text: str) -> tuple[Figure, str]:
    """Return the chips of a text and a sentence with its tokens, bytes and the first tokens with their ids."""
    ids = tokenizer.encode(text)
    n_bytes = len(text.encode())
    first = ", ".join(f"{printable(tokenizer.decode_bytes([i]))} ({i})" for i in ids[:12])
    ratio = f", {n_bytes / len(ids):.2f} bytes per token" if ids else ""
    tail = ", ..." if len(ids) > 12 else ""
    sentence = (
        f"With {len(tokenizer.merges)} merges {len(text)} characters, {n_bytes} bytes, are {len(ids)} tokens{ratio}: "
        f"{first}{tail}."
    )
    return chips(tokenizer, ids), sentence


def token_explorer(tokenizer: BytePairTokenizer, text: str, frames: Sequence[Mapping[str, object]]) -> View:
    """Return the view: a text box, and a slider for how many of the tokenizer's merges are used.

    Merges were learned in order, so the first n of them are the tokenizer that stopped learning after n.

    Args:
        frames: three settings of "text" and "merges" for where nothing runs.
    """
    import ipywidgets

    def draw(text: str, merges: int) -> tuple[Figure, str]:
        return chips_and_sentence(BytePairTokenizer(tokenizer.merges[:merges]), text[:LONGEST])

    wide = {"description_width": "6em"}
    full = {"width": "95%"}
    most = len(tokenizer.merges)
    controls = {
        "text": ipywidgets.Text(value=text, description="text", style=wide, layout=full),
        "merges": ipywidgets.IntSlider(
            value=most, min=0, max=most, description="merges", style=wide, layout=full
        ),
    }
    return View(draw, controls, frames)


# --- characters, words, subwords ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Cut:
    """How one kind of token cuts a text that it was not made from."""

    name: str
    vocabulary: int
    tokens: int
    unknown: int  # tokens that the vocabulary does not have


def three_cuts(known: str, new: str, vocab_size: int = 1024) -> list[Cut]:
    """Make vocabularies of characters, of words and of subwords from `known`, and cut `new` with each.

    Words are those of GPT-2's split; subwords are byte-pair tokens with `vocab_size` entries.
    """
    words = Split(BytePairTokenizer([]).pattern)
    bpe = BytePairTokenizer.train(known, vocab_size)
    cuts = []
    for name, cut in (("characters", list), ("words", words.words)):
        vocabulary = set(cut(known))
        tokens = cut(new)
        cuts.append(Cut(name, len(vocabulary), len(tokens), sum(token not in vocabulary for token in tokens)))
    return [*cuts, Cut("subwords", bpe.vocab_size, len(bpe.encode(new)), 0)]


# --- merge order and longest match --------------------------------------------------------------------------


def longest_match(tokenizer: BytePairTokenizer, text: str) -> list[int]:
    """Cut each word of `text` greedily: always the longest token that fits. Not what the tokenizer does."""
    special = set(tokenizer.special_tokens.values())
    ids = {piece: i for i, piece in tokenizer.vocabulary().items() if i not in special}
    longest = max(map(len, ids))
    found = []
    for word in Split(tokenizer.pattern).words(text):
        rest = word.encode()
        while rest:
            size = next(n for n in range(min(longest, len(rest)), 0, -1) if rest[:n] in ids)
            found.append(ids[rest[:size]])
            rest = rest[size:]
    return found


def disagreements(tokenizer: BytePairTokenizer, text: str) -> tuple[int, list[tuple[list[int], list[int]]]]:
    """Return how many different words `text` has, and (merge order, longest match) of those cut differently."""
    words = Split(tokenizer.pattern).count_words(text)
    both = [(tokenizer.encode(word), longest_match(tokenizer, word)) for word in words]
    return len(words), [(merged, longest) for merged, longest in both if merged != longest]


# --- what the model says to a wording -----------------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """A question as ids, the greedy answer, and the mean probability that the model gave the tokens it wrote."""

    question: str
    ids: list[int]
    answer: str
    confidence: float


def replies(model: GPT, tokenizer: BytePairTokenizer, questions: Sequence[str], end: int) -> list[Reply]:
    """Ask each question afresh, greedily, and keep how sure the model was of the tokens it wrote."""
    found = []
    for question in questions:
        steps = list(
            stream(model, tokenizer, chat_ids(tokenizer, question), 40, temperature=0, stop_ids={end})
        )
        answer = tokenizer.decode([step.token for step in steps if step.token != end])
        confidence = sum(step.probability for step in steps) / len(steps)
        found.append(Reply(question, tokenizer.encode(question), answer, confidence))
    return found


# --- spelling and digits ------------------------------------------------------------------------------------


def letter_counts_learned(
    encode: Callable[[str], list[int]], train: Sequence[str], test: Sequence[str], letter: str
) -> float:
    """Return the share of `test` words whose number of `letter` a linear model gets right after rounding.

    The model sees how often each id occurs in a word, nothing else: it learns one number for each id, by least
    squares on the `train` words. For an id that it never met it says 0.
    """
    ids = {token: place for place, token in enumerate(sorted({t for word in train for t in encode(word)}))}

    def table(words: Sequence[str]) -> np.ndarray:
        counts = np.zeros((len(words), len(ids)))  # (n_words, n_ids)
        for row, word in zip(counts, words, strict=True):
            for token in encode(word):
                if token in ids:
                    row[ids[token]] += 1
        return counts

    weights = np.linalg.lstsq(
        table(train), np.array([word.count(letter) for word in train], float), rcond=1e-9
    )[0]
    guesses = np.rint(table(test) @ weights)
    return float(np.mean(guesses == [word.count(letter) for word in test]))


def plain_words(text: str, seed: int = 0) -> list[str]:
    """Return the different words of 4 or more small letters in `text`, in an order drawn with `seed`."""
    words = sorted({w.strip() for w in Split(BytePairTokenizer([]).pattern).words(text)})
    words = [
        word for word in words if len(word) >= 4 and word.isascii() and word.isalpha() and word.islower()
    ]
    order = torch.randperm(len(words), generator=torch.Generator().manual_seed(seed))
    return [words[i] for i in order.tolist()]


def draw_spelling(steps: Sequence[int], learned: Mapping[str, Sequence[float]]) -> Picture:
    """Draw the share of new words counted right against the number of words learned from, one line for each name."""
    figure, axis = new_figure(6.5, 2.8)
    looks = ((BLUE, "o-"), (ORANGE, "s--"))
    for (name, curve), (colour, style) in zip(learned.items(), looks, strict=True):
        axis.plot(steps, curve, style, color=colour, label=name)
    axis.set_xscale("log")
    axis.set_xticks(list(steps), [str(step) for step in steps])
    axis.minorticks_off()
    axis.set(xlabel="words learned from", ylabel="share of new words right", ylim=(0, 1.05))
    axis.legend(frameon=False, loc="lower right")
    parts = [
        f"{name}: " + ", ".join(f"{step} words {share:.1%}" for step, share in zip(steps, curve, strict=True))
        for name, curve in learned.items()
    ]
    return Picture(figure, "New words whose letters are counted right. " + "; ".join(parts) + ".")


def groups_from_left(digits: str, size: int = 3) -> list[str]:
    """Cut digits into groups as a tokenizer reads them, from the left: 1234567 -> 123 456 7."""
    return [digits[i : i + size] for i in range(0, len(digits), size)]


def groups_from_right(digits: str, size: int = 3) -> list[str]:
    """Cut digits into groups as people write them, from the right: 1234567 -> 1 234 567."""
    head = len(digits) % size
    return [group for group in (digits[:head], *groups_from_left(digits[head:], size)) if group]


# --- languages ----------------------------------------------------------------------------------------------


def tokens_by_language(tokenizer: BytePairTokenizer, texts: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return how many tokens the texts of each language are."""
    return {name: sum(len(tokenizer.encode(text)) for text in lines) for name, lines in texts.items()}


def draw_languages(counts: Mapping[str, int], title: str) -> Picture:
    """Draw the tokens of one meaning in several languages; the first language is the measure for the others."""
    names = list(counts)
    base = counts[names[0]]
    figure, axis = new_figure(7.2, 2.8)
    places = list(range(len(names)))[::-1]
    colours = [GREY, *[BLUE] * (len(names) - 1)]
    hatches = ["//", *[""] * (len(names) - 1)]
    axis.barh(places, [counts[name] for name in names], color=colours, hatch=hatches, edgecolor="white")
    for place, name in zip(places, names, strict=True):
        axis.text(counts[name], place, f"  {counts[name]} tokens, {counts[name] / base:.1f} x", va="center")
    axis.set_yticks(places, names)
    axis.set(xlabel="tokens", title=title, xlim=(0, 1.3 * max(counts.values())))
    parts = ", ".join(f"{name} {counts[name]} ({counts[name] / base:.1f} x)" for name in names)
    return Picture(figure, f"{title}: tokens {parts}.")


def draw_two_tokenizers(
    first: Mapping[str, int], second: Mapping[str, int], labels: tuple[str, str]
) -> Picture:
    """Draw the tokens of the same texts under two tokenizers, language by language."""
    names = list(first)
    figure, axis = new_figure(7.2, 2.8)
    looks = ((BLUE, "", first), (ORANGE, "//", second))
    for shift, (colour, hatch, counts), label in zip((-0.2, 0.2), looks, labels, strict=True):
        at = [place + shift for place in range(len(names))]
        bars = axis.bar(at, [counts[n] for n in names], 0.4, color=colour, hatch=hatch, label=label)
        axis.bar_label(bars, fontsize=8)
    axis.set_xticks(range(len(names)), names)
    axis.set(ylabel="tokens")
    axis.legend(frameon=False)
    changes = ", ".join(f"{n} {first[n]} to {second[n]} ({second[n] / first[n] - 1:+.0%})" for n in names)
    return Picture(figure, f"Tokens, {labels[0]} against {labels[1]}: {changes}.")
