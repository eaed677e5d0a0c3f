"""One matrix to choose a model by: accuracy, latency, memory and cost of the same questions (lesson 04, part 6)."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from course_lib.data import facts
from course_lib.evaluation.intervals import wilson_interval
from course_lib.evaluation.latency import percentile
from course_lib.evaluation.memory import kv_cache_bytes, weight_bytes
from course_lib.evaluation.words import says
from course_lib.explore.figure import (
    BLUE,
    GREY,
    ORANGE,
    Finding,
    Picture,
    mark_guess,
    new_figure,
    plain_ticks,
    table,
)
from course_lib.explore.live import following
from course_lib.generation.chat import ask
from course_lib.generation.decode import generate
from course_lib.models.gpt import GPT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from course_lib.models.ngram import NGram
    from course_lib.tokenizers.bpe import BytePairTokenizer

    Answer = Callable[[facts.Question], str]

NEW_TOKENS = 16
MONTH_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class System:
    """Something that answers questions; `weights` and `cache` are the bytes it holds while it does.

    `free`: it takes a question as people ask it; otherwise code has to begin the sentence.
    """

    name: str
    answer: Answer
    weights: int
    cache: int = 0
    free: bool = True


@dataclass(frozen=True)
class Measured:
    """One row of the matrix."""

    name: str
    by_wording: dict[
        str, list[bool]
    ]  # for each wording, one of its questions as its name: which answers were right
    seconds: list[float]  # one per question
    memory: int  # bytes
    free: bool = True

    @property
    def right(self) -> int:
        return sum(map(sum, self.by_wording.values()))

    @property
    def n(self) -> int:
        return sum(map(len, self.by_wording.values()))

    @property
    def accuracy(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the accuracy, as if each wording were a single case.

        Answers to one wording are right or wrong together, so that more questions of it say little more.
        """
        wordings = len(self.by_wording)
        return wilson_interval(self.accuracy * wordings, wordings)

    @property
    def p95_ms(self) -> float:
        return 1000 * percentile(self.seconds, 95)

    def usd_per_1000(self, usd_per_hour: float) -> float:
        """Return what 1 000 answers cost, one after the other, on a machine of this price."""
        return usd_per_hour * 1000 * sum(self.seconds) / len(self.seconds) / 3600


def measure_system(system: System, questions: Sequence[facts.Question]) -> Measured:
    """Ask every question, time each answer, and note which ones are right.

    Right is an answer that says the right word (whole: Tunis is not in Tunisia), and the country, too, unless code
    began the sentence with it: "The continent of Denmark is Europe." answers nothing about Sweden.

    Raises:
        ValueError: no questions.
    """
    if not questions:
        raise ValueError("questions is empty; expected at least one")
    names: dict[tuple[facts.Kind, int], str] = {}
    by_wording: dict[str, list[bool]] = {}
    seconds = []
    system.answer(questions[0])  # the first call loads and plans; no user of a running service sees it
    for question in questions:
        began = time.perf_counter()
        text = system.answer(question)
        seconds.append(time.perf_counter() - began)
        name = names.setdefault((question.kind, question.wording), question.text)
        right = says(text, question.value) and (not system.free or says(text, question.country))
        by_wording.setdefault(name, []).append(right)
    return Measured(system.name, by_wording, seconds, system.weights + system.cache, system.free)


def begun_sentence(question: facts.Question) -> str:
    """Return the answer's sentence up to the word that is asked for: what code that knows the form would prompt."""
    return facts.ANSWERS[question.kind].partition(f" {{{question.kind}}}")[0].format(name=question.country)


def gpt_system(
    name: str, model: GPT, tokenizer: BytePairTokenizer, prompt: Callable[[facts.Question], str]
) -> System:
    """Return a GPT that goes on from a prompt, greedily, for a few tokens up to the end of a sentence."""
    stop = {tokenizer.encode(".")[0]}

    def answer(question: facts.Question) -> str:
        ids = tokenizer.encode(prompt(question))
        return tokenizer.decode(generate(model, ids, NEW_TOKENS, temperature=0, stop_ids=stop))

    return System(name, answer, weight_bytes(model), kv_cache_bytes(model.config, 40))


def chat_system(
    name: str,
    model: GPT,
    tokenizer: BytePairTokenizer,
    temperature: float = 0.0,
    bits: int = 32,
    seed: int = 0,
) -> System:
    """Return a chat model that is asked as a user would; `bits`: how many a stored weight takes."""
    generator = torch.Generator().manual_seed(seed)

    def answer(question: facts.Question) -> str:
        return ask(model, tokenizer, question.text, temperature, generator).text

    weights = weight_bytes(model)
    if bits < 32:
        weights = weights * bits // 32 + 4 * sum(p.shape[0] for p in model.parameters() if p.ndim == 2)
    return System(name, answer, weights, kv_cache_bytes(model.config, 40))


def ngram_system(
    name: str, model: NGram, tokenizer: BytePairTokenizer, prompt: Callable[[facts.Question], str]
) -> System:
    """Return the n-gram model of lesson 01 that goes on from a prompt, greedily; its memory is its table."""
    stop = tokenizer.encode(".")[0]

    def answer(question: facts.Question) -> str:
        ids = tokenizer.encode(prompt(question))
        start = len(ids)
        while len(ids) < start + NEW_TOKENS and ids[-1] != stop:
            ids.append(int(model.probs(ids).argmax()))
        return tokenizer.decode(ids[start:])

    return System(name, answer, model.nbytes)


@torch.no_grad()
def rounded(model: GPT, bits: int) -> GPT:
    """Return a copy whose matrices have only 2^bits - 1 different values in each row, as `bits`-bit storage would.

    The arithmetic stays float32: this shows what rounding does to answers and memory, not to speed.

    Raises:
        ValueError: bits outside 2 to 16.
    """
    if not 2 <= bits <= 16:
        raise ValueError(f"bits={bits}; expected 2 to 16")
    copy = GPT(model.config)
    copy.load_state_dict(model.state_dict())
    most = 2 ** (bits - 1) - 1
    for parameter in copy.parameters():
        if parameter.ndim == 2:
            step = parameter.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / most  # one per row
            parameter.copy_((parameter / step).round() * step)
    return copy.eval()


def line_up(base: GPT, chat: GPT, tokenizer: BytePairTokenizer) -> list[System]:
    """Return the lesson's seven systems.

    5-gram and base, each with the question and with the sentence begun; chat; chat with weights of 4 bits; chat at
    temperature 1.
    """
    from course_lib.models.ngram import NGram

    documents = tokenizer.encode(
        "\n\n".join(facts.fact_documents(40, seed=0))
    )  # what the base model read, too
    counts = NGram(documents, base.config.vocab_size, order=5)

    def question(asked: facts.Question) -> str:
        return asked.text

    return [
        ngram_system("5-gram, question", counts, tokenizer, question),
        replace(ngram_system("5-gram, begun", counts, tokenizer, begun_sentence), free=False),
        gpt_system("base, question", base, tokenizer, question),
        replace(gpt_system("base, begun", base, tokenizer, begun_sentence), free=False),
        chat_system("chat", chat, tokenizer),
        chat_system("chat, 4 bits", rounded(chat, 4), tokenizer, bits=4),
        chat_system("chat, T = 1", chat, tokenizer, temperature=1.0),
    ]


# Wordings that were written for this lesson and never shown to a model, beside those that fine-tuning left out.
NEW_WORDINGS: dict[facts.Kind, tuple[str, ...]] = {
    "capital": (
        "{name}: which city is its capital?",
        "What's the capital of {name}?",
        "From which city is {name} governed?",
        "I forgot the capital of {name}. Which is it?",
        "Capital of {name}?",
    ),
    "continent": (
        "{name} is on which continent?",
        "What continent is {name} on?",
        "Tell me the continent of {name}.",
        "Is {name} in Europe, in Asia or elsewhere?",
        "To which part of the world does {name} belong?",
    ),
    "language": (
        "Which language is spoken in {name}?",
        "What is a language of {name}?",
        "I am going to {name}. What do people speak there?",
        "Do you know a language of {name}?",
        "What will I hear people speak in {name}?",
    ),
    "currency": (
        "What do people pay with in {name}?",
        "Which currency does {name} have?",
        "What is the money of {name} called?",
        "I am going to {name}. Which money do I need?",
        "Do you know the currency of {name}?",
    ),
    "city": (
        "Can you name a large city in {name}?",
        "Do you know a city of {name} besides the capital?",
        "I know the capital of {name}. Which other city is there?",
        "Which other large city is in {name}?",
        "What is another city of {name}?",
    ),
}


def unseen_wordings() -> list[tuple[facts.Kind, str]]:
    """Return kind and form of every wording that the chat model was never trained on."""
    left_out = [
        (kind, facts.QUESTIONS[kind][i]) for kind, places in facts.HELD_OUT_WORDINGS.items() for i in places
    ]
    return left_out + [(kind, form) for kind, forms in NEW_WORDINGS.items() for form in forms]


def unseen_questions(each: int = 2, seed: int = 4) -> list[facts.Question]:
    """Return `each` questions of every unseen wording, about countries drawn with `seed`; `wording` counts from 0.

    Raises:
        ValueError: `each` is not between 1 and the number of countries.
    """
    if not 1 <= each <= len(facts.COUNTRIES):
        raise ValueError(f"each={each}; expected 1 to {len(facts.COUNTRIES)}, one country for each question")
    generator = random.Random(seed)
    return [
        facts.Question(
            place.name, kind, number, form.format(name=place.name), facts.statement(place.name, kind),
            getattr(place, kind), place.name not in facts.HELD_OUT_COUNTRIES, False,
        )
        for number, (kind, form) in enumerate(unseen_wordings())
        for place in generator.sample(facts.COUNTRIES, each)
    ]  # fmt: skip


def matrix_rows(matrix: Sequence[Measured], usd_per_hour: float) -> list[list[str]]:
    """Return the matrix as rows of text: name, share right, interval, p95, memory, price of 1,000 answers."""
    return [
        [
            m.name,
            f"{m.accuracy:.0%}",
            f"{m.interval[0]:.0%} to {m.interval[1]:.0%}",
            f"{m.p95_ms:.1f}",
            f"{m.memory / 1e6:.2f}",
            f"{m.usd_per_1000(usd_per_hour):.4f}",
        ]
        for m in matrix
    ]


def measure_all(systems: Sequence[System], questions: Sequence[facts.Question]) -> list[Measured]:
    """Measure systems one after the other and say which one is at work."""
    return [
        measure_system(system, questions)
        for system in following(systems, "asking system", name=lambda system: system.name)
    ]


def chat_beside_others(matrix: Sequence[Measured], usd_per_hour: float, asked: str = "chat") -> Finding:
    """Show the matrix; the measured answer is what share the system called `asked` gets right."""
    head = [
        "system",
        "right",
        "95% interval",
        "95 of 100 within (ms)",
        "memory (MB)",
        "USD for 1,000, at this price",
    ]
    (one,) = (m for m in matrix if m.name == asked)
    best = max(m.right for m in matrix)
    none = [wording for wording, right in one.by_wording.items() if not any(right)]
    fails = f"In {len(none)} of them none of its answers is right" + (
        f', such as "{none[0]}"' if none else ""
    )
    return Finding(
        f"right answers of '{asked}'",
        f"{one.accuracy:.0%}",
        lambda _guess: table(head, matrix_rows(matrix, usd_per_hour)),
        f"Most often right: {' and '.join(f'*{m.name}*' for m in matrix if m.right == best)}. The *{asked}* model had "
        f"{one.n} questions in {len(one.by_wording)} wordings. {fails}. Questions in one wording mostly succeed or "
        "fail together, so the intervals count wordings, not questions.",
    )


def own_machine_pays(usd_per_request: float, usd_per_month: float, tickets: int) -> Finding:
    """Find above how many requests a month an own machine is cheaper than paying for each; `tickets`: today's."""
    equal = break_even_requests(usd_per_request, usd_per_month)
    hosted = tickets * usd_per_request
    cheaper, other = (
        ("hosted", "your own machine") if hosted < usd_per_month else ("your own machine", "hosted")
    )
    costs = {"hosted": hosted, "your own machine": usd_per_month}
    return Finding(
        "tickets a month at which both cost the same",
        f"{equal:,.0f}",
        lambda guess: draw_break_even(usd_per_request, usd_per_month, tickets, guess),
        f"At {tickets:,} tickets *{cheaper}* is cheaper: {costs[cheaper]:,.0f} USD a month, against "
        f"{costs[other]:,.0f} USD for *{other}*. At {equal:,.0f} one machine would have to answer a ticket every "
        f"{MONTH_SECONDS / equal:.1f} seconds, day and night; whether it can was not measured. The machine's "
        f"price leaves out the people who look after it.",
    )


def draw_break_even(
    usd_per_request: float, usd_per_month: float, tickets: int, guess: object = None
) -> Picture:
    """Draw what a month costs over the number of requests: paid one by one, and on a machine of one's own."""
    equal = break_even_requests(usd_per_request, usd_per_month)
    from matplotlib.ticker import MaxNLocator

    figure, axis = new_figure(height=3.2)
    most = 1.5 * max(equal, tickets)
    axis.plot([0, most], [0, most * usd_per_request], color=BLUE, label="hosted, paid per token")
    axis.plot([0, most], [usd_per_month] * 2, "--", color=ORANGE, label="your own machine")
    axis.plot(tickets, tickets * usd_per_request, "o", color=BLUE)
    axis.annotate(
        f"today: {tickets:,}", (tickets, tickets * usd_per_request), (4, 48), textcoords="offset points",
        arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8},
    )  # fmt: skip
    axis.set(xlabel="tickets a month", ylabel="USD a month", xlim=(0, most), ylim=(0, None))
    axis.xaxis.set_major_locator(MaxNLocator(4))
    plain_ticks(axis.xaxis, axis.yaxis)
    figure.legend(loc="outside upper left", ncols=2)
    mark_guess(axis, guess, along="x")
    return Picture(
        figure,
        f"Cost of a month: {usd_per_month:,.0f} USD on a machine of your own, {tickets * usd_per_request:,.0f} USD "
        f"hosted at {tickets:,} tickets; both cost the same at {equal:,.0f} tickets.",
        "The dashed line is an assumption: the cell has its price by the hour.",
    )


def break_even_requests(usd_per_request: float, fixed_usd_per_month: float) -> float:
    """Return the requests a month above which an own machine is cheaper than paying for each request.

    Raises:
        ValueError: a price that is not above 0.
    """
    if usd_per_request <= 0 or fixed_usd_per_month <= 0:
        raise ValueError(
            f"usd_per_request={usd_per_request}, fixed_usd_per_month={fixed_usd_per_month}; expected both above 0"
        )
    return fixed_usd_per_month / usd_per_request
