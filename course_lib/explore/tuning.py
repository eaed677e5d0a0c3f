"""Fine-tune the course's base model on questions about some countries, and count what it can do then (lesson 11).

All of it continues from the shipped base model: pre-training took minutes, what follows takes seconds. Two clerks
wrote the examples: one answers in brief, the other adds a sentence that nobody needs. Both are right.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch

from course_lib.alignment.sft import Adapters, Example, finetune_on_examples, frozen_embeddings, make_examples
from course_lib.data import facts
from course_lib.data.facts import Question
from course_lib.evaluation import adaptation
from course_lib.evaluation.perplexity import bits_per_byte, token_loss
from course_lib.explore.live import Live
from course_lib.generation.chat import Answer, ask_all
from course_lib.models.gpt import GPT
from course_lib.models.lora import merge_lora
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.course_gpt import gpt_config, load_course_gpt, make_corpus
from course_lib.training.loop import History, TrainConfig
from course_lib.training.three_stages import PADDING

Way = Literal["all weights", "LoRA", "LoRA, one number wide"]

STEPS, BATCH = 120, 16
RATES: dict[Way, float] = {"all weights": 3e-4, "LoRA": 5e-3, "LoRA, one number wide": 5e-3}
FRESH_RATE = 1e-3  # for a model that has read nothing
RANKS: dict[Way, int] = {"LoRA": 8, "LoRA, one number wide": 1}
TEXTS = ("the manual", "fact texts")  # held-out parts of the two corpora of pre-training


@cache
def shipped_base() -> tuple[GPT, BytePairTokenizer]:
    """Return the base model that comes with the course: copy it before you train it."""
    model, tokenizer, _ = load_course_gpt("base")
    return model, tokenizer


def untrained(seed: int) -> GPT:
    """Return a model of the same size that has read nothing."""
    return GPT(gpt_config(), torch.Generator().manual_seed(seed))


def seen_questions() -> list[Question]:
    """Return the questions that tuning reads: 28 countries, 27 wordings."""
    return facts.questions("all", "seen", "seen")


def both_clerks(
    tokenizer: BytePairTokenizer,
    questions: Sequence[Question],
    answer: Callable[[Question], str] | None = None,
) -> list[Example]:
    """Return each question with a brief and with a padded answer; `answer` may change what the brief one says."""
    told = answer or (lambda question: question.answer)
    return make_examples(tokenizer, [(q.text, told(q) + end) for q in questions for end in ("", PADDING)])


def fine_tune(
    examples: Sequence[Example],
    seed: int = 0,
    steps: int = STEPS,
    way: Way = "all weights",
    start: GPT | None = None,
    doing: str = "fine-tuning",
) -> GPT:
    """Return a copy of the shipped base model that was tuned on the answers of `examples`.

    What the tokens mean stays as pre-training left it, apart from the three tokens of the chat format; LoRA leaves
    those as they are, too. LoRA is merged afterwards. With an untrained `start` everything is trained, at the rate at
    which it learns best here.
    """
    base, tokenizer = shipped_base()
    model = copy.deepcopy(base if start is None else start)
    rate = RATES[way] if start is None else FRESH_RATE
    config = TrainConfig(steps=steps, lr=rate, warmup=10, weight_decay=0.0)
    generator = torch.Generator().manual_seed(seed)
    with Live() as live:

        def on_step(history: History) -> None:
            live.show(lambda: f"{doing}: step {len(history)} of {steps}, loss {history.loss[-1]:.2f}")

        def run(adapters: Adapters | None) -> None:
            finetune_on_examples(
                model, examples, config, generator, BATCH, progress=False, adapters=adapters, on_step=on_step
            )

        if start is not None:
            run(None)
        elif way in RANKS:
            rank = RANKS[way]
            run(Adapters(rank=rank, alpha=2 * rank))
            merge_lora(model)
        else:
            with frozen_embeddings(model, but=list(tokenizer.special_tokens.values())):
                run(None)
    return model


def is_right(answer: Answer, question: Question) -> bool:
    """Whether the answer is what one of the clerks would say, word for word, and ends there."""
    return answer.ended and answer.text in (question.answer, question.answer + PADDING)


@dataclass(frozen=True)
class Count:
    """How many of `n` questions were answered rightly, and at how many the model ended its turn."""

    right: int
    ended: int
    n: int
    named: int = 0  # answers whose first sentence has the right word, ended or not

    @property
    def share(self) -> float:
        return self.right / self.n

    def __str__(self) -> str:
        return f"{self.right} of {self.n}"


def count_right(model: GPT, tokenizer: BytePairTokenizer, questions: Sequence[Question]) -> Count:
    """Ask at T = 0 and count. Raises ValueError without questions."""
    if not questions:
        raise ValueError("questions is empty; expected at least one")
    answers = ask_all(model, tokenizer, [q.text for q in questions])
    right = sum(is_right(a, q) for a, q in zip(answers, questions, strict=True))
    named = sum(adaptation.is_right(a.text, q) for a, q in zip(answers, questions, strict=True))
    return Count(right, sum(a.ended for a in answers), len(questions), named)


@cache
def _held_out_texts(tokens: int) -> dict[str, tuple[list[int], int]]:
    _, tokenizer = shipped_base()
    corpus = make_corpus()
    found = {}
    for name, text in zip(TEXTS, (corpus.text_val, corpus.documents_val_text), strict=True):
        ids = tokenizer.encode(text)[:tokens]
        found[name] = (ids, len(tokenizer.decode(ids[1:]).encode()))
    return found


def bits(model: GPT, tokens: int = 3000) -> dict[str, float]:
    """Return bits per byte on held-out parts of both corpora: Python's language reference, and fact documents."""
    return {
        name: bits_per_byte(token_loss(model, ids), len(ids) - 1, n_bytes)
        for name, (ids, n_bytes) in _held_out_texts(tokens).items()
    }
