"""How long a conversation may get until what was said at its beginning is lost.

A user gives a name, talks about other things and other people, and asks for the name. Every system that answers a list
of messages can be measured: a model of the course, a rule, a service.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course_lib.evaluation.intervals import wilson_interval

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ivan", "Joy", "Kim", "Leo")
QUESTION = "what is my name ?"
TALK = (  # what the user may say in between, and the reply
    ("how are you ?", "fine ."),
    ("it rains today .", "take a coat ."),
    ("i like tea .", "me too ."),
    ("the bus was full .", "what a pity ."),
    ("{name} is late .", "be patient ."),
    ("i met {name} .", "how nice ."),
    ("{name} likes jam .", "so do i ."),
)

Respond = Callable[[list[list[str]]], Sequence[str]]


@dataclass(frozen=True)
class Conversation:
    """Messages, the user's first and then in turn, that end with the question; `name` is the right answer."""

    messages: list[str]
    name: str


def make_conversation(exchanges: int, rng: random.Random) -> Conversation:
    """Draw a conversation with so many exchanges (a message and its reply) between the name and the question.

    Raises:
        ValueError: fewer than 0 exchanges.
    """
    if exchanges < 0:
        raise ValueError(f"exchanges={exchanges}; expected 0 or more")
    name = rng.choice(NAMES)
    others = [other for other in NAMES if other != name]
    messages = [f"my name is {name} .", "hello ."]
    for _ in range(exchanges):
        said, reply = rng.choice(TALK)
        messages += [said.format(name=rng.choice(others)), reply]
    return Conversation([*messages, QUESTION], name)


def names_in(text: str) -> set[str]:
    """Return the names that are written in a text as whole words."""
    return set(re.findall(r"\w+", text)) & set(NAMES)


@dataclass(frozen=True)
class LengthCurve:
    """Right answers by length: of `asked` conversations with `lengths[i]` exchanges, `right[i]` were answered right."""

    lengths: list[int]
    right: list[int]
    asked: int

    @property
    def accuracy(self) -> list[float]:
        return [right / self.asked for right in self.right]

    @property
    def intervals(self) -> list[tuple[float, float]]:
        """95 % intervals (Wilson). They hold for conversations drawn like these, not for what users really write."""
        return [wilson_interval(right, self.asked) for right in self.right]

    def limit(self, least: float) -> int | None:
        """Return the largest measured length up to which the lower end of every interval is at least `least`.

        None if not even the shortest is. Raises ValueError unless 0 < least < 1.
        """
        if not 0 < least < 1:
            raise ValueError(f"least={least}; expected a share between 0 and 1")
        found = None
        for length, (low, _) in sorted(zip(self.lengths, self.intervals, strict=True)):
            if low < least:
                break
            found = length
        return found


def accuracy_by_length(respond: Respond, lengths: Sequence[int], n: int = 100, seed: int = 0) -> LengthCurve:
    """Ask a system for the name after so many exchanges, in `n` conversations for each of `lengths`.

    An answer is right if the user's name is the only name in it. All chance comes from `seed`, and each length has
    dice of its own: a length gives the same conversations whatever else is measured.

    Args:
        respond: gets conversations, each a list of messages, and returns one answer to each.

    Raises:
        ValueError: no lengths, one of them twice or below 0, n below 1, or another number of answers.
    """
    if not lengths or len(set(lengths)) < len(lengths) or min(lengths) < 0 or n < 1:
        raise ValueError(f"lengths={list(lengths)}, n={n}; expected different lengths from 0 on, and n >= 1")
    right = []
    for length in lengths:
        rng = random.Random(f"{seed} {length}")
        conversations = [make_conversation(length, rng) for _ in range(n)]
        answers = respond([list(one.messages) for one in conversations])
        if len(answers) != n:
            raise ValueError(f"{len(answers)} answers to {n} conversations")
        right.append(
            sum(names_in(said) == {one.name} for said, one in zip(answers, conversations, strict=True))
        )
    return LengthCurve(list(lengths), right, n)
