"""Ways to adapt a model, on one and the same list: how many right, how consistent, and which is better (lesson 11).

Questions in one wording succeed or fail together. So the unit of an interval is the wording, not the question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from course_lib.data.facts import Question
from course_lib.evaluation.intervals import bootstrap_interval, mcnemar_exact
from course_lib.evaluation.words import says

Way = Callable[[list[str]], list[str]]  # questions in, answers out, in the same order


@dataclass(frozen=True)
class Paired:
    """Two models on the same questions: how often only one of them was right, by question and by group."""

    only_first: int
    only_second: int
    n: int
    first_ahead: int  # groups in which the first was right more often
    second_ahead: int
    groups: int
    interval: tuple[float, float]  # of the second's share minus the first's; groups drawn anew

    @property
    def p_value(self) -> float:
        """McNemar's exact test, as if each question were a case of its own."""
        return mcnemar_exact(self.only_first, self.only_second)

    @property
    def p_value_of_groups(self) -> float:
        """The same coin, thrown once for each group (exact sign test)."""
        return mcnemar_exact(self.first_ahead, self.second_ahead)


def _by_group(values: Sequence[float], groups: Sequence[Hashable]) -> dict[Hashable, float]:
    found: dict[Hashable, list[float]] = defaultdict(list)
    for value, group in zip(values, groups, strict=True):
        found[group].append(value)
    return {group: sum(rows) / len(rows) for group, rows in found.items()}


def compare_paired(
    first: Sequence[bool], second: Sequence[bool], groups: Sequence[Hashable], seed: int = 0
) -> Paired:
    """Compare two models question by question, and group by group; each group counts the same in the interval.

    Raises ValueError for lists of different lengths, or fewer than two groups.
    """
    if not len(first) == len(second) == len(groups):
        raise ValueError(
            f"first has {len(first)} entries, second {len(second)}, groups {len(groups)}; expected as many"
        )
    ahead = _by_group([float(b) - float(a) for a, b in zip(first, second, strict=True)], groups)
    if len(ahead) < 2:
        raise ValueError(
            f"groups names {len(ahead)}; expected at least 2: one alone says nothing about others"
        )
    return Paired(
        only_first=sum(a and not b for a, b in zip(first, second, strict=True)),
        only_second=sum(b and not a for a, b in zip(first, second, strict=True)),
        n=len(first),
        first_ahead=sum(difference < 0 for difference in ahead.values()),
        second_ahead=sum(difference > 0 for difference in ahead.values()),
        groups=len(ahead),
        interval=bootstrap_interval(list(ahead.values()), seed=seed),
    )


def first_sentence(text: str) -> str:
    """Return the text up to its first full stop or line end."""
    return text.strip().split("\n")[0].split(".")[0].strip()


def is_right(answer: str, question: Question) -> bool:
    """Whether the first sentence of an answer has the word that was asked for."""
    return says(first_sentence(answer), question.value)


@dataclass(frozen=True)
class WayReport:
    """What one way of adapting a model did on the list."""

    answers: list[str]
    right: list[bool]
    interval: tuple[float, float]  # 95 %, wordings drawn anew
    consistent: int  # of `asked_often` facts, how many got the same answer in every wording, right or wrong

    @property
    def n_right(self) -> int:
        return sum(self.right)

    @property
    def share(self) -> float:
        return self.n_right / len(self.right)


@dataclass(frozen=True)
class AdaptationReport:
    """Several ways on one list, with the seed of the intervals: what a packet would keep."""

    ways: dict[str, WayReport]
    wordings: list[Hashable]
    asked_often: int
    n_wordings: int  # asked for each of the facts that consistency is counted on
    seed: int

    def compare(self, first: str, second: str) -> Paired:
        """Compare two of the ways on the same questions. Raises KeyError for a name that is not there."""
        return compare_paired(self.ways[first].right, self.ways[second].right, self.wordings, self.seed)


def measure_adaptation(
    ways: Mapping[str, Way], questions: Sequence[Question], n_wordings: int = 8, seed: int = 0
) -> AdaptationReport:
    """Ask each way the same questions; count right answers, with an interval over wordings, and consistency.

    Consistency is counted on the facts that the list asks for in at least `n_wordings` wordings, over the first that
    many: the same first sentence every time, right or wrong. Raises ValueError without ways, for fewer than two
    wordings in the list, or a way that returns another number of answers.
    """
    wordings: list[Hashable] = [(q.kind, q.wording) for q in questions]
    if not ways or len(set(wordings)) < 2:
        raise ValueError(
            f"{len(ways)} ways, {len(set(wordings))} wordings; expected at least 1 way and 2 wordings"
        )
    facts: dict[Hashable, list[int]] = defaultdict(list)
    for row, question in enumerate(questions):
        facts[question.country, question.kind].append(row)
    often = [rows[:n_wordings] for rows in facts.values() if len(rows) >= n_wordings]
    found = {}
    for name, way in ways.items():
        answers = way([q.text for q in questions])
        if len(answers) != len(questions):
            raise ValueError(f"{name!r} gave {len(answers)} answers; expected {len(questions)}")
        right = [is_right(answer, q) for answer, q in zip(answers, questions, strict=True)]
        per_wording = _by_group([float(one) for one in right], wordings)
        same = sum(len({first_sentence(answers[row]) for row in rows}) == 1 for rows in often)
        interval = bootstrap_interval(list(per_wording.values()), seed=seed)
        found[name] = WayReport(answers, right, interval, same)
    return AdaptationReport(found, wordings, len(often), n_wordings, seed)
