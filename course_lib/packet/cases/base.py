"""What a case is: texts with their right answers, an instruction, probes, and passages to search."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

from course_lib.packet.files import canonical, sha256

LANGUAGES = ("en", "de", "fr", "es")
EXAMPLES = 800  # the first items: systems may learn from them, nobody draws them


@dataclass(frozen=True)
class Topic:
    """One label in one language: what it is about, its keywords, and sentences that people write about it."""

    about: str
    keywords: tuple[str, ...]
    phrases: tuple[str, ...]


Topics = Mapping[str, Mapping[str, Topic]]  # label -> language -> topic


@dataclass(frozen=True)
class Item:
    """A text with its right answer."""

    id: str
    text: str
    gold: str
    language: str


@dataclass(frozen=True)
class Probe:
    """A text whose writer wants another answer: `text` is `clean` with the injected words."""

    id: str
    text: str
    clean: str
    target: str
    language: str


@dataclass(frozen=True, eq=False)
class Case:
    """Course data of one use case: 2 400 texts, the same for everybody. There is one object of each case."""

    data_id: str
    task: str
    topics: Topics
    items: tuple[Item, ...]
    probes: tuple[Probe, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The possible answers."""
        return tuple(self.topics)

    @property
    def examples(self) -> tuple[Item, ...]:
        """The items that a system may learn from."""
        return self.items[:EXAMPLES]

    @property
    def locked(self) -> tuple[Item, ...]:
        """The items that a learner's sample is drawn from: the locked test set."""
        return self.items[EXAMPLES:]

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """The locked items by id."""
        return {item.id: item for item in self.locked}

    @cached_property
    def sha256(self) -> str:
        """The hash of the locked test set."""
        return sha256(canonical([asdict(item) for item in self.locked]))

    @cached_property
    def instruction(self) -> str:
        """What a model is told before the text: the task, and each label with what it is about."""
        lines = [f"- {label}: {topic['en'].about}" for label, topic in self.topics.items()]
        return "\n".join([self.task, *lines, "Answer with one of these names and nothing else.", "", ""])

    @cached_property
    def passages(self) -> dict[str, str]:
        """One passage to search for each label and language, by an id such as 'billing-en'."""
        return {
            f"{label}-{language}": f"{topic.about} ({', '.join(topic.keywords)})"
            for label, languages in self.topics.items()
            for language, topic in languages.items()
        }

    def prompt(self, text: str) -> str:
        """The whole prompt for a text."""
        return self.instruction + text

    def draw(self, seed: int, n: int) -> list[Item]:
        """The n different locked items that a seed draws; ValueError if there are not so many."""
        return random.Random(seed).sample(self.locked, n)
