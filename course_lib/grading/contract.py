"""The contract of an exercise: said once, in the solution notebook; checks and their sentences follow from it.

    contract = Contract("softmax", points=16)
    given = contract.of("softmax", reference=torch.softmax)
    with given.idea("adds-up", 6, "Exponentiate, then divide by the sum along dim.", said="along `dim`"):
        given.call(contract.randn(3, 5), 1.0, -1)
    with given.idea("refuses", 2, "Raise a ValueError for a temperature of 0 or less.", said="ValueError if"):
        given.refuses(contract.randn(4), 0.0, about="temperature 0")
    contract.score()

The ideas of a function stand in order, from ordinary inputs to corners. The first is its core: the others count only
where ordinary inputs give the right values. The calls of an idea go to the learner's process in one message.

Without being asked for, every call also checks that arguments stay as they are and that the result has the type, dtype
and shape of the reference's; some are repeated later, and in other dtypes and layouts.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import torch

from course_lib.grading import chance, checks
from course_lib.grading.calls import Call, Foreign, Outcome, as_it_is, call_here
from course_lib.grading.checks import Checks
from course_lib.grading.compare import Difference, Rule, difference, wrong_type_inside

Kind = Literal["raised", "value", "form", "changes", "state", "shared", "gradient", "refusal"]
# How severe: if several things are wrong in an idea, the first of these is told.
ORDER: tuple[Kind, ...] = ("raised", "value", "refusal", "gradient", "form", "changes", "shared", "state")
GATING = ("raised", "value")  # in the core, they leave nothing that later ideas could count
ONCE = ("form", "shared", "changes", "state")  # a mistake of this kind costs one idea, not each
VARIED = 2  # of an idea's first calls, so many are repeated and tried in other layouts
WAITS = "waits"
WAITING = "Counts once `{core}` is right."
CHANGED = "Your function changes what it was given: work on a copy."
STATE = (
    "The same call gave another result later: your function keeps something from one call to the next, such as a "
    "global variable, a default list or a cache."
)
EARLIER = (
    "Your function gives back what an earlier call gave: keep nothing from one call to the next, such as a cache "
    "that does not look at all that it was given."
)
OVERWRITES = "A later call changes what an earlier one returned: build a new result in every call."
SHARED = "The result is, or holds, a piece of what was given: build a new one."
RAISED = "It raised {error} for {about}, where a result is asked for."
WRONG_ERROR = "It raised {error} for {about}; {asked} is asked for."
NO_GRADIENT = (
    "No gradient comes back: `.item()`, `.detach()`, `torch.tensor(...)` and NumPy cut the way to the inputs."
)
WRONG_GRADIENT = "The values are right, but the gradient is not that of the formula."
NO_IDS = "Whole numbers from 0 on are asked for, and something else came back."
FAULTS = {
    "range": "Some results are outside of the range that is asked for.",
    "impossible": "Something with probability 0 was drawn.",
    "even": "Your draws are more even than chance: make each draw on its own, and don't share out fixed numbers.",
    "order": "Neighbouring draws depend on each other: make each draw anew, and keep the order in which they came.",
}
EVEN = "Every id comes equally often: draw each with its own probability."
LIKELIEST = "Always the likeliest id: draw, so that the others come as often as their probabilities say."
STANDS_STILL = (
    "Draw after draw gives the same: the generator has to move on, so don't seed it or make a new one inside."
)
ORDINARY = "ordinary inputs"
SHIFTED = "The draws of one seed are those of another, one later: make the dice once from it, not anew for each draw."
LONG = 20  # draws that are no accident
ENOUGH = 100  # fewer draws fit many distributions
TINY = 1e-6  # a gradient below is rounding where it should be 0
PATIENCE = 1.0  # seconds of computing for looking for the mistake that explains an idea's results


class Lent:
    """A function that a call passes; made anew for each call, it remembers what it was asked. See `Contract.lend`.

    What the reference asked it is its script: it goes over with the call, so that a learner's process which asks the
    same hears the answers without a round trip for each.
    """

    def __init__(self, make: Callable[[], Callable[..., Any]], asked: str = "") -> None:
        self.make, self.asked = make, asked
        self.heard: list[tuple[list[Any], Any]] = []
        self.renew()

    def renew(self) -> None:
        """Begin anew, with what was asked so far as the script."""
        self.script, self.heard = self.heard, []
        self.function = self.make()

    @property
    def seen(self) -> list[list[Any]]:
        """What it was asked, in order."""
        return [args for args, _ in self.heard]

    def catch_up(self, n: int) -> None:
        """Go through the script's first n questions: they were answered where they were asked."""
        for args, _ in self.script[len(self.heard) : n]:
            self(*args)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        asked = [list(value) if isinstance(value, list) else value for value in (*args, *kwargs.values())]
        reply = self.function(*args, **kwargs)
        self.heard.append((asked, reply))
        return reply


@dataclass
class Case:
    """One call of a contract and what it should give."""

    call: Call
    what: Literal["value", "refusal", "draws", "pool", "alike", "differ"]
    about: str = ""  # what kind of input it is, for a learner
    error: type[BaseException] = ValueError
    p: Sequence[float] = ()  # chances of the draws
    rivals: dict[str, list[float]] = field(
        default_factory=dict
    )  # chances that come of mistakes, by their sentence
    take: Callable[[list[Any]], list[Any]] | None = None  # ids from the results
    group: int = 0  # of calls that are compared with each other
    expected: Any = None
    gradients: list[torch.Tensor | None] | None = None
    seen: list[list[Any]] = field(default_factory=list)  # what the reference asked each lent function
    sentence: str = ""  # of calls that should be alike: what a learner hears if they are not
    look: Callable[[Any], Any] | None = None  # the part of the result that is compared
    derived: bool = False  # made by the contract, not written by its author
    repeats: Case | None = None  # the earlier call that this one makes again


@dataclass
class Failure:
    """What was wrong with one case."""

    kind: Kind
    sentence: str = ""  # says it exactly; "" leaves it to the idea's
    raised: str = ""
    case: Case | None = None


@dataclass
class Idea:
    """Calls that belong together, their points, and the sentence for whoever gets them wrong."""

    name: str
    points: float
    sentence: str
    said: tuple[str, ...] = ()
    cases: list[Case] = field(default_factory=list)
    mistakes: list[tuple[Callable[..., Any], str]] = field(default_factory=list)
    after: str = ""
    look: Callable[[Any], Any] | None = None


class Contract(Checks):
    """The contract of one exercise, with one function or several.

    Args:
        exercise, points, seed, limit, total: as for `Checks`; the limit is for each idea.
    """

    def __init__(
        self, exercise: str, points: float, seed: int | None = None, limit: float = 5.0, total: float = 20.0
    ) -> None:
        super().__init__(exercise, points, seed, limit, total)
        self.functions: list[Function] = []

    def of(
        self,
        name: str,
        reference: Callable[..., Any] | None = None,
        *,
        judge: Callable[..., bool | str] | None = None,
        close: float | None = None,
        near: float = 0.0,
        dtype: Literal["float", "same", "any"] = "float",
        floats: bool = True,
        fresh: bool = False,
    ) -> Function:
        """Return the promises about the learner's function of that name.

        Args:
            reference: gives what is right; by default the solution in this notebook. It may change nothing.
            judge: for exercises with several right results: called with the result and the arguments (as
                `judge(found, *args, **kwargs)`), says whether it is right, or in a sentence what is wrong.
                What the reference gives then only sets the type.
            close, near: relative and absolute tolerance (`compare.Rule`).
            dtype: of tensors in the result: "float" (float32 or float64), "same" as the reference's, or "any".
            floats: whether float64 arguments are also tried as float32 and with gaps in memory.
            fresh: whether the result must share nothing with the arguments.
        """
        names = sys._getframe(1).f_globals
        target = None if checks.outside_session() else names.get(name)
        model = checks.reference(name) or reference or target
        function = Function(
            self, name, target, model, reference, judge, Rule(close, near, dtype), floats, fresh
        )
        self.functions.append(function)
        return function

    def score(self) -> float:
        """Show one line per idea and return the points, between 0 and all."""
        for function in self.functions:
            function.close_rules()
        return super().score()

    def all_ideas(self) -> list[Idea]:
        """The ideas and rules of all its functions."""
        return [idea for function in self.functions for idea in (*function.ideas, *function.ruled)]

    def dice(self) -> torch.Generator:
        """A new torch generator with a fresh seed, for an argument."""
        return torch.Generator().manual_seed(int(self.rng.integers(2**62)))

    def lend(self, make: Callable[[], Callable[..., Any]], asked: str = "") -> Lent:
        """A function to pass to a learner's, such as a mock model; `make()` is called for each call that gets it.

        Args:
            asked: if given, it has to be asked what the reference asks it, in that order; else the learner hears this.
        """
        return Lent(make, asked)

    def ints(self, high: int, *shape: int) -> torch.Tensor:
        """Fresh whole numbers from 0 to high - 1, int64."""
        return torch.from_numpy(self.rng.integers(0, high, shape))


class Function:
    """What a contract promises about one function; made by `Contract.of`."""

    def __init__(
        self,
        contract: Contract,
        name: str,
        target: Callable[..., Any] | None,
        model: Callable[..., Any] | None,
        reference: Callable[..., Any] | None,
        judge: Callable[..., bool | str] | None,
        rule: Rule,
        floats: bool,
        fresh: bool,
    ) -> None:
        if model is None:
            raise ValueError(f"{name!r} has no reference: no cell of the solution defines it")
        self.contract, self.name, self.target = contract, name, target
        self.model = model  # the instructor's answer, whose parameters have the names that learners know
        self.reference = reference or model
        self.signature = inspect.signature(model)
        self.judge, self.tolerance, self.floats, self.fresh = judge, rule, floats, fresh
        self.core: str = ""
        self.core_failed = False
        self.unwritten = False
        self.gave = False  # whether any call gave something other than None
        self.may_be_none = "None" in str(self.signature.return_annotation)
        self.ideas: list[Idea] = []
        self.rules: dict[str, Idea] = {}  # kind: the idea that such failures count against
        self.ruled: list[Idea] = []  # all of them, also once they were written down
        self.broken: dict[str, Failure] = {}
        self.charged: set[str] = set()
        self.failed: set[str] = set()
        self.allowed: list[tuple[str, str]] = []
        self._open: Idea | None = None
        self._groups = 0

    # --- what an instructor writes ---

    @contextlib.contextmanager
    def idea(
        self,
        name: str,
        points: float,
        sentence: str,
        said: str | Sequence[str] = "",
        after: str = "",
        look: Callable[[Any], Any] | None = None,
    ) -> Iterator[None]:
        """Collect the calls of one idea in the block, and make them at its end.

        Args:
            sentence: what a learner hears whose calls give something wrong; about the misconception, not the inputs.
            said: the words of the exercise's text that ask for this, or several.
            after: another idea that must be right for this one to count, beside the core.
            look: takes the part of a result that this idea is about, such as `lambda result: result[0]`.
        """
        self.contract.claim(name, points)
        self._open = Idea(
            name, points, sentence, (said,) if isinstance(said, str) else tuple(said), after=after, look=look
        )
        self.ideas.append(self._open)
        self.core = self.core or name
        yield
        idea, self._open = self._open, None
        self._examine(idea)

    def rule(
        self, kind: Kind, name: str, points: float, sentence: str, said: str | Sequence[str] = ""
    ) -> None:
        """Let all failures of one kind count against an idea of their own, wherever they happen.

        Kinds: "form" (type, dtype), "changes" (arguments changed), "state", "shared", "gradient".
        """
        self.contract.claim(name, points)
        self.rules[kind] = Idea(name, points, sentence, (said,) if isinstance(said, str) else tuple(said))
        self.ruled.append(self.rules[kind])

    def call(self, *args: Any, about: str = "", gradient: bool = False, **kwargs: Any) -> None:
        """Call the function; the result must be the reference's.

        Args:
            about: what kind of input it is, such as "an empty list"; a learner may hear it.
            gradient: also compare the gradients of all inputs that require them.
        """
        call = Call(args, kwargs)
        if gradient:
            call = replace(call, cotangent=torch.ones(()))  # takes its shape from the expected result
        self._add(Case(call, "value", about))

    def refuses(
        self, *args: Any, about: str = "", error: type[BaseException] = ValueError, **kwargs: Any
    ) -> None:
        """Call the function; it must raise that error, or one of its subclasses."""
        self._add(Case(Call(args, kwargs), "refusal", about, error))

    def draws(
        self,
        p: Sequence[float] | torch.Tensor,
        *args: Any,
        times: int = 1,
        take: Callable[[list[Any]], list[Any]] | None = None,
        mistakes: Sequence[tuple[Sequence[float] | torch.Tensor, str]] = (),
        about: str = "",
        **kwargs: Any,
    ) -> None:
        """Call the function `times` times on the same dice; the results must be independent draws from p.

        Args:
            take: gets the list of results and returns the ids in them; by default each is an id, or a list of ids.
            mistakes: chances that come of a mistake, each with its sentence (for all calls of an idea: `mistake`).
        """
        chances = p.tolist() if isinstance(p, torch.Tensor) else list(p)
        call = Call(args, kwargs, times, seed=self._die())
        rivals = {text: q.tolist() if isinstance(q, torch.Tensor) else list(q) for q, text in mistakes}
        self._add(Case(call, "draws", about, p=chances, rivals=rivals, take=take))

    def pool(self, p: Sequence[float] | torch.Tensor, *calls: Sequence[Any], about: str = "") -> None:
        """Make several calls, each a list of arguments; all their results together must be independent draws from p."""
        self._groups += 1
        chances = p.tolist() if isinstance(p, torch.Tensor) else list(p)
        for args in calls:
            call = Call(tuple(args), {}, seed=self._die())
            self._add(Case(call, "pool", about, p=chances, group=self._groups))

    def alike(self, *args: Any, times: int = 1, about: str = "", otherwise: str = "", **kwargs: Any) -> None:
        """Make the same call twice, the global dice thrown anew in between: the results must be equal.

        Args:
            otherwise: what a learner hears if they are not; by default the idea's sentence.
        """
        self._groups += 1
        for _ in range(2):
            call = Call(args, kwargs, times, seed=self._die())
            self._add(Case(call, "alike", about, group=self._groups, sentence=otherwise))

    def differ(self, *calls: Sequence[Any], times: int = 1, about: str = "") -> None:
        """Make several calls, each a list of arguments, on the same global dice: no two may give the same."""
        self._groups += 1
        die = self._die()
        for args in calls:
            self._add(Case(Call(tuple(args), {}, times, seed=die), "differ", about, group=self._groups))

    def mistake(self, function: Callable[..., Any], sentence: str) -> None:
        """Name a way in which this idea goes wrong: whoever's results are those of `function` hears this sentence.

        In an idea of draws, `function` gets the arguments and returns the chances that come of the mistake. That all
        ids come equally often, or only the likeliest, is known without being named.
        """
        self._now().mistakes.append((function, sentence))

    def allow(self, slips: str, why: str) -> None:
        """Say that some slips (a pattern of their names, such as "float*") make no wrong answer here, and why."""
        self.allowed.append((slips, why))

    # --- what follows from it ---

    def _now(self) -> Idea:
        if self._open is None:
            raise ValueError("calls belong into a block: with given.idea(...):")
        return self._open

    def _add(self, case: Case) -> None:
        idea = self._now()
        try:
            self.signature.bind(*case.call.args, **case.call.kwargs)
        except TypeError as error:
            raise ValueError(f"idea {idea.name!r} calls {self.name!r} as nobody can: {error}") from error
        case.call, case.look = _renewed(case.call), idea.look
        case.about = case.about or (idea.cases[-1].about if idea.cases else "")
        idea.cases.append(case)

    def _die(self) -> int:
        return int(self.contract.rng.integers(2**31))

    def _examine(self, idea: Idea) -> None:
        """Make the calls of an idea and write down what it earned."""
        if not idea.cases:
            raise ValueError(f"idea {idea.name!r} makes no call")
        if self.unwritten:
            self.contract.write(idea.name, idea.points, "not written", checks.NOT_WRITTEN)
            return
        if self.failed and checks.depth() == "first":  # it is known already that points are lost
            self.contract.write(idea.name, idea.points, WAITS, WAITING.format(core=next(iter(self.failed))))
            return
        waits_for = self.core if self.core_failed else idea.after if idea.after in self.failed else ""
        if waits_for:
            self.contract.write(idea.name, idea.points, WAITS, WAITING.format(core=waits_for))
            self.failed.add(idea.name)
            return
        self._complete(idea)
        failures: list[Failure] = []
        judged = False
        with self.contract.trying(idea.name, idea.points, idea.sentence) as attempt:
            outcomes = self._outcomes(idea)
            failures = self._failures(idea, outcomes)
            judged = True
            self._judge(idea, failures, outcomes, attempt)
        if attempt.lost:
            self.failed.add(idea.name)
        if idea.name == self.core and attempt.reason == "not written":
            self.unwritten = True
        if idea.name == self.core and (not judged or any(failure.kind in GATING for failure in failures)):
            self.core_failed = True

    def _complete(self, idea: Idea) -> None:
        """Add what every contract checks: other layouts and dtypes of the core's first calls, and repetitions."""
        first = [case for case in idea.cases if case.what == "value"][:VARIED]
        if self.floats and idea.name == self.core:
            for case in first:
                if _doubles(case.call) and case.call.cotangent is None:
                    single = replace(
                        case.call, args=_as_single(case.call.args), kwargs=_as_single(case.call.kwargs)
                    )
                    idea.cases.append(replace(case, call=single, derived=True))
                    idea.cases.append(replace(case, call=replace(case.call, loose=True), derived=True))
        idea.cases += [replace(case, call=_renewed(case.call), derived=True, repeats=case) for case in first]
        for case in idea.cases:
            if case.what == "value":
                self._expect(case, idea.name)

    def _expect(self, case: Case, idea: str) -> None:
        """Ask the reference, which changes nothing."""
        args, kwargs = case.call.args, case.call.kwargs
        leaves: list[torch.Tensor] = []
        if case.call.cotangent is not None:
            args, kwargs, leaves = _with_leaves(case.call)
        try:
            case.expected = self.reference(*args, **kwargs)
        except Exception as error:
            raise ValueError(f"the reference of {self.name!r} raises {error!r} in idea {idea!r}") from error
        case.seen = [lent.seen for lent in _lent(case.call)]
        for lent in _lent(case.call):
            lent.renew()
        if case.call.cotangent is not None:
            cotangent = self.contract.randn(*case.expected.shape)
            case.call = replace(case.call, cotangent=cotangent)
            (case.expected * cotangent).sum().backward()
            case.gradients, case.expected = [leaf.grad for leaf in leaves], case.expected.detach()

    def _outcomes(self, idea: Idea) -> list[Outcome]:
        calls = [case.call for case in idea.cases]
        session = checks.outside_session()
        if session is not None:
            return list(session.calls(self.name, calls))
        if self.target is None:
            raise NameError(f"name {self.name!r} is not defined")
        return call_here(self.target, calls)

    def _failures(self, idea: Idea, outcomes: list[Outcome]) -> list[Failure]:
        failures = []
        self.gave = self.gave or any(value is not None for outcome in outcomes for value in outcome.values)
        for case, outcome in zip(idea.cases, outcomes, strict=True):
            if outcome.changed:
                failures.append(Failure("changes", CHANGED, case=case))
            if outcome.overwrites:
                failures.append(Failure("state", OVERWRITES, case=case))
            failures += self._of_case(case, outcome)
        groups: dict[int, list[tuple[Case, Outcome]]] = {}
        for case, outcome in zip(idea.cases, outcomes, strict=True):
            if case.group:
                groups.setdefault(case.group, []).append((case, outcome))
        failures += [failure for group in groups.values() for failure in _compared(group)]
        first = {id(case): outcome for case, outcome in zip(idea.cases, outcomes, strict=True)}
        failures += [
            Failure("state", STATE, case=case.repeats)
            for case, outcome in zip(idea.cases, outcomes, strict=True)
            if case.repeats is not None and _differ(outcome, first[id(case.repeats)])
        ]
        # A repetition says something of its own only where the call was right the first time.
        wrong = {id(f.case) for f in failures if f.case and not f.case.repeats and f.kind != "changes"}
        return [f for f in failures if not (f.case and f.case.repeats and id(f.case.repeats) in wrong)]

    def _of_case(self, case: Case, outcome: Outcome) -> list[Failure]:
        about = case.about or ORDINARY
        if outcome.error == "NotImplementedError":
            raise NotImplementedError
        if case.what == "refusal":
            return self._of_refusal(case, outcome, about)
        if outcome.error:
            sentence = RAISED.format(error=_told(outcome.error), about=about)
            if outcome.error == "NameError":
                sentence = checks.name_error_sentence() or sentence
            return [Failure("state" if case.repeats else "raised", sentence, _told(outcome.error), case)]
        if case.what == "draws":
            return self._of_draws(case, outcome)
        if case.what != "value":
            return []
        found = self._of_value(case, outcome)
        if case.repeats:
            return [Failure("state", STATE, case=case)] if found and found[0].kind == "value" else []
        return found

    def _of_refusal(self, case: Case, outcome: Outcome, about: str) -> list[Failure]:
        if not outcome.error:
            return [Failure("refusal", case=case)]
        kind = getattr(__import__("builtins"), outcome.error, Exception)
        if isinstance(kind, type) and issubclass(kind, case.error):
            return []
        asked = f"{'an' if case.error.__name__[0] in 'AEIOU' else 'a'} {case.error.__name__}"
        sentence = WRONG_ERROR.format(error=_told(outcome.error), about=about, asked=asked)
        return [Failure("refusal", sentence, _told(outcome.error), case)]

    def _of_draws(self, case: Case, outcome: Outcome) -> list[Failure]:
        if any(value is None for value in outcome.values):
            return [Failure("value", checks.NO_RETURN.format(name=self.name), case=case)]
        try:
            drawn = (case.take or _flat)(outcome.values)
            ids = [int(one) for one in drawn]
            if any(float(one) != i for one, i in zip(drawn, ids, strict=True)):
                return [Failure("value", NO_IDS, case=case)]
        except (TypeError, ValueError, IndexError, AttributeError, RuntimeError, OverflowError):
            return [Failure("value", NO_IDS, case=case)]
        fault = chance.fault(ids, case.p)
        if fault:
            return [Failure("value", FAULTS.get(fault, ""), case=case)]
        wrong = difference(list(drawn), ids, self.tolerance)
        return [Failure("form", wrong.sentence, case=case)] if wrong else []

    def _of_value(self, case: Case, outcome: Outcome) -> list[Failure]:
        found: list[Failure] = []
        value = outcome.value
        if value is None and case.expected is not None:
            meant = self.gave and self.may_be_none
            return [Failure("value", "" if meant else checks.NO_RETURN.format(name=self.name), case=case)]
        wrong = self._judged(case, value) if self.judge else self._wrong(case, value, case.expected)
        if wrong is not None:
            found.append(Failure(wrong.kind, wrong.sentence, case=case))
        for lent, seen in zip(_lent(case.call), case.seen, strict=False):
            asked = difference(lent.seen, seen) if lent.asked and not found else None
            if asked is not None and asked.kind == "value":
                found.append(Failure("value", lent.asked, case=case))
        if self.fresh and outcome.shared and not outcome.changed:
            found.append(Failure("shared", SHARED, case=case))
        if case.gradients is not None and not (found and found[0].kind == "value"):
            none = outcome.gradients is None or all(map(_no_gradient, outcome.gradients))
            if outcome.gradients is None or (none and not all(map(_no_gradient, case.gradients))):
                found.append(Failure("gradient", NO_GRADIENT, case=case))
            elif any(
                _no_gradient(one) != _no_gradient(other)
                or (
                    one is not None
                    and other is not None
                    and difference(one, other, Rule(near=1e-6, dtype="any"))
                )
                for one, other in zip(outcome.gradients, case.gradients, strict=True)
            ):
                found.append(Failure("gradient", WRONG_GRADIENT, case=case))
        return found

    def _wrong(self, case: Case, value: Any, expected: Any, rule: Rule | None = None) -> Difference | None:
        """What is wrong with the part of a result that the case looks at."""
        if case.look is not None:
            try:
                value, expected = case.look(value), case.look(expected)
            except Exception:  # whatever a look at a result of a learner's making raises
                return Difference("value")
        return difference(value, expected, rule or self.tolerance)

    def _judged(self, case: Case, value: Any) -> Difference | None:
        if isinstance(value, Foreign):
            return difference(value, case.expected, self.tolerance)
        plain = _as_kind(value, case.expected)
        verdict = self._verdict(case, plain)
        if verdict is not True:
            return Difference("value", verdict if isinstance(verdict, str) else "")
        if plain is not value:
            return difference(value, plain, self.tolerance)
        return wrong_type_inside(value, case.expected)

    def _verdict(self, case: Case, value: Any) -> bool | str:
        assert self.judge is not None
        call = copy.deepcopy((case.call.args, case.call.kwargs))
        try:
            return self.judge(value, *call[0], **call[1])
        except Exception:  # whatever a look at a result of a learner's making raises
            return False

    def _judge(
        self, idea: Idea, failures: list[Failure], outcomes: list[Outcome], attempt: checks.Attempt
    ) -> None:
        """Decide whether the idea loses its points, and by which sentence."""
        mine = []
        for failure in failures:
            if failure.kind in self.rules:
                self.broken.setdefault(failure.kind, failure)
            elif failure.kind in ONCE and failure.kind in self.charged:
                continue
            else:
                mine.append(failure)
        self.charged |= {failure.kind for failure in mine if failure.kind in ONCE}
        if not mine:
            return
        worst = min(mine, key=lambda failure: ORDER.index(failure.kind))
        sentence = worst.sentence
        state = [failure.sentence for failure in mine if failure.kind == "state"]
        if worst.kind == "value" and state:
            sentence = state[0]
        if worst.kind in ("value", "refusal") and not sentence:
            sentence = self._explained(idea, outcomes)
        elif worst.kind == "raised" and worst.case and worst.case.about and idea.name != self.core:
            sentence = f"{sentence} {idea.sentence}"
        attempt.fail("raised" if worst.raised else "failed", sentence or idea.sentence)

    def _explained(self, idea: Idea, outcomes: list[Outcome]) -> str:
        """The sentence of the mistake whose results are these, "" if none that we know of."""
        from course_lib.grading.slips import explanations

        own = [
            (case, outcome) for case, outcome in zip(idea.cases, outcomes, strict=True) if not case.derived
        ]
        throws = [(case, outcome) for case, outcome in own if case.what == "draws"]
        sentence = _drawn_by_mistake(throws, idea.mistakes) if throws else ""
        pairs = [(case, outcome) for case, outcome in own if case.what in ("value", "refusal")]
        if sentence or checks.depth() != "whole":
            return sentence
        wrong = [case for case, outcome in pairs if self._of_case(case, outcome)]
        if not wrong:
            return ""
        deadline = time.process_time() + PATIENCE
        calls = [_renewed(replace(case.call, cotangent=None)) for case, _ in pairs]
        by_value = self.judge is None and any(case.what == "value" for case in wrong)
        general = explanations(self.model, calls) if by_value else []
        for rival, sentence in [*idea.mistakes, *general]:
            if time.process_time() > deadline:
                break
            with contextlib.suppress(Exception):
                if self._is_like(rival, pairs):
                    return sentence
        return EARLIER if _again(pairs, wrong) else ""

    def _is_like(self, rival: Callable[..., Any], pairs: list[tuple[Case, Outcome]]) -> bool:
        """Whether a function gives all these outcomes, the wrong ones and the right ones."""
        for case, outcome in pairs:
            (theirs,) = call_here(rival, [_renewed(replace(case.call, cotangent=None))])
            if bool(theirs.error) != bool(outcome.error) or theirs.error != outcome.error:
                return False
            rule = replace(self.tolerance, dtype="any")
            if not theirs.error and self._wrong(case, outcome.value, theirs.value, rule):
                return False
        return True

    def close_rules(self) -> None:
        """Write down what the rules of this function earned: right behind its core, before the corners."""
        place = next((i for i, r in enumerate(self.contract.results) if r.name == self.core), -1) + 1
        rest, self.contract.results[place:] = self.contract.results[place:], []
        for kind, idea in self.rules.items():
            failure = self.broken.get(kind)
            if self.unwritten:
                self.contract.write(idea.name, idea.points, "not written", checks.NOT_WRITTEN)
            elif self.core_failed:
                self.contract.write(idea.name, idea.points, WAITS, WAITING.format(core=self.core))
            elif failure is not None:
                exact = failure.sentence if kind == "form" else ""
                self.contract.write(idea.name, idea.points, "failed", f"{idea.sentence} {exact}".strip())
            else:
                self.contract.write(idea.name, idea.points, "passed")
        self.contract.results += rest
        self.rules = {}


def _lent(call: Call) -> list[Lent]:
    return [value for value in (*call.args, *call.kwargs.values()) if isinstance(value, Lent)]


def _renewed(call: Call) -> Call:
    """The call with functions of its own."""

    def new(value: Any) -> Any:
        return Lent(value.make, value.asked) if isinstance(value, Lent) else value

    return replace(call, args=tuple(map(new, call.args)), kwargs={k: new(v) for k, v in call.kwargs.items()})


def _with_leaves(call: Call) -> tuple[tuple[Any, ...], dict[str, Any], list[torch.Tensor]]:
    """The arguments of a call with fresh tensors that require gradients, and these."""
    leaves: list[torch.Tensor] = []

    def fresh(value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not value.requires_grad:
            return value
        leaves.append(value.detach().clone().requires_grad_())
        return leaves[-1]

    return tuple(map(fresh, call.args)), {name: fresh(value) for name, value in call.kwargs.items()}, leaves


def _as_kind(value: Any, expected: Any) -> Any:
    """A result with the types of the expected one where only those differ, such as a tensor of ids for a list of ints.

    The same object if it has them, or is something else altogether.
    """
    if not isinstance(expected, list | tuple) or not isinstance(
        value, list | tuple | torch.Tensor | np.ndarray
    ):
        return value
    items = value.tolist() if isinstance(value, torch.Tensor | np.ndarray) else list(value)
    if not isinstance(items, list):
        return value
    if expected and all(type(one) is int for one in expected):
        items = [int(one) if _is_whole(one) else one for one in items]
    same = type(value) is type(expected) and all(
        type(one) is type(two) for one, two in zip(value, items, strict=True)
    )
    return value if same else type(expected)(items)


def _is_whole(value: Any) -> bool:
    try:
        return not isinstance(value, str) and bool(int(value) == value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return False


def _told(error: str) -> str:
    return error if error in {kind.__name__ for kind in checks.TOLD} else "another error"


def _flat(values: list[Any]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list | tuple) else [value])]


def _drawn(case: Case, outcome: Outcome) -> list[int]:
    return [int(one) for one in (case.take or _flat)(outcome.values)]


def _rivals(case: Case, mistakes: Sequence[tuple[Callable[..., Any], str]]) -> dict[str, list[float]]:
    """The chances that come of known mistakes, by the sentence that names the mistake."""
    size, likeliest = len(case.p), max(range(len(case.p)), key=case.p.__getitem__)
    known = dict(case.rivals)
    for function, sentence in mistakes:
        with contextlib.suppress(TypeError, ValueError, RuntimeError):
            known[sentence] = [float(q) for q in function(*case.call.args, **case.call.kwargs)]
    if len({*case.p}) > 1:
        known[EVEN] = [1.0] * size
    known[LIKELIEST] = [float(i == likeliest) for i in range(size)]
    return known


def _stands_still(drawn: Sequence[list[int]]) -> bool:
    return all(len(ids) > 10 and len({*ids}) == 1 for ids in drawn)


def _drawn_by_mistake(
    cases: Sequence[tuple[Case, Outcome]], mistakes: Sequence[tuple[Callable[..., Any], str]]
) -> str:
    """The sentence of the mistake whose chances fit all these draws best, "" if none does."""
    if any(outcome.error for _, outcome in cases):
        return ""
    drawn = [(case.p, _rivals(case, mistakes), _drawn(case, outcome)) for case, outcome in cases]
    if sum(len(ids) for _, _, ids in drawn) < ENOUGH:
        return ""
    fitting = {}
    for sentence in {sentence: None for _, known, _ in drawn for sentence in known}:
        supposed = [(known.get(sentence, p), ids) for p, known, ids in drawn]
        if not any(chance.fault(ids, q) for q, ids in supposed):
            fitting[sentence] = sum(math.log(q[i] / sum(q)) for q, ids in supposed for i in ids)
    still = STANDS_STILL if _stands_still([ids for _, _, ids in drawn]) else ""
    return max(fitting, key=fitting.__getitem__, default=still)


def _no_gradient(gradient: torch.Tensor | None) -> bool:
    """Whether it is none, or 0 but for rounding; nan is something."""
    return gradient is None or not bool(((gradient.abs() > TINY) | gradient.isnan()).any())


def _compared(group: list[tuple[Case, Outcome]]) -> list[Failure]:
    """The failures of calls that should give the same, or each something else."""
    case = group[0][0]
    if any(outcome.error for _, outcome in group):
        return []
    if case.what == "pool":
        return _pooled(group)
    values = [outcome.values for _, outcome in group]
    same = [difference(one, other) is None for i, one in enumerate(values) for other in values[:i]]
    if case.what == "alike":
        return [] if all(same) else [Failure("value", case.sentence, case=case)]
    if any(same):
        return [Failure("value", case=case)]
    shifted = any(_is_shifted(one, other) for one in values for other in values if one is not other)
    return [Failure("value", SHIFTED, case=case)] if shifted else []


def _pooled(group: list[tuple[Case, Outcome]]) -> list[Failure]:
    """The failure of calls that together should be draws."""
    case = group[0][0]
    try:
        ids = [int(one) for _, outcome in group for one in _flat(outcome.values)]
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return [Failure("value", NO_IDS, case=case)]
    fault = chance.fault(ids, case.p)
    return [Failure("value", FAULTS.get(fault, ""), case=case)] if fault else []


def _is_shifted(one: list[Any], other: list[Any]) -> bool:
    """Whether one run of draws is another one that starts a draw later."""
    first, second = _flat(one), _flat(other)
    return len(first) > LONG and len(first) == len(second) and first[1:] == second[:-1]


def _differ(one: Outcome, other: Outcome) -> bool:
    """Whether the same call gave something else the second time."""
    if one.error or other.error:
        return one.error != other.error
    return not _same(one.value, other.value)


def _same(one: Any, other: Any) -> bool:
    """Whether two results are alike, as far as results can be compared."""
    if isinstance(one, Foreign) and isinstance(other, Foreign):
        return True
    try:
        if difference(one, other, Rule(dtype="any")) is None:
            return True
    except TypeError:
        return type(one) is type(other)
    held = as_it_is(one)  # bit by bit: a nan is the same nan the second time
    return held is not None and held == as_it_is(other)


def _again(pairs: Sequence[tuple[Case, Outcome]], wrong: Sequence[Case]) -> bool:
    """Whether each wrong result is that of an earlier call, which was right there, and results are not all the same."""
    given: list[Any] = []
    for case, outcome in pairs:
        if outcome.error:
            return False
        known = any(_same(outcome.value, earlier) for earlier in given)
        if any(case is one for one in wrong) and (not known or _is_plain(outcome.value)):
            return False
        if not known:
            given.append(outcome.value)
    return len(given) > 1


def _is_plain(value: Any) -> bool:
    """Whether many calls may give this: nothing, 0, 1, or the same number throughout."""
    if isinstance(value, torch.Tensor):
        return value.numel() == 0 or bool((value == value.flatten()[0]).all())
    items = _flat([[*value.values()] if isinstance(value, dict) else value])
    if len(items) < 2 and all(item in (None, 0, 1, "") for item in items):
        return True
    return _is_name(value)  # one of a few names is no surprise


def _is_name(value: Any) -> bool:
    """Whether a result is made of single words, yes and no alone."""
    if isinstance(value, dict):
        return _is_name([*value.values()])
    if isinstance(value, list | tuple):
        return all(map(_is_name, value))
    return value is None or isinstance(value, bool) or (isinstance(value, str) and len(value.split()) < 2)


def _doubles(call: Call) -> bool:
    values = [*call.args, *call.kwargs.values()]
    return any(isinstance(value, torch.Tensor) and value.dtype == torch.float64 for value in values)


def _as_single(values: Any) -> Any:
    def single(value: Any) -> Any:
        double = isinstance(value, torch.Tensor) and value.dtype == torch.float64
        return value.detach().float().requires_grad_(value.requires_grad) if double else value

    if isinstance(values, dict):
        return {name: single(value) for name, value in values.items()}
    return tuple(map(single, values))
