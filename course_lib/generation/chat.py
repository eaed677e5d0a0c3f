"""Ask a chat model a question in the course's chat format."""

from dataclasses import dataclass

import torch

from course_lib.data.facts import END, chat_prompt
from course_lib.generation.decode import generate_batch
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer


@dataclass(frozen=True)
class Answer:
    """What the model said, and whether it ended its turn by itself."""

    text: str
    ended: bool


def chat_ids(tokenizer: BytePairTokenizer, question: str) -> list[int]:
    """Return the prompt for one question as ids. ValueError if the question contains a special token."""
    return tokenizer.encode(chat_prompt(question), allowed_special="all")


def ask(
    model: GPT,
    tokenizer: BytePairTokenizer,
    question: str,
    temperature: float | int = 0.0,
    generator: torch.Generator | None = None,
    max_new_tokens: int = 40,
) -> Answer:
    """Return the model's answer; greedy unless a temperature is given. ValueError as in `generate`."""
    return ask_all(model, tokenizer, [question], temperature, generator, max_new_tokens)[0]


def ask_all(
    model: GPT,
    tokenizer: BytePairTokenizer,
    questions: list[str],
    temperature: float | int = 0.0,
    generator: torch.Generator | None = None,
    max_new_tokens: int = 40,
) -> list[Answer]:
    """Return one answer per question, each to a fresh conversation; faster than asking one by one.

    Raises ValueError for a tokenizer without the special tokens of the chat format.
    """
    if END not in tokenizer.special_tokens:
        raise ValueError(f"the tokenizer has no {END}; expected the special tokens of the chat format")
    end = tokenizer.special_tokens[END]
    prompts = [chat_ids(tokenizer, question) for question in questions]
    answers = []
    for ids in generate_batch(model, prompts, max_new_tokens, temperature, generator, stop_ids={end}):
        ended = bool(ids) and ids[-1] == end
        answers.append(Answer(tokenizer.decode(ids[:-1] if ended else ids), ended))
    return answers
