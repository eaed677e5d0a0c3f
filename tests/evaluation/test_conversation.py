"""The right name, and only that, counts; a seed gives the same talks; a limit is read off the lower ends."""

from __future__ import annotations

import random
import re

import pytest

from course_lib.evaluation.conversation import (
    NAMES,
    QUESTION,
    LengthCurve,
    accuracy_by_length,
    make_conversation,
    names_in,
)


def first_name(conversations: list[list[str]]) -> list[str]:
    """A perfect system: the user's first message tells the name."""
    return [f"You are {messages[0].split()[3]}." for messages in conversations]


def last_name(conversations: list[list[str]]) -> list[str]:
    """Names whoever was mentioned last."""
    return [
        [word for message in messages for word in re.findall(r"\w+", message) if word in NAMES][-1]
        for messages in conversations
    ]


@pytest.mark.parametrize("exchanges", [0, 1, 7])
def test_a_conversation_has_its_exchanges_and_ends_with_the_question(exchanges: int) -> None:
    talk = make_conversation(exchanges, random.Random(3))
    assert len(talk.messages) == 2 * exchanges + 3
    assert talk.messages[0] == f"my name is {talk.name} ."
    assert talk.messages[-1] == QUESTION
    others = names_in(" ".join(talk.messages[1:]))
    assert talk.name not in others, "the name is told once, so nobody can pick it up later"


def test_a_perfect_system_is_always_right_and_a_distracted_one_is_not() -> None:
    assert accuracy_by_length(first_name, [0, 3, 20], n=40).right == [40, 40, 40]
    distracted = accuracy_by_length(last_name, [0, 3, 20], n=40)
    assert distracted.accuracy[0] == 1.0
    assert distracted.accuracy[2] < 0.1, "in twenty exchanges somebody else is mentioned"


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("{name}", True),
        ("It is {name}.", True),
        ("{small}", False),
        ("{name} or {other}", False),
        ("{name}line", False),
        ("", False),
    ],
)
def test_only_the_name_as_a_whole_word_and_no_other_counts(answer: str, right: bool) -> None:
    def respond(talks: list[list[str]]) -> list[str]:
        told = [messages[0].split()[3] for messages in talks]
        others = [NAMES[NAMES.index(name) - 1] for name in told]
        return [
            answer.format(name=name, small=name.lower(), other=other)
            for name, other in zip(told, others, strict=True)
        ]

    assert accuracy_by_length(respond, [2], n=30).right == [30 if right else 0]


def test_all_chance_comes_from_the_seed_and_a_length_is_measured_alike_beside_any_others() -> None:
    seen: list[list[list[str]]] = []

    def note(talks: list[list[str]]) -> list[str]:
        seen.append(talks)
        return [""] * len(talks)

    for lengths, seed in (([1, 5], 0), ([5], 0), ([5], 1)):
        accuracy_by_length(note, lengths, n=6, seed=seed)
    _, both, alone, other = seen
    assert both == alone
    assert alone != other


def test_the_limit_is_the_largest_length_up_to_which_all_lower_ends_suffice() -> None:
    curve = LengthCurve([8, 0, 2, 4], [100, 100, 99, 70], 100)  # not in order
    assert curve.limit(0.9) == 2, "length 8 is fine again, but behind one that is not"
    assert curve.limit(0.99) is None, "100 of 100 leaves more than 1 % open"
    low, high = curve.intervals[3]
    assert low < 0.7 < high
    with pytest.raises(ValueError, match="least"):
        curve.limit(1.0)


@pytest.mark.parametrize(("lengths", "n"), [([], 5), ([1, 1], 5), ([-1], 5), ([1], 0)])
def test_bad_lengths_are_named(lengths: list[int], n: int) -> None:
    with pytest.raises(ValueError, match="lengths"):
        accuracy_by_length(first_name, lengths, n=n)


def test_each_conversation_needs_an_answer() -> None:
    with pytest.raises(ValueError, match="answers"):
        accuracy_by_length(lambda talks: ["Ada"], [1], n=3)
    with pytest.raises(ValueError, match="exchanges"):
        make_conversation(-1, random.Random(0))
