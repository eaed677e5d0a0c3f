"""The packet's fields as questions: asked one by one in a terminal, or shown as a form in a notebook.

What is asked, the help beside it and what counts as an answer all come from the schema.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from course_lib.packet.load import value_problem
from course_lib.packet.schema import PacketModel, Part, allowed_values, label, since

BY_THE_LIBRARY = ("learner_id", "created", "updated", "lesson_completed", "prev_lock")
LONG = 20  # an answer of at least so many characters gets several lines to be written on
YES_NO = {"yes": "true", "y": "true", "no": "false", "n": "false"}


@dataclass(frozen=True)
class Question:
    """One field: where its answer goes, its help, its choices if they are fixed, and how it is written."""

    path: str
    help: str
    choices: tuple[str, ...] = ()
    many: bool = False
    long: bool = False

    def problem(self, answer: str) -> str | None:
        """Return what is wrong with an answer in one sentence, None if nothing is."""
        lines = answers(answer) if self.many else [answer.strip()]
        return value_problem(self.path, lines if self.many else lines[0])


def answers(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def questions(section: str, through: str = "12", lists: bool = False) -> list[Question]:
    """The questions of one section, nested groups included, that are asked up to a lesson.

    Lists of entries inside a section (alternatives, success criteria) are not asked, an editor serves them better;
    with `lists` they are named.

    Raises KeyError for a section that does not exist.
    """
    info = PacketModel.model_fields[section]
    part = _part(info.annotation)
    if part is None:  # a section that is one text
        return [Question(section, info.description or "", long=True)]
    return list(_questions(part, section, through, lists))


def _questions(part: type[Part], path: str, through: str, lists: bool) -> Iterator[Question]:
    for name, info in part.model_fields.items():
        here = f"{path}.{label(name, info)}"
        if name in BY_THE_LIBRARY or (since(info) or "00") > through:
            continue
        inner, many = _part(info.annotation), _is_list(info.annotation)
        if inner is not None:
            if not many:
                yield from _questions(inner, here, through, lists)
            elif lists:
                yield Question(here, info.description or "", many=True)
            continue
        choices = allowed_values(info) or (("true", "false") if _is_bool(info.annotation) else ())
        shortest = max((getattr(limit, "min_length", 0) for limit in info.metadata), default=0)
        yield Question(here, info.description or "", choices, many, many or shortest >= LONG)


def _inner(annotation: Any) -> Iterator[Any]:
    """An annotation and everything inside it."""
    yield annotation
    for one in get_args(annotation):
        yield from _inner(one)


def _part(annotation: Any) -> type[Part] | None:
    return next((one for one in _inner(annotation) if isinstance(one, type) and issubclass(one, Part)), None)


def _is_bool(annotation: Any) -> bool:
    return bool in _inner(annotation)


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType, Annotated):
        return any(_is_list(one) for one in get_args(annotation))
    return origin is list


def nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """{'use_case.volume.peak_rps': 1} -> {'use_case': {'volume': {'peak_rps': 1}}}; blank answers are left out."""
    changes: dict[str, Any] = {}
    for path, value in given.items():
        if value in ("", [], None):
            continue
        *groups, name = path.split(".")
        place = changes
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    return changes


def interview(asked: list[Question], ask: Callable[[str], str], say: Callable[[str], None]) -> dict[str, Any]:
    """Ask until each answer fits or is blank; return the changes to the packet.

    Args:
        ask: shows a prompt and returns the line that was typed.
        say: shows a line of text.
    """
    given: dict[str, Any] = {}
    for number, question in enumerate(asked, 1):
        say(f"\n{number} of {len(asked)}: {question.help}")
        if question.choices:
            say(f"  One of: {', '.join(question.choices)}.")
        name = question.path.rpartition(".")[2]
        while True:
            answer = _lines(ask, name) if question.many else ask(name).strip()
            answer = YES_NO.get(answer.lower(), answer) if question.choices else answer
            problem = question.problem(answer) if answer else None
            if problem is None:
                break
            say(f"  {problem}")
        given[question.path] = answers(answer) if question.many else answer
    return nested(given)


def _lines(ask: Callable[[str], str], name: str) -> str:
    """Several answers, one a line; a blank line ends them."""
    lines: list[str] = []
    while line := ask(f"{name} {len(lines) + 1} (blank: no more)").strip():
        lines.append(line)
    return "\n".join(lines)
