"""Time that counts against a submission: what it computes or sleeps, not what it waits on a busy machine.

A learner's process that could go on but is not let is not charged, so the same work gets the same verdict whatever
else the machine is doing. The clock on the wall is only a backstop.
"""

from __future__ import annotations

import contextlib
import math
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

from course_lib.grading.frames import BACKSTOP

SLICE = 0.25  # seconds by the clock after which it is worth asking how many of them count


class Meter:
    """Measures one wait for a learner's process; called, it is a `Wait` (see `frames.py`).

    Args:
        used: returns the seconds that the submission's processes have used so far.
        most: seconds after which the wait is given up.
    """

    def __init__(self, used: Callable[[], float], most: float) -> None:
        self.used, self.most = used, most
        self.started = time.monotonic()
        self.before = math.nan  # used at the end of the first slice, which counts by the clock

    def counted(self) -> float:
        """Return the seconds so far that count."""
        passed = time.monotonic() - self.started
        if passed < SLICE:
            return passed
        if math.isnan(self.before):
            self.before = self.used()
        return SLICE + self.used() - self.before

    def __call__(self) -> float:
        """Return how long to wait before this is asked again. Raises TimeoutError when the time is used up."""
        passed = time.monotonic() - self.started
        left = self.most - self.counted()
        if left <= 0 or passed > BACKSTOP * self.most:
            raise TimeoutError("the time is used up")
        return min(max(left, 0.02), SLICE - passed if passed < SLICE else SLICE)


def computed() -> float:
    """Return the seconds that this process has computed in user mode, as the timer below counts them."""
    import resource  # not on Windows, where nothing is graded but the checks can be read

    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


@contextlib.contextmanager
def alarm(seconds: float, error: type[BaseException], by_clock: bool = False) -> Iterator[None]:
    """Raise `error` in the block when this process has computed for so long, or when so much time has passed.

    A block around it, or whoever else watches over it, keeps its own alarm.
    """
    timer, number = (
        (signal.ITIMER_REAL, signal.SIGALRM) if by_clock else (signal.ITIMER_VIRTUAL, signal.SIGVTALRM)
    )
    now = time.monotonic if by_clock else computed

    def ring(signum: int, frame: FrameType | None) -> None:
        raise error

    before = signal.signal(number, ring)
    started = now()
    outer = (0.0, 0.0)
    try:
        # It rings again, in case a bare `except:` in a loop caught the first one.
        outer = signal.setitimer(timer, seconds, 0.5)
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)
        if outer[0]:
            signal.setitimer(timer, max(outer[0] - (now() - started), 0.01), outer[1])
