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
from course_lib.generation.chat import ask
from course_lib.generation.decode import generate
from course_lib.models.gpt import GPT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from course_lib.models.ngram import NGram
    from course_lib.tokenizers.bpe import BytePairTokenizer

    Answer = Callable[[facts.Question], str]

NEW_TOKENS = 16


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
    right: int
    n: int
    seconds: list[float]  # one per question
    memory: int  # bytes
    free: bool = True

    @property
    def accuracy(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the accuracy."""
        return wilson_interval(self.right, self.n)

    @property
    def p95_ms(self) -> float:
        return 1000 * percentile(self.seconds, 95)

    def usd_per_1000(self, usd_per_hour: float) -> float:
        """Return what 1 000 answers cost, one after the other, on a machine of this price."""
        return usd_per_hour * 1000 * sum(self.seconds) / len(self.seconds) / 3600

    def row(self, usd_per_hour: float) -> dict[str, float | str]:
        """Return the row as the lab's `choose_model` takes it."""
        return {
            "name": self.name,
            "accuracy": self.accuracy,
            "latency_ms": self.p95_ms,
            "memory_mb": self.memory / 1e6,
            "cost": self.usd_per_1000(usd_per_hour),
        }


def measure_system(system: System, questions: Sequence[facts.Question]) -> Measured:
    """Ask every question, time each answer, and count those that say the right word.

    Raises:
        ValueError: no questions.
    """
    if not questions:
        raise ValueError("questions is empty; expected at least one")
    right, seconds = 0, []
    system.answer(questions[0])  # the first call loads and plans; no user of a running service sees it
    for question in questions:
        began = time.perf_counter()
        text = system.answer(question)
        seconds.append(time.perf_counter() - began)
        right += question.value in text
    return Measured(system.name, right, len(questions), seconds, system.weights + system.cache, system.free)


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


def held_out_questions(n: int = 80, seed: int = 4) -> list[facts.Question]:
    """Draw questions of all kinds, in wordings that the chat model was never trained on."""
    return random.Random(seed).sample(facts.questions("all", wordings="held_out"), n)


def matrix_rows(matrix: Sequence[Measured], usd_per_hour: float) -> list[list[str]]:
    """Return the matrix as rows of text: name, accuracy, interval, p95, memory, price of 1 000 answers."""
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
