"""Lesson 00 sees the whole thing once: a tiny language model is trained live, and writes at every stage."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.data import facts
from course_lib.explore.figure import BLUE, GREY, Picture, new_figure
from course_lib.explore.view import View
from course_lib.generation.decode import generate
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.character import CharacterTokenizer
from course_lib.training.loop import NextBatch, TrainConfig, train

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from course_lib.training.loop import Batch

PROMPT, BEFORE = (
    "The cat ",
    "The cat sat on the ",
)  # what it goes on from, and where its next character is asked
STAGES = (0, 5, 20, 50, 100, 200, 400)  # steps after which the model writes
SHOWN, COUNTED = 56, 300  # characters of a sample that are shown, and in which real words are counted


@dataclass(frozen=True)
class Stage:
    """What the model could do after `step` steps.

    `loss` is in nats per character, `text` the prompt and a sample, `words` the share of real words in a longer sample,
    `chances` the six likeliest characters after `BEFORE`.
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
def next_characters(model: GPT, tokenizer: CharacterTokenizer, text: str, top: int = 6) -> dict[str, float]:
    """Return the `top` likeliest next characters after `text` with their probabilities, likeliest first."""
    logits = model(torch.tensor([tokenizer.encode(text)]), last_only=True).logits[0, -1]  # (V,)
    best = logits.softmax(-1).topk(top)
    return {
        tokenizer.decode([i]): p for i, p in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    }


def train_first_model(
    text: str, seed: int, steps: int = STAGES[-1], stages: Sequence[int] = STAGES, progress: bool = False
) -> FirstRun:
    """Train a two-layer GPT that reads and writes single characters, and let it write at each of `stages`.

    All chance comes from `seed`: the first weights, the pieces that are read, the characters that are drawn.
    """
    tokenizer = CharacterTokenizer(text)
    generator = torch.Generator().manual_seed(seed)
    shape = GPTConfig(vocab_size=tokenizer.vocab_size, context=64, n_layer=2, n_head=4, n_embd=64)
    model = GPT(shape, generator)
    next_batch = random_rows(torch.tensor(tokenizer.encode(text)), shape.context, rows=16)
    reached: list[Stage] = []

    def write(step: int, loss: float) -> None:
        if step in stages:
            dice = torch.Generator().manual_seed(seed)
            ids = generate(model, tokenizer.encode(PROMPT), COUNTED, temperature=0.7, generator=dice)
            written = tokenizer.decode(ids)
            chances = next_characters(model, tokenizer, BEFORE)
            share = real_words(written, text)
            reached.append(Stage(step, loss, PROMPT + written[:SHOWN], share, chances))

    with torch.no_grad():
        inputs, targets = next_batch(torch.Generator().manual_seed(seed))
        write(0, float(model(inputs, targets).loss))
    history = train(
        model,
        next_batch,
        TrainConfig(steps=steps, lr=1e-2, warmup=min(10, steps)),
        generator,
        progress=progress,
        on_step=lambda history: write(history.step[-1], history.loss[-1]),
    )
    return FirstRun(model, tokenizer, reached, history.loss, history.tokens_seen[-1], history.seconds[-1])


def learning(run: FirstRun, number: int) -> tuple[Figure, str]:
    """Draw the loss up to a stage, and the chances of the next character there.

    Args:
        number: 0 for the first stage, and so on.
    """
    stage = run.stages[number]
    figure, (left, right) = new_figure(7.5, 2.8, columns=2)
    left.plot(range(1, len(run.losses) + 1), run.losses, color=GREY, linewidth=1)
    left.plot(stage.step, stage.loss, "o", color=BLUE, markersize=9)
    left.set(xlabel="step", ylabel="loss", ylim=(0, None))
    names = [show_character(character) for character in stage.chances]
    right.bar(range(len(names)), list(stage.chances.values()), color=BLUE)
    right.set_xticks(range(len(names)), names)
    right.set(ylim=(0, 1), ylabel="probability", title=f"after “{BEFORE.strip()} ”")
    first, chance = next(iter(stage.chances.items()))
    sentence = (
        f"After {stage.step} steps the loss is {stage.loss:.2f}. It writes: “{one_line(stage.text)}” "
        f"Its likeliest next character after “{BEFORE}” is {show_character(first)} with {chance:.0%}."
    )
    return figure, sentence


def show_character(character: str) -> str:
    """Return a character as a person can see it: a space and an end of line have names."""
    return {" ": "space", "\n": "new line"}.get(character, character)


def one_line(text: str) -> str:
    """Return the text with its ends of line shown as the sign ⏎."""
    return text.replace("\n", "⏎")


def real_words(written: str, text: str) -> float:
    """Return which share of the words of `written` stands in `text`; the last one may be cut off and is not counted.

    Raises:
        ValueError: `written` has fewer than two words.
    """
    words = re.findall(r"\w+", written)[:-1]
    if not words:
        raise ValueError(f"written={written!r}; expected at least two words")
    known = set(re.findall(r"\w+", text))
    return sum(word in known for word in words) / len(words)


def learning_view(run: FirstRun) -> View:
    """Return the view: a slider over the stages of a run."""
    import ipywidgets

    slider = ipywidgets.SelectionSlider(
        options=[(f"{stage.step} steps", number) for number, stage in enumerate(run.stages)],
        value=0,
        description="trained for",
        style={"description_width": "8em"},
    )
    last = len(run.stages) - 1
    return View(
        lambda number: learning(run, number),
        {"number": slider},
        [{"number": n} for n in (0, last // 2, last)],
    )


def equal_start(one: str, other: str) -> int:
    """Return how many characters two texts have in common from their start."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def course_map() -> Picture:
    """Draw how a lesson, its lab and the packet belong together."""
    boxes = [
        ("Lesson", "predict, run, explain", "not graded"),
        ("Lab", "write, validate, submit", "checked by code\nand by a person"),
        ("Packet", "measure, judge, check, seal", "checked at once,\nread by a reviewer"),
        ("Decision", "go live, or not", "from the packet alone"),
    ]
    figure, axis = new_figure(8.0, 1.3)
    axis.set(xlim=(0, 4), ylim=(0, 1))
    axis.axis("off")
    for place, (name, does, checked) in enumerate(boxes):
        axis.text(
            place + 0.45, 0.55, f"{name}\n\n{does}\n{checked}", ha="center", va="center", fontsize=8,
            bbox={"boxstyle": "round,pad=0.6", "facecolor": "white", "edgecolor": BLUE, "linewidth": 1.5},
        )  # fmt: skip
        if place:
            axis.annotate("", (place + 0.02, 0.55), (place - 0.12, 0.55), arrowprops={"arrowstyle": "->"})
    return Picture(
        figure,
        "Four boxes in a row with arrows: the lesson (predict, run, explain; not graded), the lab (write, validate, "
        "submit; checked by code and by a person), the packet (measure, judge, check, seal; checked at once and read "
        "by a reviewer), and the decision to go live or not, made from the packet alone.",
    )


def chance_of_passing(failure_rate: float, tests: int) -> float:
    """Return the chance that a system which fails at `failure_rate` passes `tests` independent tests in a row."""
    if not 0 <= failure_rate <= 1 or tests < 0:
        raise ValueError(
            f"failure_rate={failure_rate}, tests={tests}; expected a share from 0 to 1 and at least 0 tests"
        )
    return (1 - failure_rate) ** tests


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
