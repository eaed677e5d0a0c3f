"""Many submissions at once: on this machine, or on a Dask cluster.

Results come as they are ready. Only so many tasks wait at a time, so memory does not grow with the class. A
process that dies in the middle of a submission is replaced and the submission graded again (`Grader.grade`, and
Dask's retries); what counts as graded is decided by the one writer (`record.py`), so nothing is graded twice in
effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any

from course_lib.clean import one_line
from course_lib.errors import CourseError
from course_lib.grading.sandbox import SandboxError, shared_grader
from course_lib.grading.task import Result, Task

RETRIES = 3  # by Dask, when a worker is lost


def grade_tasks(tasks: Iterable[Task], jobs: int = 1, scheduler: str | None = None) -> Iterator[Result]:
    """Grade tasks and yield the results as they come.

    Args:
        jobs: so many at once on this machine.
        scheduler: address of a Dask scheduler, such as tcp://host:8786, instead.

    Raises CourseError if the scheduler can't be reached, SandboxError if nothing can be run safely.
    """
    if scheduler is not None:
        yield from _on_dask(tasks, scheduler)
    else:
        yield from _on_threads(tasks, jobs)


def _here(task: Task) -> Result:
    """Grade a task on this machine; what nobody foresaw is this learner's problem, and the class goes on."""
    try:
        return shared_grader(task.settings.trust).grade(task)
    except SandboxError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {one_line(error, 200)}"
        return Result.failed(task, f"Grading this failed ({said}).", lost=True)


def _on_threads(tasks: Iterable[Task], jobs: int) -> Iterator[Result]:
    """Threads that only wait: the work is done in the examiners and in the learners' processes."""
    waiting = iter(tasks)
    with ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(_here, task) for task in islice(waiting, 2 * jobs)]
        try:
            while running:
                done = wait(running, return_when=FIRST_COMPLETED).done
                for future in [future for future in running if future in done]:
                    running.remove(future)
                    running += [pool.submit(_here, task) for task in islice(waiting, 1)]
                    yield future.result()
        finally:
            for future in running:
                future.cancel()


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
        held: dict[Any, Task] = {}

        def submit(task: Task) -> Any:
            future = client.submit(_here, task, pure=False, retries=RETRIES)
            held[future.key] = task
            return future

        queue = as_completed([submit(task) for task in islice(waiting, 2 * threads)], loop=client.loop)
        for future in queue:
            task = held.pop(future.key)
            try:
                result = future.result()
            except SandboxError:
                raise
            except Exception as error:
                said = f"{type(error).__name__}: {str(error)[:200]}"
                result = Result.failed(task, f"The cluster could not grade this ({said}).", lost=True)
            future.release()
            for following in islice(waiting, 1):
                queue.add(submit(following))
            yield result
