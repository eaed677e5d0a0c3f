"""Many at once: threads here, or a real Dask cluster of which a worker is killed in the middle."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.grading.answers import build_submission
from course_lib.grading.bench import family
from course_lib.grading.classroom import Outcome, grade_submissions, make_release

from .conftest import TINY, add_tiny, make_root, submit

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("bubblewrap")]

RIGHT = {
    "double": "import time\ntime.sleep(0.3)\ndef double(x):\n    return x + x",
    "triple": "def triple(x):\n    return x * 3",
}
WRONG = {**RIGHT, "triple": "def triple(x):\n    return abs(x) * 3"}
CLASS = {f"s{i:02}": (RIGHT, 8.0) if i % 3 else (WRONG, 5.0) for i in range(12)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course folder in which twelve have handed in."""
    root = make_root(tmp_path)
    add_tiny(root)
    make_release(root, TINY)
    for student, (answers, _) in CLASS.items():
        submit(root, TINY, student, build_submission(root / "labs" / TINY / "lab.ipynb", answers))
    return root


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    """A Dask cluster with two worker processes on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster


def scores(outcomes: list[Outcome]) -> dict[str, float]:
    return {outcome.student: outcome.score for outcome in outcomes}


EXPECTED = {student: points for student, (_, points) in CLASS.items()}


def test_three_at_once_give_the_same_in_any_order(root: Path) -> None:
    seen: list[str] = []
    outcomes = grade_submissions(root, TINY, on_result=lambda outcome: seen.append(outcome.student), jobs=3)
    assert scores(outcomes) == EXPECTED
    assert [outcome.student for outcome in outcomes] == sorted(EXPECTED)
    assert sorted(seen) == sorted(EXPECTED)


def test_a_second_run_grades_nothing_again(root: Path) -> None:
    first = grade_submissions(root, TINY, jobs=3)
    records = {path: path.stat().st_mtime_ns for path in (root / "class" / "records").rglob("*.json")}
    assert len(records) == len(CLASS)
    assert grade_submissions(root, TINY, jobs=3) == first
    assert {path: path.stat().st_mtime_ns for path in records} == records


def test_a_dask_cluster_gives_the_same(root: Path, cluster: object) -> None:
    outcomes = grade_submissions(root, TINY, scheduler=cluster.scheduler_address)  # type: ignore[attr-defined]
    assert scores(outcomes) == EXPECTED


def test_a_dask_worker_that_is_killed_loses_and_doubles_nothing(root: Path, cluster: object) -> None:
    workers = [worker.pid for worker in cluster.workers.values()]  # type: ignore[attr-defined]
    seen: list[str] = []
    killed = threading.Event()

    def kill() -> None:
        while len(seen) < 2:
            time.sleep(0.05)
        os.kill(family(workers[0])[:2][-1], signal.SIGKILL)  # the worker, not the nanny that watches over it
        killed.set()

    threading.Thread(target=kill, daemon=True).start()
    outcomes = grade_submissions(
        root,
        TINY,
        on_result=lambda outcome: seen.append(outcome.student),
        scheduler=cluster.scheduler_address,  # type: ignore[attr-defined]
    )
    assert killed.is_set(), "the class was graded before the worker could be killed"
    assert scores(outcomes) == EXPECTED
    assert sorted(seen) == sorted(EXPECTED), "each submission is told once"


def test_no_scheduler_is_one_sentence(root: Path) -> None:
    with pytest.raises(CourseError, match=r"No Dask scheduler answers at tcp://127.0.0.1:1"):
        grade_submissions(root, TINY, scheduler="tcp://127.0.0.1:1")
