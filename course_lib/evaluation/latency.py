"""How long an answer takes: the middle, and the slow end that users remember."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch


def percentile(values: Sequence[float | int], q: float | int) -> float:
    """Return the value that `q` per cent of the values are not above, on a straight line between neighbours.

    Raises ValueError for no values or q outside 0 to 100.
    """
    if not values:
        raise ValueError("values is empty; expected at least one")
    if not 0 <= q <= 100:
        raise ValueError(f"q={q}; expected 0 to 100 per cent")
    ordered = sorted(values)
    place = (len(ordered) - 1) * q / 100
    below, share = math.floor(place), place - math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + share * (ordered[above] - ordered[below])


@dataclass(frozen=True)
class Latency:
    """Seconds of each call, warm-up left out, in the order in which they were measured."""

    seconds: list[float]
    tokens_per_call: int | None = None

    @property
    def p50(self) -> float:
        return percentile(self.seconds, 50)

    @property
    def p95(self) -> float:
        return percentile(self.seconds, 95)

    @property
    def p99(self) -> float:
        """Needs a hundred calls or more: with fewer it is little else than the slowest one."""
        return percentile(self.seconds, 99)

    @property
    def tokens_per_s(self) -> float:
        """All tokens over all seconds. Raises ValueError if the tokens of a call are not known."""
        if self.tokens_per_call is None:
            raise ValueError("tokens_per_call is not known; pass it to measure_latency")
        return self.tokens_per_call * len(self.seconds) / sum(self.seconds)

    def __str__(self) -> str:
        times = ", ".join(f"{name} {1000 * getattr(self, name):.1f} ms" for name in ("p50", "p95", "p99"))
        speed = "" if self.tokens_per_call is None else f", {self.tokens_per_s:,.0f} tokens/s"
        return f"{times} over {len(self.seconds)} calls{speed}"


def measure_latency(
    call: Callable[[], object],
    runs: int = 100,
    warmup: int = 3,
    tokens_per_call: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Latency:
    """Call `call` again and again and time it, after `warmup` calls that don't count.

    The first calls load code, fill caches and choose kernels; users of a running service never see them.
    What a GPU was given to do is waited for. Raises ValueError for runs < 1 or warmup < 0.
    """
    if runs < 1 or warmup < 0:
        raise ValueError(f"runs={runs}, warmup={warmup}; expected runs >= 1 and warmup >= 0")
    seconds = []
    for i in range(warmup + runs):
        _wait_for_gpu()
        before = clock()
        call()
        _wait_for_gpu()
        if i >= warmup:
            seconds.append(clock() - before)
    return Latency(seconds, tokens_per_call)


def _wait_for_gpu() -> None:
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.synchronize()
