"""Hidden checks that read like pytest: named, weighted, timed, and silent about how they test.

A grade cell opens one `Checks`, runs a `with checks.check(...)` block per property, and ends in
`checks.score()`:

    checks = Checks("softmax", points=3)
    with checks.check("large-scores", 3, "Scores around 1000 overflow: subtract the largest one first."):
        assert torch.isfinite(softmax(1000 + checks.randn(5))).all()
    checks.score()

A block that raises anything loses its own points and says its one sentence; the test, its inputs and the
traceback stay out of the output.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import os
import secrets
import signal
import textwrap
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from course_lib.grading.meter import alarm

if TYPE_CHECKING:
    import torch

    from course_lib.grading.examiner import Session

# How far a contract goes: to the mistake behind wrong results, only to the points, or to the first lost one.
Depth = Literal["whole", "points", "first"]
MIME = "application/vnd.course.checks+json"
SEED_VARIABLE = "COURSE_GRADING_SEED"
NOT_WRITTEN = "This function still raises NotImplementedError: write it first."
ENDED = "Your code ended the Python process in this check."
TOO_SLOW = "This check was stopped after {seconds:g} seconds: look for a loop that never ends."
NO_RETURN = "`{name}` returned None: is there a `return` at its end?"
# The exceptions that a learner is told of: their choice could tell inputs, so it is short.
TOLD = (
    NameError,
    TypeError,
    ValueError,
    IndexError,
    KeyError,
    AttributeError,
    ZeroDivisionError,
    RuntimeError,
    AssertionError,
)
CELL_STOPPED = (
    "Your function uses a name that is missing: a cell above it ran too long and was stopped, so what that cell "
    "defines is not there."
)
MOST_TRACES, MOST_TRACE = 20, 6000  # for the instructor, of checks that failed for reasons of their own


@dataclass(frozen=True)
class CheckResult:
    """What one check found; `reason` is passed, failed, raised, slow, not written, or waits (for another check)."""

    name: str
    points: float
    earned: float
    reason: str
    message: str = ""
    raised: str = ""

    @property
    def passed(self) -> bool:
        """Whether the check gave its points."""
        return self.reason == "passed"

    def line(self) -> str:
        """One line for people, `[ok] name 3/3`; a failed check's sentence stands below it."""
        head = f"[{'ok' if self.passed else '--'}] {self.name:<22} {self.earned:g}/{self.points:g}"
        if self.passed:
            return head
        sentence = self.message + (f" (It raised {self.raised}.)" if self.raised else "")
        return f"{head}\n{textwrap.fill(sentence, 96, initial_indent='     ', subsequent_indent='     ')}"


class TimeUp(BaseException):
    """Raised inside a check that used up its time; no `except Exception` of a learner stops it."""


class NotDataError(TypeError):
    """A learner's function gave an object where its annotation says plain data; the message is one sentence."""


class Stopped(Exception):  # noqa: N818 - it tells what happened to the learner's process
    """The learner's process ended while a check was asking it."""


@dataclass
class Attempt:
    """What becomes of one check while it runs."""

    reason: str = "passed"
    message: str = ""
    raised: str = ""

    @property
    def lost(self) -> bool:
        """Whether the check gives no points."""
        return self.reason != "passed"

    def fail(self, reason: str, message: str, raised: str = "") -> None:
        """Say why it gives no points."""
        self.reason, self.message, self.raised = reason, message, raised


class Checks:
    """Collect the weighted checks of one exercise and give one score.

    Args:
        exercise: the exercise's id, for example "softmax".
        points: the exercise's points; the checks' points must add up to it.
        seed: fixes the inputs; by default they are fresh (the grader's secret, else the system's entropy).
        limit: seconds for one check. At grading, seconds that the learner's process or this one computes.
        total: seconds for all checks together; what starts after that is stopped at once.

    Raises:
        ValueError: for points that are not positive, later for checks that repeat a name or do not add up.
    """

    def __init__(
        self, exercise: str, points: float, seed: int | None = None, limit: float = 5.0, total: float = 20.0
    ) -> None:
        if points <= 0:
            raise ValueError(f"points must be above 0, found {points}")
        self.exercise = exercise
        self.points = float(points)
        self.limit = limit
        self.results: list[CheckResult] = []
        self._left = total
        self._names: list[str] = []
        if seed is None and _HOMES and _HOMES[-1].seed is not None:
            seed = _HOMES[-1].seed
        secret = os.environ.get(SEED_VARIABLE, "") if seed is None else str(seed)
        entropy = int.from_bytes(secret.encode()) if secret else secrets.randbits(128)
        self._seeds = np.random.SeedSequence([entropy, zlib.crc32(exercise.encode())])
        self.rng = np.random.default_rng(self._seeds)
        if _OUTSIDE is not None:
            _OUTSIDE.session.own_dice += [lambda: self.rng, lambda: self.__dict__.get("generator")]

    @cached_property
    def generator(self) -> torch.Generator:
        """A torch generator with this exercise's fresh seed."""
        import torch

        return torch.Generator().manual_seed(int(self._seeds.generate_state(1, np.uint32)[0]))

    def randn(self, *shape: int, dtype: torch.dtype | None = None) -> torch.Tensor:
        """Fresh normal numbers, float64 unless told."""
        import torch

        return torch.randn(shape, generator=self.generator, dtype=dtype or torch.float64)

    @contextlib.contextmanager
    def check(
        self, name: str, points: float, message: str, limit: float | None = None, changes: bool = False
    ) -> Iterator[None]:
        """Run one check: `points` if the block ends, none if it raises; the learner only sees `message`.

        At grading the block's own tensors, lists ... stay as they are whatever a learner's function does to them,
        so that it can't change what is expected. A check of such changes says `changes=True`.
        """
        self.claim(name, points)
        with self.trying(name, points, message, limit, changes):
            yield

    def claim(self, name: str, points: float) -> None:
        """Take a name for a check. Raises ValueError for a second one of that name, or points that are not positive."""
        if name in self._names:
            raise ValueError(f"two checks of {self.exercise!r} are called {name!r}")
        if points <= 0:
            raise ValueError(f"check {name!r}: points must be above 0, found {points}")
        self._names.append(name)

    @contextlib.contextmanager
    def trying(
        self, name: str, points: float, message: str, limit: float | None = None, changes: bool = False
    ) -> Iterator[Attempt]:
        """Run the block within its limits and write down a result: what it raised, or what the attempt was told."""
        seconds = max(min(limit or self.limit, self._left), 0.05)
        attempt = Attempt()
        clock = _Clock()
        try:
            with _silence(), _time_limit(seconds), _seen(changes):
                yield attempt
        except (TimeUp, TimeoutError):
            attempt.fail("slow", TOO_SLOW.format(seconds=seconds))
        except Stopped:
            attempt.fail("raised", f"{message} {ENDED}")
        except NotImplementedError:
            attempt.fail("not written", NOT_WRITTEN)
        except AssertionError:
            attempt.fail("failed", _without_return() or message)
        except BaseException as error:
            raised = ""
            # What was raised here, by what the check did with a result, is not for a learner to look for.
            if _OUTSIDE is None or getattr(error, "of_the_learner", False):
                raised = next(
                    (kind.__name__ for kind in type(error).__mro__ if kind in TOLD), "another error"
                )
            sentence = _own_sentence(error) or message
            if raised == "NameError" and (stopped := name_error_sentence()):
                sentence, raised = stopped, ""
            attempt.fail("raised", sentence, raised)
            self._trace(name, error)
        self._left -= clock.passed()
        earned = 0.0 if attempt.lost else float(points)
        self.results.append(
            CheckResult(name, float(points), earned, attempt.reason, attempt.message, attempt.raised)
        )

    def write(self, name: str, points: float, reason: str, message: str = "") -> None:
        """Write down a result that was found elsewhere; only "passed" gives the points."""
        earned = float(points) if reason == "passed" else 0.0
        self.results.append(CheckResult(name, float(points), earned, reason, message))

    def _trace(self, check: str, error: BaseException) -> None:
        """Keep for the instructor what went wrong in the check itself, not in the learner's code."""
        if _OUTSIDE is None or len(_OUTSIDE.traces) >= MOST_TRACES:
            return
        if getattr(error, "of_the_learner", False) or isinstance(error, NotDataError):
            return
        lines = "".join(traceback.format_exception(error)[-8:])[-MOST_TRACE:]
        _OUTSIDE.traces.append(f"{self.exercise}, check {check!r}:\n{lines}")

    def repeat(self, times: int, function: Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return the results of calling a learner's function many times with the same arguments.

        At grading this is one request in place of thousands. Generators move on from call to call.
        """
        if _OUTSIDE is not None and hasattr(function, "_there"):
            return list(_OUTSIDE.session.call(function._there(), args, kwargs, times))
        return [function(*args, **kwargs) for _ in range(times)]

    def there(self, path: str) -> Any:
        """Return something of a library, such as "torch.optim.SGD", where the learner's objects are.

        An optimizer that is made of it works on the learner's model itself, not on copies of its weights.
        """
        if _OUTSIDE is not None:
            from course_lib.grading.examiner import Remote

            return Remote(_OUTSIDE.session, ["library", path])
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)

    def calls(self, function: Any, name: str = "") -> set[str]:
        """Return the dotted names that the source of a learner's function calls or uses, such as "torch.softmax".

        For exercises that ask to write something by hand. `name` is the function's, if it isn't its own.
        """
        if _OUTSIDE is not None:
            source = _OUTSIDE.source(name or str(function._there()[1]))
            if not source:
                raise LookupError("no cell defines this function with `def`")
        else:
            source = textwrap.dedent(inspect.getsource(function))
        return {
            ast.unparse(node)
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load)
        }

    def score(self) -> float:
        """Show one line per check and return the points, between 0 and `points`.

        Raises:
            ValueError: if the checks' points do not add up to the exercise's points.
        """
        total = sum(result.points for result in self.results)
        if abs(total - self.points) > 1e-9:
            raise ValueError(
                f"the checks of {self.exercise!r} add up to {total:g} points, not {self.points:g}"
            )
        score = round(min(max(sum(result.earned for result in self.results), 0.0), self.points), 6)
        show(report(self.exercise, self.results), as_data(self.exercise, self.points, score, self.results))
        return score


def report(exercise: str, results: list[CheckResult]) -> str:
    """The lines that a learner sees for one exercise."""
    earned, points = sum(r.earned for r in results), sum(r.points for r in results)
    return "\n".join([f"{exercise}: {earned:g} of {points:g} points", *(result.line() for result in results)])


def as_data(exercise: str, points: float, score: float, results: list[CheckResult]) -> dict[str, Any]:
    """The JSON that goes into the cell's output beside the text, for reports and tests."""
    return {"exercise": exercise, "points": points, "score": score, "checks": [asdict(r) for r in results]}


def from_data(data: dict[str, Any]) -> list[CheckResult]:
    """Read `as_data` back."""
    return [CheckResult(**result) for result in data["checks"]]


def show(text: str, data: dict[str, Any]) -> None:
    """Show a report in the cell's output: lines for people, and the same as data for the feedback page."""
    if _OUTSIDE is not None:
        _OUTSIDE.show(text, data)
        return
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(text)
    else:
        display({"text/plain": text, MIME: data}, raw=True)


@dataclass(frozen=True)
class _Outside:
    """What the checks of a cell need when the learner's code runs in another process (`examiner.py`)."""

    show: Callable[[str, dict[str, Any]], None]
    session: Session
    source: Callable[[str], str]
    traces: list[str]


_OUTSIDE: _Outside | None = None


@dataclass(frozen=True)
class _Home:
    """What contracts need to know about where they run."""

    find: Callable[[str], Callable[..., Any] | None]  # the instructor's solutions
    seed: int | None = None
    depth: Depth = "whole"


_HOMES: list[_Home] = []


def outside_session() -> Session | None:
    """The conversation with the learner's process, None where their code runs in this one."""
    return _OUTSIDE.session if _OUTSIDE is not None else None


def reference(name: str) -> Callable[..., Any] | None:
    """The function of that name in the instructor's solution, None if it is not known here."""
    return _HOMES[-1].find(name) if _HOMES else None


def depth() -> Depth:
    """How far contracts go."""
    return _HOMES[-1].depth if _HOMES else "whole"


@contextlib.contextmanager
def at_home(
    find: Callable[[str], Callable[..., Any] | None], seed: int | None = None, depth: Depth = "whole"
) -> Iterator[None]:
    """Within the block, contracts ask `find` for the instructor's solutions, and checks draw from `seed` if given."""
    _HOMES.append(_Home(find, seed, depth))
    try:
        yield
    finally:
        _HOMES.pop()


def name_error_sentence() -> str:
    """What a learner hears whose function misses a name because a cell above was stopped; "" if none was."""
    return CELL_STOPPED if _OUTSIDE is not None and _OUTSIDE.session.has_stopped else ""


@contextlib.contextmanager
def outside(
    show: Callable[[str, dict[str, Any]], None],
    session: Session,
    source: Callable[[str], str],
    traces: list[str],
) -> Iterator[None]:
    """Within the block, the learner's names are remote: checks show and look up through the examiner."""
    global _OUTSIDE
    _OUTSIDE = _Outside(show, session, source, traces)
    try:
        yield
    finally:
        _OUTSIDE = None


@contextlib.contextmanager
def _seen(changes: bool) -> Iterator[None]:
    """At grading, let calls in the block change the check's own objects, or not; watch for a missing `return`."""
    if _OUTSIDE is None:
        yield
        return
    _OUTSIDE.session.changes, _OUTSIDE.session.gave_none = changes, ""
    try:
        yield
    finally:
        _OUTSIDE.session.changes = False


def _without_return() -> str:
    """The sentence about a learner's function that gave None in this check where it should give something."""
    name = _OUTSIDE.session.gave_none if _OUTSIDE is not None else ""
    return NO_RETURN.format(name=name) if name else ""


def _own_sentence(error: BaseException) -> str:
    """What is wrong in this check, whatever it was about; "" if that is not known."""
    return str(error) if isinstance(error, NotDataError) else _without_return()


class _Clock:
    """Seconds that count: at grading what the learner's process and this one computed, else the clock on the wall."""

    def __init__(self) -> None:
        self.started = self._now()

    @staticmethod
    def _now() -> float:
        if _OUTSIDE is None:
            return time.monotonic()
        return _OUTSIDE.session.counted + time.process_time()

    def passed(self) -> float:
        return self._now() - self.started


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Drop what learner code prints during a check: it could show inputs, and stderr costs points."""
    with (
        open(os.devnull, "w") as sink,  # noqa: PTH123
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
    ):
        yield


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeUp` in the block after `seconds`; no limit outside the main thread or without SIGALRM.

    At grading they are seconds of this process's computing, and as many again of the learner's.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return
    if _OUTSIDE is None:
        with alarm(seconds, TimeUp, by_clock=True):
            yield
        return
    with alarm(seconds, TimeUp), _OUTSIDE.session.at_most(seconds):
        yield
