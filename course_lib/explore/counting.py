"""What lesson 01 finds out with tables of counts: what they never saw, how far they get, what they make up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch

from course_lib.data import facts
from course_lib.data.tale import tale
from course_lib.data.text import fingerprint, language_reference
from course_lib.evaluation.perplexity import token_loss
from course_lib.explore.figure import BLUE, GREY, ORANGE, Finding, Picture, mark_guess, new_figure, say, table
from course_lib.explore.live import following
from course_lib.explore.next_token import (
    HeldOut,
    best_orders,
    copied_share,
    draw_curves,
    learning_curve,
    shuffled_paragraphs,
)
from course_lib.models.ngram import NGram
from course_lib.training.course_gpt import load_course_gpt, make_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from course_lib.models.gpt import GPT
    from course_lib.tokenizers.bpe import BytePairTokenizer

ORDERS = range(1, 6)
SHORT = 4  # tokens of context that an order of 5 sees, and that the control gives to the GPT
SMOOTHINGS = {"add-one": "add-k", "Witten-Bell": "witten-bell"}
REAL, INVENTED = ("Japan", "Norway", "Kenya"), ("Zubrowka", "Genovia", "Freedonia")
ALL_INVENTED = (*INVENTED, "Wakanda", "Ruritania")
BEGINNINGS = (
    "The capital of {} is",
    "Many people in {} speak",
    "In {} people pay with the",
    "A large city in {} is",
)


@dataclass(frozen=True)
class Reading:
    """What lesson 01 reads: Python's manual, documents about countries, and the GPT that has read both."""

    gpt: GPT
    tokenizer: BytePairTokenizer
    manual_text: str
    held_out_text: str
    manual: list[int]  # its paragraphs shuffled, so that its first part is about everything
    documents: list[int]
    held_out: HeldOut  # of the manual
    new_facts: HeldOut  # new documents about the countries
    minutes: float  # that the GPT was trained for
    same_manual: bool  # as the one that the GPT has read

    @cached_property
    def everything(self) -> list[int]:
        """All that the GPT has read."""
        return self.manual + self.documents

    @cached_property
    def gpt_bits(self) -> float:
        """The GPT's bits per byte on the held-out manual."""
        return self.held_out.bits_per_byte(token_loss(self.gpt, self.held_out.ids))

    def table(self, order: int, smoothing: str = "witten-bell") -> NGram:
        """Return the table of counts of the whole manual."""
        return NGram(self.manual, self.tokenizer.vocab_size, order, smoothing)

    def fact_table(self, order: int) -> NGram:
        """Return the table of counts of the documents about countries."""
        return NGram(self.documents, self.tokenizer.vocab_size, order)

    def __str__(self) -> str:
        return (
            f"The manual: {len(self.manual_text):,} characters to read, {len(self.held_out_text):,} held out.\nThe "
            f"tokenizer: {self.tokenizer.vocab_size:,} tokens. The GPT: {self.gpt.num_parameters():,} weights."
        )


def load_reading() -> Reading:
    """Return the course's GPT, its tokenizer, and everything that it has read or was measured on."""
    gpt, tokenizer, record = load_course_gpt("base")
    corpus = make_corpus(record["seed"])
    facts_text = corpus.documents_val_text
    return Reading(
        gpt,
        tokenizer,
        corpus.text,
        corpus.text_val,
        tokenizer.encode(shuffled_paragraphs(corpus.text, seed=0)),
        tokenizer.encode("\n\n".join(corpus.documents) + "\n\n"),
        HeldOut(tokenizer.encode(corpus.text_val), len(corpus.text_val.encode())),
        HeldOut(tokenizer.encode(facts_text), len(facts_text.encode())),
        record["seconds"] / 60,
        fingerprint(language_reference()) == record["sha256"]["language_reference"],
    )


def tale_to_read() -> Any:
    """Return the tale of lesson 01 as something to unfold and read."""
    title, _, text = tale().partition("\n")
    return say(
        f"<details><summary><strong>{title}</strong>: a tale of {len(text.split()):,} words. Click to read "
        f"it.</summary>\n\n{text.strip()}\n\n</details>"
    )


# --- what was never seen ------------------------------------------------------------------------------------


def unseen_runs(reading: Reading, longest: int = 5) -> Finding:
    """Return what share of the runs of 1, 2, ... tokens of the held-out manual never occurs in the manual read."""
    new = {}
    ids = reading.held_out.ids
    for n in range(1, longest + 1):
        seen = set(zip(*(reading.manual[i:] for i in range(n)), strict=False))
        runs = list(zip(*(ids[i:] for i in range(n)), strict=False))
        new[n] = sum(run not in seen for run in runs) / len(runs)

    def show(guess: object) -> Picture:
        figure, axis = new_figure(6.4, 2.6)
        axis.bar(list(new), list(new.values()), color=BLUE)
        for n, share in new.items():
            axis.annotate(f"{share:.0%}", (n, share), xytext=(0, 3), textcoords="offset points", ha="center")
        axis.set(xlabel="tokens in a row", ylim=(0, 1), title="never seen before")
        axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
        mark_guess(axis, guess, share=True)
        said = ", ".join(f"{share:.0%} of the runs of {n}" for n, share in new.items())
        return Picture(figure, f"Never seen in the text that was read: {said}.", "")

    read = reading.manual
    drawers, known = set(pairwise(read)), set(zip(read, read[1:], read[2:], strict=False))
    runs = [run for run in zip(ids, ids[1:], ids[2:], strict=False) if run not in known]
    lost = sum(run[:2] not in drawers for run in runs)
    return Finding(
        "runs of three tokens that were never seen",
        f"{new[3]:.0%}",
        show,
        f"The held-out text has {len(ids) - 2:,} runs of three. A bare table would call {len(runs) - lost:,} of them "
        f"impossible and have no drawer at all for {lost:,} more; one impossible run is enough to make the "
        "perplexity infinite.",
    )


# --- the curve ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Curves:
    """Held-out bits per byte: smoothing -> order -> one for each of `sizes`, the tokens read."""

    sizes: list[int]
    bits: dict[str, dict[int, list[float]]]

    @property
    def last_gain(self) -> float:
        """Bits per byte that the last doubling saved the trigram with Witten-Bell."""
        *_, before, after = self.bits["Witten-Bell"][3]
        return before - after


def measure_curves(reading: Reading) -> Curves:
    """Measure five orders after ten amounts of the manual, each twice as large as the one before, smoothed two ways."""
    sizes = [len(reading.manual) >> halvings for halvings in range(9, -1, -1)]
    vocab_size = reading.tokenizer.vocab_size
    bits: dict[str, dict[int, list[float]]] = {name: {n: [] for n in ORDERS} for name in SMOOTHINGS}
    for size in following(sizes, "counting tokens, amount", name=lambda size: f"{size:,}"):
        for name, kind in SMOOTHINGS.items():
            for order, found in learning_curve(
                reading.manual, vocab_size, reading.held_out, [size], ORDERS, kind
            ).items():
                bits[name][order] += found
    return Curves(sizes, bits)


def best_memory(reading: Reading, curves: Curves) -> Finding:
    """Return which order is best with all the text and Witten-Bell, and what a crude repair costs."""
    best = {name: best_orders(curve) for name, curve in curves.bits.items()}
    good, crude = curves.bits["Witten-Bell"], curves.bits["add-one"]
    gains = [a - b for a, b in zip(good[3], good[3][1:], strict=False)]
    first, last = best["Witten-Bell"][0], best["Witten-Bell"][-1]
    worse = sum(three > two for two, three in zip(crude[2], crude[3], strict=True))
    says = (
        f"- **A longer memory needs more text.** With Witten-Bell the best order grows from {first} to {last}, and "
        f"order 5 still ends behind: {good[5][-1]:.2f} bits against {good[last][-1]:.2f}.\n- **A crude repair eats "
        f"it up.** With add-one, order 3 was worse than order 2 at {worse} of {len(curves.sizes)} sizes. (Adding far "
        "less than one is less crude.)\n- **Scale pays, doubling by doubling.** Each doubling of the text saved "
        f"order 3 between {min(gains):.2f} and {max(gains):.2f} bits per byte."
    )
    lines = {"the course's GPT": reading.gpt_bits}
    return Finding(
        "best order with all the text to be read",
        f"{last}",
        lambda guess: draw_curves(curves.bits, curves.sizes, lines, guess),
        says,
    )


# --- counts against a network -------------------------------------------------------------------------------


@torch.inference_mode()
def short_context_loss(gpt: GPT, ids: Sequence[int], context: int, batch_size: int = 1024) -> float:
    """Return the loss in nats per token if the GPT sees only the last `context` tokens before each one.

    Raises ValueError for fewer than two tokens or a context below 1.
    """
    if len(ids) < 2 or context < 1:
        raise ValueError(f"{len(ids)} ids, context={context}; expected at least 2 and 1")
    text = torch.tensor(list(ids))
    start = gpt(text[None, : min(context, len(text) - 1)]).logits[0].log_softmax(-1)  # (T, V)
    total = -float(start.gather(1, text[1 : len(start) + 1, None]).sum())
    for windows in text[1:].unfold(0, context + 1, 1).split(batch_size) if len(text) > context + 1 else ():
        logits = gpt(windows[:, :-1], last_only=True).logits[:, -1]  # (B, V)
        total -= float(logits.log_softmax(-1).gather(1, windows[:, -1:]).sum())
    return total / (len(text) - 1)


def against_the_network(reading: Reading) -> Finding:
    """Hold tables of counts against the GPT, and against the GPT cut down to the same few tokens of context."""
    texts = (reading.held_out, reading.new_facts)
    rows = {}
    for order in (3, SHORT + 1):
        model = NGram(reading.everything, reading.tokenizer.vocab_size, order)
        name = f"counts, order {order}: sees {order - 1} tokens"
        rows[name] = [text.bits_per_byte(model.loss(text.ids)) for text in texts]
    rows[f"GPT, cut to {SHORT} tokens"] = [
        text.bits_per_byte(short_context_loss(reading.gpt, text.ids, SHORT)) for text in texts
    ]
    whole = f"GPT: sees up to {reading.gpt.config.context} tokens"
    rows[whole] = [reading.gpt_bits, texts[1].bits_per_byte(token_loss(reading.gpt, texts[1].ids))]
    counts, longer, cut, gpt = rows.values()
    gap = counts[0] - gpt[0]
    on_manual = "about as well as" if abs(gap) < 0.1 else "better than" if gap < 0 else "worse than"
    says = (
        f"On the manual, counting does {on_manual} a neural network with {reading.gpt.num_parameters():,} weights "
        f"that has read the same. On the countries it falls far behind. If it sees only {SHORT} tokens, the GPT "
        f"needs {cut[1] / gpt[1]:.1f} times as many bits there, but that cut is unfair: it never learned from a "
        f"document without its beginning. A table with the same {SHORT} tokens needs {longer[1] / gpt[1]:.1f} times "
        "the bits of the whole GPT, so to this GPT looking further back is worth at most about that factor.\n\nOne "
        f"small GPT, trained for {reading.minutes:.0f} minutes: a measurement, not a law."
    )
    if not reading.same_manual:
        says += " Careful: this Python brings another manual than the one that the GPT has read."
    return Finding(
        "times the GPT's bits that order 3 needs on the countries",
        f"{counts[1] / gpt[1]:.1f}",
        lambda _guess: table(
            ["bits per byte, the fewer the better", "manual", "countries"],
            [[name, *(f"{bits:.2f}" for bits in pair)] for name, pair in rows.items()],
        ),
        says,
    )


# --- how far back -------------------------------------------------------------------------------------------


def facts_by_order(reading: Reading) -> Finding:
    """Let tables of counts of several orders complete 180 true sentences, and count the right ones."""
    encode = reading.tokenizer.encode
    asked = []
    for country in facts.COUNTRIES:
        for kind in facts.KINDS:
            answer = f" {getattr(country, kind)}"
            before, _, _ = facts.statement(country.name, kind).rpartition(answer)
            asked.append((encode(before), encode(answer)[0]))
    orders = range(2, 7)
    right = {}
    for order in orders:
        model = reading.fact_table(order)
        right[order] = sum(int(model.probs(ids).argmax()) == answer for ids, answer in asked)
    example = encode("The capital of France is")
    seen = {n: reading.tokenizer.decode(example[-(n - 1) :]).strip() for n in orders}

    def show(guess: object) -> Picture:
        figure, axis = new_figure(6.4, 2.6)
        axis.barh([-order for order in orders], list(right.values()), color=BLUE)
        for order, n in right.items():
            axis.annotate(f"{n}", (n, -order), xytext=(4, 0), textcoords="offset points", va="center")
        axis.set_yticks(
            [-order for order in orders], [f"{order}: \u201c{seen[order]}\u201d" for order in orders]
        )
        axis.set(
            xlim=(0, 1.1 * len(asked)),
            title=f"order, what it sees, and how many of {len(asked)} it gets right",
        )
        axis.grid(False)
        mark_guess(axis, guess, "x")
        said = ", ".join(f"order {order} {n}" for order, n in right.items())
        return Picture(figure, f"Right answers of {len(asked)}: {said}.", "")

    says = (
        "The facts did not change, only the window did. Of \u201cThe capital of France is\u201d a trigram sees "
        f"\u201c{seen[3]}\u201d, and that does not say what was asked."
    )
    return Finding(f"right answers of the trigram, of {len(asked)}", f"{right[3]}", show, says)


# --- copying ------------------------------------------------------------------------------------------------


def copied_by_order(reading: Reading, length: int = 1000) -> Finding:
    """Let tables of counts of the manual write, and look up how much of it is copied."""
    rows, copied = [], {}
    for order in ORDERS[1:]:
        written = reading.table(order).generate(
            reading.tokenizer.encode("The"), length, torch.Generator().manual_seed(0)
        )
        copied[order] = copied_share(written, reading.manual)
        sample = " ".join(reading.tokenizer.decode(written[:40]).split())
        rows.append([f"{order - 1}", sample, f"{copied[order]:.0%}"])
    real = copied_share(reading.held_out.ids, reading.manual)
    return Finding(
        "copied at order 5",
        f"{copied[5]:.0%}",
        lambda _guess: table(["order (tokens it looks at)", "it writes", "copied"], rows),
        f"New sentences of the real manual share {real:.0%} of such runs with the rest of it. Order 5 may read best "
        "because so much of it is somebody else's sentence. Ask that of larger models, too.",
    )


# --- what does not exist ------------------------------------------------------------------------------------


def nothing_there(reading: Reading, order: int = 5) -> Finding:
    """Ask a table of counts for the capital of real and of invented countries: the figure to send to a friend."""
    model, tokenizer = reading.fact_table(order), reading.tokenizer
    chances, answers = {}, {}
    for name in (*REAL, *INVENTED):
        ids = tokenizer.encode(BEGINNINGS[0].format(name))
        chances[name] = float(model.probs(ids).max())
        answers[name] = likeliest(model, tokenizer, ids)
    asked = INVENTED[0]
    ids = tokenizer.encode(BEGINNINGS[0].format(asked))
    known = next(
        n for n in range(order, 0, -1) if reading.fact_table(n).counts(ids)
    )  # the longest drawer there is
    last = tokenizer.decode(ids[-(known - 1) :]).strip() if known > 1 else ""
    after = sorted(reading.fact_table(known).counts(ids).items(), key=lambda pair: -pair[1])
    slips = ", ".join(f"\u201c{tokenizer.decode([token]).strip()}\u201d {n} times" for token, n in after[:3])

    over = {"facecolor": "white", "linewidth": 0, "pad": 0.5}

    def show(guess: object) -> Picture:
        figure, axis = new_figure(6.4, 4.0)
        for row, (name, chance) in enumerate(chances.items()):
            real = name in REAL
            colour, hatch = (BLUE, "") if real else (ORANGE, "//")
            axis.barh(-row, chance, 0.34, color=colour, hatch=hatch, edgecolor="white")
            axis.text(chance + 0.01, -row, f"{chance:.0%}", va="center")
            asks = axis.text(0, -row + 0.42, f"The capital of {name} is", va="center", bbox=over, zorder=7)
            axis.annotate(
                answers[name], (1, 0.5), xycoords=asks, xytext=(4, 0), textcoords="offset points", va="center",
                weight="bold", bbox=over, zorder=7,
            )  # fmt: skip
        axis.set(xlim=(0, 1.12), ylim=(-len(chances) + 0.6, 1.05), yticks=[])
        axis.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        axis.grid(False)
        axis.spines["left"].set_visible(False)
        axis.set_title("How sure it is of the next word. Hatched: the country does not exist.")
        mark_guess(axis, guess, "x", share=True)
        said = "; ".join(
            f"The capital of {name} is {answers[name]} ({chances[name]:.0%})" for name in chances
        )
        return Picture(
            figure,
            "Likeliest continuations and the chance of their next word, three real countries, then three invented: "
            f"{said}.",
            "",
        )

    return Finding(
        f"how sure it is of the next word after \u201cThe capital of {asked} is\u201d",
        f"{chances[asked]:.0%}",
        show,
        f"The longest piece of this text for which it has a drawer is \u201c{last}\u201d, and that drawer holds "
        f"{slips}: it has read *Mombasa is another city in Kenya* and *Osaka is another city in Japan*. There is no "
        "drawer \u201cunknown\u201d, so it goes on, in the same voice. When such a chain of likely words is false, "
        "people call it a **hallucination**.",
    )


def likeliest(model: NGram, tokenizer: BytePairTokenizer, ids: Sequence[int], most: int = 16) -> str:
    """Return what a table of counts goes on with, always the likeliest token, up to the end of the sentence."""
    written = list(ids)
    for _ in range(most):
        written.append(int(model.probs(written).argmax()))
        if "." in tokenizer.decode(written[-1:]):
            break
    return tokenizer.decode(written[len(ids) :]).strip().split("\n")[0]


def mean_confidence(reading: Reading, orders: Sequence[int] = (3, 4, 5, 6)) -> Any:
    """Return a table: how sure each order is of the next word, averaged over real and over invented countries.

    One beginning after the other, four for each country.
    """
    groups = {"real": [country.name for country in facts.COUNTRIES], "invented": list(ALL_INVENTED)}
    rows = []
    for order in orders:
        model = reading.fact_table(order)
        row = [f"{order}"]
        for names in groups.values():
            prompts = [reading.tokenizer.encode(text.format(name)) for name in names for text in BEGINNINGS]
            sure = sum(float(model.probs(ids).max()) for ids in prompts) / len(prompts)
            row.append(f"{sure:.0%}")
        rows.append(row)
    head = [f"{len(names)} {kind} countries" for kind, names in groups.items()]
    return table(["order: how sure of the next word", *head], rows)


# --- new scale, and the beginner mistakes -------------------------------------------------------------------


def doublings(reading: Reading, curves: Curves, tokens: float) -> Finding:
    """Return how often the manual has to be doubled to have as many tokens as a large model has read."""
    times = math.log2(tokens / len(reading.manual))
    left = curves.bits["Witten-Bell"][3][-1] / curves.last_gain
    return Finding(
        "doublings, counted in tokens",
        f"{times:.1f}",
        None,
        f"It is tempting to draw the trigram's line on: at {curves.last_gain:.2f} bits per byte saved by each "
        f"doubling it would predict the rest of the manual perfectly after {left:.0f} more. That cannot be, since "
        "any text keeps some surprise for any reader. In 1951 "
        "[Shannon](https://doi.org/10.1002/j.1538-7305.1951.tb01366.x) let people guess the next letter and put "
        "English between about 0.6 and 1.3 bits a letter. **A line on a chart is true where it was measured.**",
    )


def perplexity_or_bits(reading: Reading) -> Finding:
    """Compare a model of bytes with one of tokens, by perplexity and by bits per byte of the same text."""
    raw, new = list(reading.manual_text.encode()), list(reading.held_out_text.encode())
    losses = {"bytes": NGram(raw, 256, 4).loss(new), "tokens": reading.table(3).loss(reading.held_out.ids)}
    lengths = {"bytes": len(new), "tokens": len(reading.held_out.ids)}
    per_byte = {name: loss * (lengths[name] - 1) / len(new) / math.log(2) for name, loss in losses.items()}
    rows = [
        [name, f"{lengths[name]:,}", f"{math.exp(losses[name]):.1f}", f"{per_byte[name]:.2f}"]
        for name in losses
    ]
    return Finding(
        "fewer bits for the same text",
        min(per_byte, key=lambda name: per_byte[name]),
        lambda _guess: table(["predicts", "choices for the whole text", "perplexity", "bits per byte"], rows),
        f"A perplexity is per choice, and the byte model (order 4) makes {lengths['bytes'] / lengths['tokens']:.1f} "
        "times as many choices as the token model (order 3). Perplexities compare only if the tokens are the same. "
        "Bits per byte compare on the same text, as long as neither model leaves anything out as unknown.",
    )


def read_or_held_out(reading: Reading, highest: int = 6) -> Finding:
    """Measure tables of counts on the text that they have read, and on text that they have not."""
    read = HeldOut(reading.manual, len(reading.tokenizer.decode(reading.manual).encode()))
    orders = range(1, highest + 1)
    tables = {order: reading.table(order) for order in following(list(orders), "counting runs of")}
    on_read = [read.bits_per_byte(model.loss(read.ids)) for model in tables.values()]
    on_new = [reading.held_out.bits_per_byte(model.loss(reading.held_out.ids)) for model in tables.values()]

    def show(guess: object) -> Picture:
        figure, axis = new_figure(6.4, 2.9)
        for values, style, colour, name in (
            (on_new, "s-", BLUE, "on new text"),
            (on_read, "o--", GREY, "on what it has read"),
        ):
            axis.plot(orders, values, style, color=colour)
            axis.annotate(name, (4, values[3]), xytext=(0, 9), textcoords="offset points", color=colour)
        axis.set(xlabel="order", ylabel="bits per byte", ylim=(0, None), xlim=(0.8, highest + 0.2))
        mark_guess(axis, guess)
        said = [", ".join(f"{x:.2f}" for x in values) for values in (on_read, on_new)]
        return Picture(
            figure, f"Bits per byte by order: on what it has read {said[0]}; on new text {said[1]}.", ""
        )

    return Finding(
        f"bits per byte of order {highest} on what it has read",
        f"{on_read[-1]:.2f}",
        show,
        f"On new text it needs {on_new[-1]:.2f}, {on_new[-1] / on_read[-1]:.0f} times as much: it has learned the "
        "manual by heart. **Ask of every score: had the model seen this text?**",
    )
