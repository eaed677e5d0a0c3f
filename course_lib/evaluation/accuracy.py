"""How often the whole answer is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from course_lib.data.facts import Question
from course_lib.evaluation.intervals import wilson_interval
from course_lib.generation.chat import ask_all
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer


@dataclass(frozen=True)
class Accuracy:
    """Counts over a list of questions; `answers` stand in its order."""

    right: int  # the answer is, character for character, the expected one, and the model ended its turn
    ended: int  # the model ended its turn, right or wrong
    n: int
    answers: list[str]

    @property
    def share(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of `share`."""
        return wilson_interval(self.right, self.n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right} of {self.n} right ({self.share:.0%}, 95 % interval {low:.0%} to {high:.0%})"


def exact_match(
    model: GPT,
    tokenizer: BytePairTokenizer,
    questions: Sequence[Question],
    temperature: float | int = 0.0,
    generator: torch.Generator | None = None,
) -> Accuracy:
    """Ask every question and count whole answers that are right. Raises ValueError for an empty list."""
    if not questions:
        raise ValueError("questions is empty; expected at least one")
    answers = ask_all(model, tokenizer, [question.text for question in questions], temperature, generator)
    return Accuracy(
        right=sum(a.ended and a.text == q.answer for a, q in zip(answers, questions, strict=True)),
        ended=sum(a.ended for a in answers),
        n=len(questions),
        answers=[a.text for a in answers],
    )
