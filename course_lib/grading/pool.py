"""Many submissions at once: in this process, on a local pool of processes, or on a Dask cluster.

Results come as they are ready. A worker that dies is replaced and what it had in hand is graded again; a
submission that has ended three workers is given up with a sentence. Only so many tasks wait at a time, so memory
does not grow with the class.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any

from course_lib.errors import CourseError
from course_lib.grading.run import Graded, Result, Task, grade_task
from course_lib.grading.sandbox import SandboxError

TRIES = 3
PR_SET_PDEATHSIG = 1


def grade_tasks(tasks: Iterable[Task], jobs: int = 1, scheduler: str | None = None) -> Iterator[Result]:
    """Grade tasks and yield the results as they come.

    Args:
        jobs: processes on this machine; 1 uses this process.
        scheduler: address of a Dask scheduler, such as tcp://host:8786, instead.

    Raises CourseError if the scheduler can't be reached, SandboxError if nothing can be run safely.
    """
    if scheduler is not None:
        yield from _on_dask(tasks, scheduler)
    elif jobs <= 1:
        for task in tasks:
            yield grade_task(task)
    else:
        yield from _on_pool(tasks, jobs)


def _live_with_parent() -> None:
    """A worker of the pool ends when the grader does, however that ends; Ctrl-C is the grader's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == 1:
            os._exit(1)


def _on_pool(tasks: Iterable[Task], jobs: int) -> Iterator[Result]:
    def start() -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(jobs, mp_context=context, initializer=_live_with_parent)

    waiting = iter(tasks)
    suspects: list[Task] = []  # were in hand when a worker died; graded one at a time, so that one tells
    tries: dict[str, int] = {}
    running: dict[Future[Result], Task] = {}
    pool = start()
    try:
        while True:
            room = 2 * jobs if not suspects else 1
            while len(running) < room:
                task = suspects.pop() if suspects else next(waiting, None)
                if task is None:
                    break
                try:
                    running[pool.submit(grade_task, task)] = task
                except BrokenProcessPool:
                    suspects.append(task)
                    break
            if not running and not suspects:
                return
            broken = not running
            for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                try:
                    result = future.result()
                except BrokenProcessPool:
                    broken = True
                    continue
                del running[future]
                yield result
            if broken:
                if len(running) == 1:
                    (task,) = running.values()
                    tries[task.student] = tries.get(task.student, 0) + 1
                    if tries[task.student] == TRIES:
                        running.clear()
                        yield given_up(task)
                suspects += running.values()
                running.clear()
                _end(pool)
                pool = start()
    finally:
        _end(pool)


def given_up(task: Task) -> Result:
    """The result for a submission that ended one worker after the other."""
    problem = "The grader's process ended again and again while it graded this; look at it by itself."
    return Result(task.student, {name: Graded(problem=problem) for name in task.submitted}, 0.0)


def _end(pool: ProcessPoolExecutor) -> None:
    """Stop a pool without waiting for what it still runs."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        with suppress(OSError, ValueError):
            process.kill()
    for process in processes:
        with suppress(OSError, ValueError, AssertionError):
            process.join(5)


def _on_dask(tasks: Iterable[Task], scheduler: str) -> Iterator[Result]:
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise CourseError(
            "Grading on a cluster needs Dask: pip install 'how-ai-models-work[cluster]'."
        ) from error
    try:
        client = Client(scheduler, timeout="20s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise CourseError(f"No Dask scheduler answers at {scheduler} ({type(error).__name__}).") from error
    with client:
        threads = sum(client.nthreads().values())
        if threads == 0:
            raise CourseError(f"The Dask scheduler at {scheduler} has no workers yet.")
        waiting = iter(tasks)
        submit: Callable[[Task], Any] = lambda task: client.submit(  # noqa: E731
            grade_task, task, pure=False, retries=TRIES
        )
        held: dict[Any, Task] = {}
        queue = as_completed()
        for task in _first(waiting, 2 * threads + 2):
            future = submit(task)
            held[future.key] = task
            queue.add(future)
        for future in queue:
            task = held.pop(future.key)
            try:
                result = future.result()
            except SandboxError:
                raise
            except Exception as error:
                problem = f"The cluster could not grade this ({type(error).__name__}: {str(error)[:200]})."
                names = {name: Graded(problem=problem) for name in task.submitted}
                result = Result(task.student, names, 0.0)
            future.release()
            following = next(waiting, None)
            if following is not None:
                after = submit(following)
                held[after.key] = following
                queue.add(after)
            yield result


def _first(tasks: Iterator[Task], number: int) -> Iterator[Task]:
    for _ in range(number):
        task = next(tasks, None)
        if task is None:
            return
        yield task
