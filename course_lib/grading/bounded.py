"""A function called in a process of its own, which ends when it takes too long or too much memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from course_lib.clean import one_line

CPU_SECONDS = 60
MEMORY = 1536 * 2**20  # bytes of data, the libraries' own included
PATIENCE = 10  # times the CPU seconds by the clock, for a machine that is busy with other things


class BoundsError(Exception):
    """The call did not end well; the message is one sentence."""


def call_bounded(function: Callable[..., Any], *arguments: Any, cpu_seconds: int = CPU_SECONDS) -> Any:
    """Return `function(*arguments)` from a process with limits on CPU time and memory (on Windows: without).

    The function is one of a module's own, and arguments and result can be pickled. The process is forked from one
    that has done nothing but import that module.

    Raises BoundsError if a limit was reached, or for an exception of the function.
    """
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload([function.__module__])
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_answer, args=(there, function, arguments, dict(os.environ), cpu_seconds), daemon=True
    )
    process.start()
    there.close()
    try:
        if not here.poll(PATIENCE * cpu_seconds):
            raise BoundsError(f"It took more than {PATIENCE * cpu_seconds} seconds and was stopped.")
        worked, value = here.recv()
    except EOFError:
        process.join()
        long = process.exitcode in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0))
        why = f"took more than {cpu_seconds} CPU seconds" if long else f"ended with code {process.exitcode}"
        raise BoundsError(f"The process {why}.") from None
    finally:
        here.close()
        process.kill()
        process.join()
    if not worked:
        raise BoundsError(value)
    return value


def _answer(
    there: Connection,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    environment: Mapping[str, str],
    cpu_seconds: int,
) -> None:
    os.environ.update(environment)
    with contextlib.suppress(ImportError):  # Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = True, function(*arguments)
    except MemoryError:
        answer = False, f"It needs more than {MEMORY / 2**20:.0f} MB of memory."
    except Exception as error:
        answer = False, one_line(f"{type(error).__name__}: {error}", 300)
    there.send(answer)
