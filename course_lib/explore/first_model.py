"""Lesson 00 sees the whole thing once: a tiny language model is trained live, and writes at every stage."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from course_lib.data import facts
from course_lib.explore.figure import BLUE, Picture, new_figure, table
from course_lib.explore.letters import WORD
from course_lib.generation.decode import generate_batch
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.character import CharacterTokenizer
from course_lib.training.loop import NextBatch, TrainConfig, train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from course_lib.training.loop import Batch

PROMPT, BEFORE = (
    "The cat ",
    "The cat sat on the ",
)  # what it goes on from, and where its next character is asked
STAGES = (0, 5, 20, 50, 100, 200, 400)  # steps after which the model writes
SAMPLES, LENGTH = 6, 60  # texts that it writes at a stage, and their characters
SHOWN = 36  # characters of the first text that a figure shows


@dataclass(frozen=True)
class Stage:
    """What the model could do after `step` steps.

    `loss` is in nats per character, `text` the prompt and the first sample, `words` the share of real words in all
    samples, `chances` the probability of each character after `BEFORE`, or after the prompt, likeliest first.
    """

    step: int
    loss: float
    text: str
    words: float
    chances: dict[str, float]


@dataclass(frozen=True)
class FirstRun:
    """One training run: the model, its tokenizer, its stages, the loss of each step, and how long it took."""

    model: GPT
    tokenizer: CharacterTokenizer
    prompt: str
    read: str  # the text
    stages: list[Stage]
    losses: list[float]  # of steps 1, 2, ...
    tokens: int  # characters read, all batches together
    seconds: float  # spent in training steps, writing not counted

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds


def small_world(seed: int = 0) -> str:
    """Return the text that lesson 00 trains on: everyday sentences and facts about 36 countries, made by code."""
    return "\n\n".join([*facts.everyday_documents(300, seed), *facts.fact_documents(3, seed)])


def random_rows(ids: torch.Tensor, context: int, rows: int) -> NextBatch:
    """Return a `next_batch` that cuts `rows` random pieces of `context` tokens out of `ids`; targets are one further.

    Args:
        ids: tokens of shape (N,).

    Raises:
        ValueError: fewer than `context` + 2 tokens.
    """
    if len(ids) <= context + 1:
        raise ValueError(f"the text has {len(ids)} tokens; expected more than {context + 1}")

    def next_batch(generator: torch.Generator) -> Batch:
        starts = torch.randint(len(ids) - context, (rows,), generator=generator)
        batch = torch.stack([ids[start : start + context + 1] for start in starts.tolist()])  # (B, T + 1)
        return batch[:, :-1], batch[:, 1:]

    return next_batch


@torch.no_grad()
def next_characters(model: GPT, tokenizer: CharacterTokenizer, text: str) -> dict[str, float]:
    """Return the probability of each next character after `text`, likeliest first."""
    logits = model(torch.tensor([tokenizer.encode(text)]), last_only=True).logits[0, -1]  # (V,)
    best = logits.softmax(-1).sort(descending=True)
    return {
        tokenizer.decode([i]): p for i, p in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    }


def write_on(model: GPT, tokenizer: CharacterTokenizer, prompt: str, seed: int) -> list[str]:
    """Return `SAMPLES` texts of `LENGTH` characters that the model writes after `prompt`, drawn at temperature 0.7."""
    dice = torch.Generator().manual_seed(seed)
    prompts = [tokenizer.encode(prompt)] * SAMPLES
    return [tokenizer.decode(ids) for ids in generate_batch(model, prompts, LENGTH, 0.7, dice)]


def train_first_model(
    text: str,
    seed: int,
    steps: int = STAGES[-1],
    stages: Sequence[int] = STAGES,
    prompt: str = PROMPT,
    on_step: Callable[[Sequence[Stage], Sequence[float]], None] | None = None,
) -> FirstRun:
    """Train a two-layer GPT that reads and writes single characters, and let it write at each of `stages`.

    All chance comes from `seed`: the first weights, the pieces that are read, the characters that are drawn.

    Args:
        on_step: is told after every step (and before the first) the stages and the losses so far.
    """
    tokenizer = CharacterTokenizer(text)
    generator = torch.Generator().manual_seed(seed)
    shape = GPTConfig(vocab_size=tokenizer.vocab_size, context=32, n_layer=2, n_head=4, n_embd=64)
    model = GPT(shape, generator)
    next_batch = random_rows(torch.tensor(tokenizer.encode(text)), shape.context, rows=24)
    known = words_of(text)
    reached: list[Stage] = []

    def write(step: int, loss: float, losses: Sequence[float]) -> None:
        if step in stages:
            written = write_on(model, tokenizer, prompt, seed)
            chances = next_characters(model, tokenizer, BEFORE if prompt == PROMPT else prompt)
            share = real_words(written, known)
            reached.append(Stage(step, loss, prompt + written[0][:SHOWN], share, chances))
        if on_step is not None:
            on_step(reached, losses)

    with torch.no_grad():
        inputs, targets = next_batch(torch.Generator().manual_seed(seed))
        write(0, float(model(inputs, targets).loss), [])
    history = train(
        model,
        next_batch,
        TrainConfig(steps=steps, lr=8e-3, warmup=min(10, steps)),
        generator,
        progress=False,
        on_step=lambda history: write(history.step[-1], history.loss[-1], history.loss),
    )
    tokens, seconds = history.tokens_seen[-1], history.seconds[-1]
    return FirstRun(model, tokenizer, prompt, text, reached, history.loss, tokens, seconds)


def words_of(text: str) -> set[str]:
    """Return the words that occur in a text."""
    return set(re.findall(WORD, text))


def real_words(written: Sequence[str], known: set[str]) -> float:
    """Return which share of the words of some texts are in `known`; the last of each may be cut off and does not count.

    No words at all: 0.
    """
    words = [word for text in written for word in re.findall(WORD, text)[:-1]]
    return sum(word in known for word in words) / len(words) if words else 0.0


def course_map() -> Picture:
    """Draw how a lesson, its lab and the packet belong together."""
    boxes = [
        ("Lesson", "predict, run, explain", "not graded"),
        ("Lab", "write the functions", "checked by code"),
        ("Packet", "measure, judge, seal", "read by a reviewer"),
        ("Decision", "go live, or not", "from the packet alone"),
    ]
    figure, axis = new_figure(6.4, 1.2)
    axis.set(xlim=(0, 4), ylim=(0, 1))
    axis.axis("off")
    for place, (name, does, checked) in enumerate(boxes):
        box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": BLUE, "linewidth": 1.5}
        axis.text(place + 0.5, 0.82, name, ha="center", va="center", weight="bold", bbox=box)
        axis.text(place + 0.5, 0.3, f"{does}\n{checked}", ha="center", va="center", fontsize=10)
        if place:
            axis.annotate("", (place + 0.14, 0.82), (place - 0.14, 0.82), arrowprops={"arrowstyle": "->"})
    return Picture(
        figure,
        "Four boxes in a row with arrows: the lesson (predict, run, explain; not graded), the lab (write the "
        "functions; checked by code), the packet (measure, judge, seal; read by a reviewer), and the decision "
        "to go live or not, made from the packet alone.",
        "",
    )


def chance_of_passing(failure_rate: float, tests: int) -> float:
    """Return the chance that a system which fails at `failure_rate` passes `tests` independent tests in a row."""
    if not 0 <= failure_rate <= 1 or tests < 0:
        raise ValueError(
            f"failure_rate={failure_rate}, tests={tests}; expected a share from 0 to 1 and at least 0 tests"
        )
    return (1 - failure_rate) ** tests


def error_free_tests(failure_rate: float, doubt: float = 0.05) -> int:
    """Return how many tests a system with `failure_rate` passes without an error less often than `doubt`.

    Raises ValueError unless both are above 0 and below 1.
    """
    if not 0 < failure_rate < 1 or not 0 < doubt < 1:
        raise ValueError(f"failure_rate={failure_rate}, doubt={doubt}; expected shares above 0 and below 1")
    return next(n for n in itertools.count(1) if chance_of_passing(failure_rate, n) < doubt)


def tests_needed(failure_rates: Sequence[float]) -> Any:
    """Return a table: how often a system is wrong, and how many tests without an error leave few of its kind."""
    rows = [[f"{rate:.0%} of cases", f"{error_free_tests(rate):,}"] for rate in failure_rates]
    return table(
        ["wrong in", "tests without an error until fewer than 1 in 20 such systems still pass"], rows
    )


def time_of_product(size: int = 1000, repeats: int = 10) -> float:
    """Return the milliseconds of one product of two (size, size) matrices on this machine: the median of `repeats`."""
    a = torch.randn(size, size, generator=torch.Generator().manual_seed(0))
    a @ a
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        a @ a
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times)[len(times) // 2]
