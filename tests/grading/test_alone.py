"""Each exercise stands alone, time is the submission's own, and a missing `return` is called that."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading.checks import CELL_STOPPED, NO_RETURN
from course_lib.grading.frames import Peer
from course_lib.grading.meter import SLICE, Meter
from course_lib.grading.prepared import prepare
from course_lib.grading.preprocessors import transplant
from course_lib.grading.sandbox import Control, Grader, Zygote
from course_lib.grading.task import Graded, Settings, Task

CHECK = """### BEGIN HIDDEN TESTS
from course_lib.grading.checks import Checks
checks = Checks("{name}", points=1)
with checks.check("it", 1, "It is wrong."):
    assert {check}
checks.score()
### END HIDDEN TESTS"""


@pytest.fixture(scope="module")
def grader(bubblewrap: None) -> Iterator[Grader]:
    grader = Grader()
    yield grader
    grader.close()


def meta(name: str, **kind: object) -> dict[str, object]:
    base = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    return {"nbgrader": {**base, "grade_id": name, **kind}}


def lab(*exercises: tuple[str, str, str, str]) -> nbformat.NotebookNode:
    """A lab of exercises (name, solution, visible check, hidden check)."""
    cells = [
        new_code_cell("import math\nimport numpy as np\nimport torch", metadata=meta("setup"), id="setup")
    ]
    for name, solution, visible, hidden in exercises:
        for kind, source, how in (
            ("solve", solution, {"solution": True, "locked": False}),
            ("check", visible, {"grade": True, "points": 0}),
            ("grade", CHECK.format(name=name, check=hidden), {"grade": True, "points": 1}),
        ):
            id = f"{kind}_{name}"
            cells.append(new_code_cell(source, metadata=meta(id, **how), id=id))
    return new_notebook(cells=cells)


def graded(
    grader: Grader,
    nb: nbformat.NotebookNode,
    answers: dict[str, str],
    own: dict[str, str] | None = None,
    **how: Any,
) -> Graded:
    """Grade a lab with answers typed in, and cells of the learner's own after the cells that are named."""
    learner = nbformat.from_dict(nb)
    for cell in list(learner.cells):
        name = cell.id.removeprefix("solve_")
        if cell.id.startswith("solve_") and name in answers:
            cell.source = answers[name]
        if own and cell.id in own:
            place = learner.cells.index(cell)
            learner.cells.insert(place + 1, new_code_cell(own[cell.id]))
    settings = Settings(**{"limit": 10.0, **how})
    submitted = {"lab": nbformat.writes(learner).encode()}
    found = grader.grade(Task("s", {"lab": prepare(nb).text()}, submitted, {}, "1" * 32, settings)).notebooks[
        "lab"
    ]
    assert not found.problem
    return found


TWO = lab(
    (
        "mean",
        "def mean(xs: list[float]) -> float:\n    return sum(xs) / len(xs)",
        "found = mean([1.0])",
        "mean([1.0, 3.0]) == 2",
    ),
    (
        "top",
        "def top(xs: list[float]) -> float:\n    return max(xs)",
        "scores = top([1.0])",
        "top([1.0, 3.0]) == 3",
    ),
)


@pytest.mark.parametrize("helper", ["half", "found", "scores", "mean_", "math", "name"])
def test_a_helper_may_have_any_name(grader: Grader, helper: str) -> None:
    """Two exercises with a helper of one name, which visible checks use as well, or a later cell takes away."""
    answers = {
        "mean": f"def {helper}(a, b):\n    return a / b\n\ndef mean(xs):\n    return {helper}(sum(xs), len(xs))",
        "top": f"def {helper}(xs):\n    return max(xs)\n\ndef top(xs):\n    return {helper}(xs)",
    }
    visible = lab(
        *(
            (
                name,
                f"def {name}(xs: list[float]) -> float:\n    return {expression}",
                f"{helper} = {name}([1.0])",
                check,
            )
            for name, expression, check in (
                ("mean", "sum(xs) / len(xs)", "mean([1.0, 3.0]) == 2"),
                ("top", "max(xs)", "top([1.0, 3.0]) == 3"),
            )
        )
    )
    found = graded(
        grader, visible, answers, own={"grade_top": f"{helper} = None\nmean = top = max = sum = None"}
    )
    assert found.scores["grade_mean"] == found.scores["grade_top"] == 1, found.checks


def test_helpers_of_cells_above_are_there(grader: Grader) -> None:
    answers = {"mean": "def total(xs):\n    return sum(xs)\ndef mean(xs):\n    return total(xs) / len(xs)"}
    answers["top"] = "def top(xs):\n    return biggest(xs)"
    found = graded(
        grader, TWO, answers, own={"grade_mean": "def biggest(xs):\n    return sorted(xs)[-1]\n1 / 0"}
    )
    assert found.scores["grade_mean"] == found.scores["grade_top"] == 1, found.checks


def test_a_patched_library_further_down_harms_nothing_above(grader: Grader) -> None:
    answers = {
        "mean": "def mean(xs):\n    return float(np.mean(xs))",
        "top": "def top(xs):\n    return max(xs)",
    }
    found = graded(grader, TWO, answers, own={"grade_mean": "np.mean = lambda xs: 7"})
    assert found.scores["grade_mean"] == 1, found.checks


def test_what_a_check_passes_is_shown_nowhere(grader: Grader) -> None:
    spy = (
        "seen = []\ndef mean(xs):\n    seen.append(xs)\n    print('inputs', xs)\n    return sum(xs) / len(xs)"
    )
    found = graded(grader, TWO, {"mean": spy}, own={"grade_mean": "print('seen', seen)"})
    assert found.scores["grade_mean"] == 1
    assert "3.0" not in "".join(
        str(cell.outputs) for cell in nbformat.reads(found.text, 4).cells if "outputs" in cell
    )


def test_a_missing_return_is_called_that(grader: Grader) -> None:
    found = graded(grader, TWO, {"mean": "def mean(xs):\n    sum(xs) / len(xs)"})
    assert [check.message for check in found.checks["mean"]] == [NO_RETURN.format(name="mean")]


def test_a_check_that_fails_for_reasons_of_its_own_is_told_to_the_instructor(grader: Grader) -> None:
    broken = lab(("f", "def f(x: int) -> int:\n    return x", "", "f(1) == undefined_here"))
    found = graded(grader, broken, {})
    assert "NameError" in found.traces[0]
    assert "undefined_here" in found.traces[0]
    wrong = graded(grader, TWO, {"mean": "def mean(xs):\n    raise ValueError('mine')"})
    assert not wrong.traces, "what the learner's code raises is no fault of the check"


# --- time ---------------------------------------------------------------------------------------------------


def test_a_meter_counts_what_is_used_and_not_what_passes() -> None:
    used = [5.0]
    meter = Meter(lambda: used[0], most=2.0)
    assert 0 < meter() <= SLICE
    meter.started -= 10.0  # a busy machine: the clock has gone on
    assert meter() > 0
    used[0] += 1.0
    assert meter() > 0
    used[0] += 1.0
    with pytest.raises(TimeoutError):
        meter()


def test_a_meter_ends_by_the_clock_at_last() -> None:
    meter = Meter(lambda: 0.0, most=2.0)
    meter.started -= 100.0
    with pytest.raises(TimeoutError):
        meter()


def _busy(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


@pytest.mark.slow
def test_a_busy_machine_costs_nothing(grader: Grader) -> None:
    """A second of computing may take many by the clock; the limit is two seconds."""
    graded(grader, TWO, {})  # warm
    work = "import time\nend = time.process_time() + 1.0\nwhile time.process_time() < end:\n    pass\n"
    answers = {"mean": work + "def mean(xs):\n    return sum(xs) / len(xs)"}
    pack = [multiprocessing.Process(target=_busy, args=(60.0,)) for _ in range(6 * (os.cpu_count() or 1))]
    for one in pack:
        one.start()
    try:
        started = time.monotonic()
        found = graded(grader, TWO, answers, limit=2.0)
        if time.monotonic() - started < 3.0:  # a machine with more cores than its number says
            pytest.skip("the machine did not become busy, so nothing was tested")
    finally:
        for one in pack:
            one.kill()
    assert found.scores["grade_mean"] == found.scores["grade_top"] == 1, found.notes


@pytest.mark.slow
@pytest.mark.parametrize(
    "hang", ["while True: pass", "import time; time.sleep(1000)", "import os; os.read(os.pipe()[0], 1)"]
)
def test_a_hang_ends_at_the_limit(grader: Grader, hang: str) -> None:
    started = time.monotonic()
    found = graded(grader, TWO, {"mean": hang}, limit=6.0)
    assert time.monotonic() - started < 30  # the backstop by the clock is 36
    assert found.scores["grade_mean"] == 0
    assert found.scores["grade_top"] == 1
    assert "ran too long" in found.notes[0]


@pytest.mark.slow
def test_many_slow_cells_share_one_budget(grader: Grader) -> None:
    """What is below still counts: only cells of the learner's own are left out."""
    work = "import time\nend = time.process_time() + 1.0\nwhile time.process_time() < end:\n    pass\n"
    nb = nbformat.from_dict(TWO)
    learner = nbformat.from_dict(nb)
    learner.cells[1:1] = [new_code_cell(work) for _ in range(12)]
    submitted = {"lab": nbformat.writes(learner).encode()}
    settings = Settings(limit=5.0, cells=3.0, total=30.0)
    found = grader.grade(Task("s", {"lab": prepare(nb).text()}, submitted, {}, "1" * 32, settings)).notebooks[
        "lab"
    ]
    assert found.scores["grade_mean"] == found.scores["grade_top"] == 1, found.notes
    texts = [str(cell.get("outputs")) for cell in nbformat.reads(found.text, 4).cells]
    assert sum("used up the time" in text for text in texts) >= 6


# --- the clock, pictures, the network -----------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["2024-02-29T23:59:59+00:00", "2026-11-27T08:00:00+00:00"])
def test_the_clock_stands_at_the_hand_in(grader: Grader, moment: str) -> None:
    today = "__import__('course_lib.clock').clock.today().isoformat()"
    nb = lab(("day", f"def day() -> str:\n    return {today}", "", f"day() == {today} == '{moment[:10]}'"))
    text = {"lab": nbformat.writes(nb).encode()}
    task = Task("s", {"lab": prepare(nb).text()}, text, {}, "1" * 32, Settings(), moment)
    found = grader.grade(task).notebooks["lab"]
    assert found.scores["grade_day"] == 1, found.checks


def test_pasted_pictures_come_along_and_nothing_else() -> None:
    written = new_markdown_cell(
        "write here", metadata=meta("grade_text", grade=True, solution=True, points=5, locked=False)
    )
    nb = new_notebook(cells=[written])
    learner = nbformat.from_dict(nb)
    learner.cells[0].source = "See ![it](attachment:a.png)."
    learner.cells[0].attachments = {
        "a.png": {"image/png": "iVBORw0KGgo="},
        "b.html": {"text/html": "<script>"},
        "c.svg": {"image/svg+xml": "PHN2Zz4="},
        "d.png": {"image/png": '"><script>'},
        "e.png": "no group",
    }
    learner.cells.append(new_markdown_cell("mine ![x](attachment:y.jpg)"))
    learner.cells[1].attachments = {"y.jpg": {"image/jpeg": "/9j/4A=="}}
    found = transplant(prepare(nb), learner)
    assert found.cells[0].attachments == {"a.png": {"image/png": "iVBORw0KGgo="}}
    assert found.cells[1].attachments == {"y.jpg": {"image/jpeg": "/9j/4A=="}}
    nbformat.validate(found)


def test_two_that_are_graded_together_do_not_meet(grader: Grader) -> None:
    """A socket without a file belongs to a network, and each submission has one of its own."""
    body = """def f() -> int:
    import socket, time
    {how}
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            {step}
            return 1
        except OSError:
            time.sleep(0.05)
    return 0"""
    here = "here = socket.socket(socket.AF_UNIX)"
    waits = body.format(
        how=f"{here}; here.bind('\\0meet'); here.listen(); here.settimeout(4)", step="here.accept()"
    )
    calls = body.format(how="", step=f"{here}; here.connect('\\0meet')").replace("+ 20", "+ 4")
    labs = [lab(("f", source, "", "f() == 0")) for source in (waits.replace("+ 20", "+ 3"), calls)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda nb: graded(grader, nb, {}), labs))
    assert [one.scores["grade_f"] for one in found] == [1, 1], "they met"


def test_the_moment_of_a_task_is_read_back() -> None:
    task = Task("s", {}, {}, {}, "1", Settings(), "2026-01-02T03:04:05+00:00")
    assert Task.read(task.message()).moment == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


BUSY = "import time\nend = time.process_time() + 0.6\nwhile time.process_time() < end:\n    pass\n"
CHILD = "import os\npid = os.fork()\nif not pid:\n    {work}\n    os._exit(0)\n"


# A new process opens a pipe before it starts its program, and whoever made it waits in the kernel, as for a disk.
IN_THE_KERNEL = (
    CHILD.format(work="import time\n    time.sleep(0.6)\n    open('wait', 'w')").replace(
        "pid = os", "os.mkfifo('wait')\npid = os"
    )
    + "os.posix_spawn('/bin/true', ['true'], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 9, 'wait', os.O_RDONLY, 0)])"
)


@pytest.mark.slow
@pytest.mark.parametrize("isolate", ["namespaces", "bwrap", "no"])
@pytest.mark.parametrize(
    "code",
    [
        BUSY,
        "import time\ntime.sleep(0.6)",
        CHILD.format(work=BUSY.replace("\n", "\n    ")) + "os.waitpid(pid, 0)",
        IN_THE_KERNEL,
        CHILD.format(work="os.setsid()\n    " + BUSY.replace("\n", "\n    ") + "open('done', 'w')")
        + "import time\nwhile not os.path.exists('done'):\n    time.sleep(0.02)",
    ],
    ids=["computes", "sleeps", "child", "kernel", "daemon"],
)
def test_what_a_learners_processes_use_is_counted(isolate: str, code: str, bubblewrap: None) -> None:
    zygote = Zygote("kernel", isolate)  # type: ignore[arg-type]
    try:
        with zygote.wait().connection() as sock:
            control = Control(sock)
            with control.fork() as learner:
                peer = Peer(learner, lambda request, parts: ({}, []))
                peer.ask({"what": "run", "code": "import os, tempfile\nos.chdir(tempfile.mkdtemp())"}, [])
                before = control.used()
                reply, _ = peer.ask({"what": "run", "code": code}, [])
                used = control.used() - before
    finally:
        zygote.close()
    assert not [output for output in reply["outputs"] if output["output_type"] == "error"], reply
    assert 0.5 < used < 3.0


def test_an_object_in_place_of_data_is_called_that(grader: Grader) -> None:
    """A generator where a list was asked for: the sentence of the check would be about something else."""
    nb = lab(("f", "def f(x: int) -> list[int]:\n    return [x]", "", "f(1) == [1]"))
    found = graded(grader, nb, {"f": "def f(x):\n    yield x"}).checks["f"][0]
    assert "a generator" in found.message
    assert not found.raised
    sly = "class Odd:\n    pass\nOdd.__name__ = 'input was 1'\ndef f(x):\n    return Odd()"
    found = graded(grader, nb, {"f": sly}).checks["f"][0]
    assert "input was" not in found.message


def test_only_what_the_learners_code_raised_is_called_raised(grader: Grader) -> None:
    nb = lab(("f", "def f(x: int) -> int:\n    return x", "", "f(1) + 1 == 2"))
    assert not graded(grader, nb, {"f": "def f(x):\n    return 'one'"}).checks["f"][0].raised
    assert (
        graded(grader, nb, {"f": "def f(x):\n    return 1 / 0"}).checks["f"][0].raised == "ZeroDivisionError"
    )


def test_gradients_are_on_whatever_a_cell_switched(grader: Grader) -> None:
    nb = lab(
        (
            "f",
            "def f(x: torch.Tensor) -> torch.Tensor:\n    return 2 * x",
            "",
            "f(torch.ones(1, requires_grad=True)).requires_grad",
        )
    )
    answers = {"f": "torch.set_grad_enabled(False)\ndef f(x):\n    return 2 * x"}
    assert graded(grader, nb, answers).scores["grade_f"] == 1


@pytest.mark.slow
def test_long_cells_leave_the_checks_their_time(grader: Grader) -> None:
    """All the cells' time is used up, twice: the exercises below are examined all the same."""
    work = "import time\nend = time.process_time() + 1.5\nwhile time.process_time() < end:\n    pass\n"
    own = {"setup": work + "half = 2", "grade_mean": work}
    found = graded(grader, TWO, {}, own=own, limit=5.0, cells=3.2, total=2.0)
    assert found.scores["grade_mean"] == found.scores["grade_top"] == 1, found.checks


@pytest.mark.slow
def test_a_name_of_a_stopped_cell_is_called_that(grader: Grader) -> None:
    answers = {"top": "def top(xs):\n    return biggest(xs)"}
    own = {"setup": "while True:\n    pass\nbiggest = max"}
    found = graded(grader, TWO, answers, own=own, limit=2.0)
    assert found.checks["top"][0].message == CELL_STOPPED
    assert found.scores["grade_mean"] == 1


def written_lab() -> nbformat.NotebookNode:
    text = meta("grade_text", grade=True, solution=True, points=5, locked=False)
    cells = [new_markdown_cell("# Card", metadata=meta("card"), id="card")]
    cells += [new_markdown_cell("YOUR ANSWER HERE", metadata=text, id="grade_text")]
    return new_notebook(cells=[*cells, new_markdown_cell("Closing", metadata=meta("closing"), id="closing")])


@pytest.mark.parametrize("way", ["in it", "below", "above", "split", "split below"])
def test_a_written_answer_is_read_wherever_it_stands(way: str) -> None:
    nb = written_lab()
    learner = nbformat.from_dict(nb)
    answer = learner.cells[1]
    one, two = new_markdown_cell("First half."), new_markdown_cell("Second half.")
    if way == "in it":
        answer.source = "First half.\n\nSecond half."
    elif way == "below":
        learner.cells[2:2] = [one, two]
    elif way == "above":
        learner.cells[1:1] = [one, two]
    else:
        answer.source = "First half."
        copy = nbformat.from_dict(answer)
        copy.source = "Second half."
        learner.cells.insert(2, copy if way == "split" else two)
    found = transplant(prepare(nb), learner)
    assert found.cells[1].source.startswith("First half.")
    assert "Second half." in "".join(cell.source for cell in found.cells[1:3])
    if way != "split below":  # there the second part is a cell of the learner's own, shown right below
        assert found.cells[1].source == "First half.\n\nSecond half."
