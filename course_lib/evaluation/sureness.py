"""How sure a chat model is of its whole answer, and what happens if people answer where it is not (lesson 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.alignment.sft import answer_log_probs, in_batches, make_examples, pad_examples
from course_lib.data.facts import Question
from course_lib.device import one_thread
from course_lib.generation.chat import ask_all
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer

ROWS = 64  # questions at a time


@dataclass(frozen=True)
class Sureness:
    """Answers at T = 0, the probability of each as a whole (its tokens and the end), and whether it was right."""

    answers: list[str]
    confidence: Tensor  # (n,)
    right: Tensor  # (n,) bool

    @property
    def accuracy(self) -> float:
        return float(self.right.double().mean())

    def above(self, threshold: float) -> tuple[int, int]:
        """Return how many answers are surer than the threshold, and how many of these are wrong."""
        kept = self.confidence > threshold
        return int(kept.sum()), int((kept & ~self.right).sum())


def measure_sureness(model: GPT, tokenizer: BytePairTokenizer, questions: Sequence[Question]) -> Sureness:
    """Ask the questions at T = 0 and return how sure the model was of each answer; seconds for hundreds.

    Raises ValueError for an empty list.
    """
    if not questions:
        raise ValueError("questions is empty; expected at least one")
    with one_thread():
        said = ask_all(model, tokenizer, [question.text for question in questions])
        confidence = answer_probabilities(
            model, tokenizer, [(q.text, a.text) for q, a in zip(questions, said, strict=True)]
        )
    right = torch.tensor([a.ended and a.text == q.answer for q, a in zip(questions, said, strict=True)])
    return Sureness([answer.text for answer in said], confidence, right)


@torch.inference_mode()
def answer_probabilities(
    model: GPT, tokenizer: BytePairTokenizer, pairs: Sequence[tuple[str, str]]
) -> Tensor:
    """Return the probability of each answer, end of turn included, given its question: shape (pairs,)."""
    found = []
    for part in in_batches(make_examples(tokenizer, pairs), ROWS):
        ids, bounds = pad_examples(part)
        found.append(answer_log_probs(model(ids).logits, ids, bounds[:, 0], bounds[:, 1]))
    return torch.cat(found).double().exp()
