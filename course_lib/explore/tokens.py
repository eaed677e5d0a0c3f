"""What a tokenizer does to a text, and what that does to a model and to a bill (lesson 03)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from course_lib.data import facts
from course_lib.evaluation.perplexity import bits_per_byte, token_loss
from course_lib.evaluation.words import has_word
from course_lib.explore.figure import (
    BLUE,
    GREY,
    GUESS,
    ORANGE,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
    table,
)
from course_lib.explore.live import following
from course_lib.explore.prediction import quantity
from course_lib.explore.view import View
from course_lib.generation.chat import ask_all, chat_ids
from course_lib.generation.decode import stream
from course_lib.tokenizers.base import printable
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.split import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.models.gpt import GPT

PER_LINE, LINES, LONGEST = 62, 6, 240  # characters in a line of chips, lines, and characters of a text
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
        width = 0.9 + 1.05 * max(len(text.replace(r"\$", "$")), 0.8 * len(str(token)))
        if at + width > PER_LINE:
            at, line = 0.0, line + 1
        if line == LINES:
            break
        placed.append((at, line, width, text))
        at += width
    lines = 1 + max((line for _, line, _, _ in placed), default=0)
    left_out = len(ids) - len(placed)
    figure, axis = new_figure(height=0.75 * (lines + (left_out > 0) / 3))
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
            middle, -line - 0.74, str(ids[place]), ha="center", va="center", fontsize=8, color="#333333"
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
    most = len(tokenizer.merges)
    controls = {
        "text": ipywidgets.Text(value=text, description="text", style=wide),
        "merges": ipywidgets.IntSlider(value=most, min=0, max=most, description="merges", style=wide),
    }
    return View(draw, controls, frames)


def in_lines(tokenizer: BytePairTokenizer, ids: Sequence[int], width: int = 76) -> str:
    """Return tokens with bars between them, broken into lines between tokens and never within one."""
    lines = [""]
    for token in ids:
        piece = tokenizer.token_text(token) + "|"
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines).removesuffix("|")


# --- merges that were learned by hand -----------------------------------------------------------------------


def merging(merges: Sequence[tuple[str, str]], word: str) -> list[list[str]]:
    """Return the pieces of a word after 0, 1, ... of the merges, each applied from the left to all neighbours."""
    pieces = list(word)
    found = [pieces]
    for left, right in merges:
        joined: list[str] = []
        for piece in pieces:
            if joined and (joined[-1], piece) == (left, right):
                joined[-1] += piece
            else:
                joined.append(piece)
        pieces = joined
        found.append(pieces)
    return found


def merges_until(merges: Sequence[tuple[str, str]], word: str, most: int = 3) -> Finding:
    """Ask after how many merges a word has at most so many pieces."""
    ladder = merging(merges, word)
    until = next((n for n, pieces in enumerate(ladder) if len(pieces) <= most), None)
    ends = ladder[-1]
    return Finding(
        f"merges until “{word.strip()}” has {most} pieces or fewer",
        "never" if until is None else str(until),
        lambda guess: draw_merging(merges, word, guess),
        f"It ends as {' and '.join(f'“{piece.strip()}”' for piece in ends)}. Nobody told the procedure where words "
        "have stems or endings: it only counted.",
    )


def draw_merging(merges: Sequence[tuple[str, str]], word: str, guess: object = None) -> Picture:
    """Draw the pieces of a word, merge by merge, one row for each; what a merge has just joined is filled."""
    ladder = merging(merges, word)
    figure, axis = new_figure(height=0.6 + 0.32 * len(ladder))
    for row, pieces in enumerate(ladder):
        at = 0
        for piece in pieces:
            fresh = row > 0 and piece == "".join(merges[row - 1])
            axis.text(
                at + len(piece) / 2, row, piece.replace(" ", "·"), ha="center", va="center", family="monospace",
                fontsize=12, zorder=4,
            )  # fmt: skip
            axis.broken_barh(
                [(at + 0.06, len(piece) - 0.12)], (row - 0.38, 0.76), facecolor="#F7D58F" if fresh else "white",
                edgecolor=ORANGE if fresh else GREY, zorder=3,
            )  # fmt: skip
            at += len(piece)
    names = ["letters", *map(_joined, merges)]
    axis.set_yticks(
        range(len(ladder)), [f"{name}   {row}" for row, name in enumerate(names)], family="monospace"
    )
    axis.set(ylim=(len(ladder) - 0.4, -0.6), xlim=(-0.1, len(word) + 2), xticks=[])
    axis.tick_params(length=0)
    axis.grid(visible=False)
    for side in ("left", "bottom"):
        axis.spines[side].set_visible(False)
    beside = axis.inset_axes((0.8, 0, 0.2, 1), ylim=axis.get_ylim())  # beside the pieces, not across them
    beside.axis("off")
    mark_guess(beside, guess)
    shown = "; ".join(f"{row} {'|'.join(pieces).replace(' ', '·')}" for row, pieces in enumerate(ladder))
    return Picture(figure, f"The pieces of {word.strip()} after each merge: {shown}.", "")


def _joined(pair: tuple[str, str]) -> str:
    return " + ".join(part.replace(" ", "·") for part in pair)


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


def missing_words(known: str, new: str, vocab_size: int = 1024) -> Finding:
    """Ask which share of the words of `new` is not among those of `known`, and compare three ways to cut."""
    cuts = three_cuts(known, new, vocab_size)
    characters, words, subwords = cuts
    rows = [
        [
            cut.name,
            f"{cut.vocabulary:,}",
            f"{cut.tokens:,}",
            f"{len(new) / cut.tokens:.1f}",
            f"{cut.unknown:,}",
        ]
        for cut in cuts
    ]
    return Finding(
        "share of words that are not on the list",
        f"{words.unknown / words.tokens:.0%}",
        lambda _: table(["pieces", "on the list", "tokens", "characters a token", "unknown"], rows),
        f"{characters.unknown} of the characters met are not on the list of characters. The subwords miss "
        f"{subwords.unknown or 'nothing'}, and "
        f"need fewer steps than characters by a factor of {characters.tokens / subwords.tokens:.1f}.",
    )


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


def wrong_cut(model: GPT, tokenizer: BytePairTokenizer, words_of: str, text: str) -> Finding:
    """Ask how much more a text surprises the model when it is cut by longest match instead of merge order.

    Args:
        words_of: the text whose different words are cut both ways and counted.
        text: what the model reads, in both cuts.
    """
    total, different = disagreements(tokenizer, words_of)
    cuts = {"merge order": tokenizer.encode(text), "longest piece first": longest_match(tokenizer, text)}
    size = len(text.encode())
    bits = {
        name: bits_per_byte(token_loss(model, ids), len(ids) - 1, size)
        for name, ids in following(list(cuts.items()), "reading, cut by", lambda item: item[0])
    }
    rows = [[name, f"{len(ids):,}", f"{bits[name]:.2f}"] for name, ids in cuts.items()]
    right, wrong = bits.values()
    return Finding(
        "how much more surprised by the wrong cut",
        f"{wrong / right - 1:.0%}",
        lambda _: table(["cut", "tokens", "bits per byte"], rows),
        f"The two disagree on {len(different) / total:.0%} of the manual's {total:,} different words.",
    )


# --- what the model says to a wording -----------------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """A question as ids, the greedy answer, and the probability that the model gave each token it wrote."""

    question: str
    ids: list[int]
    answer: str
    chances: dict[int, float]  # place in the answer -> probability
    tokens: list[str]

    @property
    def mean(self) -> float:
        return sum(self.chances.values()) / len(self.chances)

    @property
    def least(self) -> tuple[str, float]:
        """The token of which the model was least sure, and its probability."""
        place = min(self.chances, key=lambda place: self.chances[place])
        return self.tokens[place], self.chances[place]


def replies(model: GPT, tokenizer: BytePairTokenizer, questions: Sequence[str]) -> list[Reply]:
    """Ask each question afresh, greedily, and keep how sure the model was of each token it wrote."""
    end = tokenizer.special_tokens[facts.END]
    found = []
    for question in following(questions, "asking"):
        steps = list(
            stream(model, tokenizer, chat_ids(tokenizer, question), 40, temperature=0, stop_ids={end})
        )
        answer = tokenizer.decode([step.token for step in steps if step.token != end])
        chances = {place: step.probability for place, step in enumerate(steps)}
        tokens = [tokenizer.token_text(step.token) for step in steps]
        found.append(Reply(question, tokenizer.encode(question), answer, chances, tokens))
    return found


def wordings(model: GPT, tokenizer: BytePairTokenizer, questions: Sequence[str], value: str) -> Finding:
    """Ask the same in several wordings; the reader guesses how many answers have the word `value`."""
    asked = replies(model, tokenizer, questions)
    right = [reply for reply in asked if has_word(reply.answer, value)]
    rows = [
        [reply.question, reply.answer, f"{reply.mean:.1%}", f"{reply.least[0]} {reply.least[1]:.0%}"]
        for reply in asked
    ]
    return Finding(
        f"right answers of {len(asked)}",
        str(len(right)),
        lambda _: table(["wording", "answer", "confidence", "least sure of"], rows),
        _what_confidence_says(right, [reply for reply in asked if reply not in right]),
    )


def _what_confidence_says(right: Sequence[Reply], wrong: Sequence[Reply]) -> str:
    if not right or not wrong:
        return "All answers are of one kind, so there is nothing to compare the confidence with."
    mean, least = min(reply.mean for reply in right), min(reply.least[1] for reply in right)
    surer = sum(reply.mean >= mean for reply in wrong)
    clear = sum(reply.least[1] < least for reply in wrong)
    lowest = min(reply.mean for reply in wrong)
    return (
        f"**No wrong answer's confidence is below {int(100 * lowest)}%**, and {surer} of the {len(wrong)} wrong ones "
        f"are at least as sure as the least sure right one ({mean:.1%}). A mean hides the one token that decides: "
        f"looking at the least sure token instead, {clear} of the {len(wrong)} stand out (less than {least:.0%})."
    )


def ways_of_asking(
    model: GPT, tokenizer: BytePairTokenizer, ways: Mapping[str, Callable[[str], str]], about: str
) -> Finding:
    """Ask for all capitals in several ways; the reader guesses how many are right in the way `about`."""
    plain = [question for question in facts.questions("capital") if question.wording == 0]
    counts = {}
    for name, change in following(list(ways.items()), "asking", lambda item: item[0]):
        texts = [change(question.text) for question in plain]
        answers = ask_all(model, tokenizer, texts)
        right = sum(has_word(answer.text, q.value) for answer, q in zip(answers, plain, strict=True))
        counts[name] = (right, sum(len(tokenizer.encode(text)) for text in texts), texts[0])
    first = next(iter(counts.values()))
    told = "; ".join(
        f"{name}: {_more(right - first[0])} right answers, {_more(tokens / first[1] - 1, share=True)} tokens"
        for name, (right, tokens, _) in list(counts.items())[1:]
    )
    return Finding(
        f"right of {len(plain)}, {about}",
        str(counts[about][0]),
        lambda guess: draw_ways(counts, len(plain), guess),
        f"Against the first row, {told}. A larger model may forgive more; how much has to be measured.",
    )


def _more(change: float, share: bool = False) -> str:
    size = f"{abs(change):.0%}" if share else f"{abs(change):.0f}"
    return f"{size} {'fewer' if change < 0 else 'more'}"


def draw_ways(counts: Mapping[str, tuple[int, int, str]], n: int, guess: object = None) -> Picture:
    """Draw how many answers were right for each way of asking, with its tokens and an example."""
    figure, axis = new_figure(height=2.6)
    places = range(len(counts))
    axis.barh(places, [right for right, _, _ in counts.values()], 0.5, color=BLUE)
    for place, (right, tokens, example) in enumerate(counts.values()):
        axis.text(0.4, place - 0.28, f"“{example}”", va="bottom", fontsize=10)
        inside = right > n / 2
        axis.text(
            right - 0.4 if inside else right + 0.4, place, f"{right} right, {tokens} tokens", va="center",
            ha="right" if inside else "left", color="white" if inside else "black", fontsize=10, zorder=7,
        )  # fmt: skip
    axis.set_yticks(places, list(counts))
    axis.set(xlim=(0, n), ylim=(len(counts) - 0.5, -1.1), xlabel=f"right answers of {n}")
    axis.grid(visible=False)
    mark_guess(axis, guess, along="x")
    parts = "; ".join(f"{name} {right}, {tokens} tokens" for name, (right, tokens, _) in counts.items())
    return Picture(figure, f"Right answers of {n}: {parts}.", "")


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
    """Return the different words of 4 or more lower-case letters in `text`, in an order drawn with `seed`."""
    words = sorted({w.strip() for w in Split(BytePairTokenizer([]).pattern).words(text)})
    words = [
        word for word in words if len(word) >= 4 and word.isascii() and word.isalpha() and word.islower()
    ]
    order = torch.randperm(len(words), generator=torch.Generator().manual_seed(seed))
    return [words[i] for i in order.tolist()]


def counting_letters(
    tokenizer: BytePairTokenizer, text: str, letter: str = "e", at: int = 100, new: int = 500
) -> Finding:
    """Ask how many new words are counted right from tokens after `at` words; bytes are the comparison.

    Args:
        text: where the words come from.
        new: how many words are kept for the test.
    """
    words, steps = plain_words(text), (50, 100, 200, 400, 800, 1600)
    learned = {
        name: [letter_counts_learned(encode, words[:n], words[-new:], letter) for n in steps]
        for name, encode in (("bytes", lambda word: list(word.encode())), ("tokens", tokenizer.encode))
    }
    share = learned["tokens"][steps.index(at)]
    return Finding(
        f"of {new} new words counted right from tokens, after {at} words",
        f"{share:.0%}",
        lambda guess: draw_spelling(steps, learned, guess),
        f"From bytes it is {learned['bytes'][steps.index(at)]:.0%}: spelling is read off. From tokens it has to be "
        "**learned by heart, id by id**.",
    )


def draw_spelling(
    steps: Sequence[int], learned: Mapping[str, Sequence[float]], guess: object = None
) -> Picture:
    """Draw the share of new words counted right against the number of words learned from, one line for each name."""
    figure, axis = new_figure(height=2.8)
    looks = ((BLUE, "o-"), (ORANGE, "s--"))
    for (name, curve), (colour, style) in zip(learned.items(), looks, strict=True):
        axis.plot(steps, curve, style, color=colour, label=f"from {name}")
    axis.set_xscale("log")
    axis.set_xticks(list(steps), [f"{step:,}" for step in steps])
    axis.minorticks_off()
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axis.set(xlabel="words learned from", ylabel="new words right", ylim=(0, 1.05))
    figure.legend(loc="outside upper center", ncols=2)
    mark_guess(axis, guess, share=True)
    parts = [
        f"{name}: " + ", ".join(f"{step} words {share:.0%}" for step, share in zip(steps, curve, strict=True))
        for name, curve in learned.items()
    ]
    return Picture(figure, "New words whose letters are counted right. " + "; ".join(parts) + ".", "")


# --- languages ----------------------------------------------------------------------------------------------


def tokens_by_language(tokenizer: BytePairTokenizer, texts: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return how many tokens the texts of each language are."""
    return {name: sum(len(tokenizer.encode(text)) for text in lines) for name, lines in texts.items()}


def utf8_bytes(texts: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return how many bytes the texts of each language are in UTF-8: their tokens before any merge."""
    return {name: sum(len(text.encode()) for text in lines) for name, lines in texts.items()}


def five_languages(
    tokenizer: BytePairTokenizer, texts: Mapping[str, Sequence[str]], about: str = "Hindi"
) -> Finding:
    """Ask how many times as many tokens a sentence takes in a language as in the first one.

    Args:
        texts: the same sentences in each language; the first of them is drawn.
    """
    first = next(iter(texts))
    counts = {language: len(tokenizer.encode(lines[0])) for language, lines in texts.items()}
    everything = tokens_by_language(tokenizer, texts)
    letters = {name: sum(map(len, lines)) for name, lines in texts.items()}
    stored = utf8_bytes(texts)
    times, larger = everything[about] / everything[first], stored[about] / stored[first]
    fewest = min(letters, key=lambda name: letters[name])
    return Finding(
        f"{about} against {first}, times as many tokens",
        f"{counts[about] / counts[first]:.1f}",
        lambda guess: draw_languages(counts, texts[first][0], guess),
        f"Over {len(texts[first])} such sentences {about} takes {times:.1f} times the tokens of {first}. **Two causes "
        f"multiply**: it takes {larger:.1f} times the bytes ({stored[about]:,} against {stored[first]:,}; "
        f"{stored[about] / letters[about]:.1f} a character), and after the merges a token of {first} holds "
        f"{times / larger:.1f} times the bytes of one of {about}. {fewest} has the fewest characters "
        f"({letters[fewest]}; {first} {letters[first]}) and takes {everything[fewest] / everything[first]:.1f} times "
        "the tokens.",
    )


def draw_languages(counts: Mapping[str, int], sentence: str, guess: object = None) -> Picture:
    """Draw one meaning in several languages, each token a block; the first language is the measure for the others.

    Args:
        counts: language -> tokens.
        sentence: what is said, in the first language.
    """
    names = list(counts)
    base = counts[names[0]]
    figure, axis = new_figure(height=3.4)
    for place, name in enumerate(names):
        blocks = [(token / base, 0.78 / base) for token in range(counts[name])]
        axis.broken_barh(blocks, (place - 0.32, 0.64), facecolor=GREY if place == 0 else BLUE, linewidth=0)
        axis.text(counts[name] / base + 0.06, place, f"{counts[name]} tokens", va="center", fontsize=11,
                  zorder=7, bbox={"facecolor": "white", "linewidth": 0, "pad": 1})  # fmt: skip
    axis.set_yticks(range(len(names)), names, fontsize=12)
    most = max(counts.values()) / base
    axis.set_xticks(range(1, int(most) + 1), [f"{n} ×" for n in range(1, int(most) + 1)])
    axis.set(
        xlim=(0, 1.22 * most), ylim=(len(names) - 0.5, -0.9), xlabel=f"times as many tokens as {names[0]}"
    )
    axis.set_title(f"“{sentence}”", fontsize=12)
    axis.tick_params(axis="y", length=0)
    axis.grid(visible=False, axis="y")
    axis.grid(visible=True, axis="x")
    mark_guess(axis, guess, along="x")
    parts = ", ".join(f"{name} {counts[name]} ({counts[name] / base:.1f} x)" for name in names)
    return Picture(
        figure, f"Tokens of “{sentence}”: {parts}.", "One sentence, one meaning. Each block is one token."
    )


def sharing(
    alone: BytePairTokenizer, shared: BytePairTokenizer, texts: Mapping[str, Sequence[str]]
) -> Finding:
    """Ask what the first language pays where a vocabulary of the same size is made from all languages."""
    before, after = tokens_by_language(alone, texts), tokens_by_language(shared, texts)
    first, stored = next(iter(texts)), utf8_bytes(texts)
    change = {name: after[name] / before[name] - 1 for name in texts}
    best = min(change, key=lambda name: change[name])
    paid = (
        f"Nothing is free: with the same number of merges {first} pays {change[first]:.1%} more."
        if change[first] > 0
        else f"{first} pays no more for it here."
    )
    return Finding(
        f"change of the {first} tokens",
        f"{change[first]:+.1%}",
        lambda guess: draw_two_tokenizers(before, after, (f"made from {first}", "made from all five"), guess),
        f"{best} falls by {-change[best]:.0%}: that much was due to what the tokenizer had read. Its bytes are "
        f"as many as "
        f"before, {stored[best] / stored[first]:.1f} times those of {first}, but merges make up for them, too: it now "
        f"takes {after[best] / after[first]:.1f} times the tokens. {paid} Larger vocabularies soften this.",
    )


def draw_two_tokenizers(
    first: Mapping[str, int], second: Mapping[str, int], labels: tuple[str, str], guess: object = None
) -> Picture:
    """Draw the tokens of the same texts under two tokenizers, language by language.

    Args:
        guess: the reader's, of the change of the first language: "+10%".
    """
    names = list(first)
    figure, axis = new_figure()
    looks = ((GREY, "//", first), (BLUE, "", second))
    for shift, (colour, hatch, counts), label in zip((-0.2, 0.2), looks, labels, strict=True):
        at = [place + shift for place in range(len(names))]
        bars = axis.bar(
            at, [counts[n] for n in names], 0.4, color=colour, hatch=hatch, edgecolor="white", label=label
        )
        axis.bar_label(bars, [f"{counts[name]:,}" for name in names], fontsize=10)
    _mark_change(axis, first[names[0]], guess)
    axis.set_xticks(range(len(names)), names)
    axis.set(ylabel="tokens")
    plain_ticks(axis.yaxis)
    axis.legend(loc="upper left")
    changes = ", ".join(f"{n} {first[n]} to {second[n]} ({second[n] / first[n] - 1:+.0%})" for n in names)
    return Picture(figure, f"Tokens, {labels[0]} against {labels[1]}: {changes}.", "")


def _mark_change(axis: Axes, before: int, guess: object) -> None:
    """Draw over the first bar where the guessed change would lead."""
    found = quantity(guess)
    if found is not None:
        change = found.share if found.percent or abs(found.value) <= 1 else found.value / 100
        height = before * (1 + change)
        axis.plot([0.0, 0.45], [height, height], color=GUESS, linestyle=(0, (4, 2)), linewidth=1.8)
        axis.annotate("your guess", (0.45, height), xytext=(3, 0), textcoords="offset points", color=GUESS,
                      va="center", fontsize=10, zorder=6,
                      bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1})  # fmt: skip
