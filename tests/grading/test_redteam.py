"""Holes that a review by an attacker found, each with what it gained before it was closed.

`tests/attacks/` grades whole hostile notebooks; here each hole is tried alone, where it was.
"""

# ruff: noqa: E501 - the cases are code in strings

import io
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch

from course_lib.grading import sandbox
from course_lib.grading.admit import parse_notebook
from course_lib.grading.examiner import MOST_KEPT, MOST_OUTPUTS, Session
from course_lib.grading.feedback import flat_markdown
from course_lib.grading.frames import Peer, WireError, send_frame, until
from course_lib.grading.names import data_functions, definition
from course_lib.grading.prepared import prepare
from course_lib.grading.record import handed_in_hash
from course_lib.grading.run import is_safe
from course_lib.grading.sandbox import Grader
from course_lib.grading.task import Graded, Settings, Task
from course_lib.grading.wire import Decoder

from .test_boundary import lab


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader()
    yield grader
    grader.close()


def graded(
    grader: Grader, learner: str, body: str, solution: str = "", changes: bool = False, secret: str = "1" * 32
) -> Graded:
    """Grade a learner's cell by a check; `solution` is the instructor's own cell."""
    texts = []
    for source in (solution or learner, learner):
        text = nbformat.writes(lab(source, body))
        texts.append(text if changes else text.replace(", changes=True", ""))
    prepared = prepare(nbformat.reads(texts[0], as_version=4)).text()
    task = Task("s", {"lab": prepared}, {"lab": texts[1].encode()}, {}, secret, Settings(limit=10))
    return grader.grade(task).notebooks["lab"]


class Nobody:
    """No learner's processes at all."""

    def replace(self) -> socket.socket:
        return socket.socket()

    def used(self) -> float:
        return 0.0


# --- undeserved points --------------------------------------------------------------------------------------

NUMBERS = "def f(x: torch.Tensor) -> torch.Tensor:\n    return 2 * x"
LIAR = """
class Liar:
    shape = (5,)
    def __init__(self, difference):
        self.difference = difference
    def __sub__(self, other):
        return self if self.difference is None else self.difference
    __rsub__ = __sub__
    def abs(self):
        return self
    max = sum = __abs__ = abs
    def __float__(self):
        return 0.0
    def equal(self, other):
        return True
    def __len__(self):
        raise TypeError

def f(x):
    return Liar(%s)
"""
# what was gained: (the learner's cell, the check's body, the instructor's cell)
UNDESERVED = {
    "changes-what-is-expected": (
        "def f(x):\n    x.zero_()\n    return torch.zeros(5)",
        "x = checks.randn(5)\nassert torch.equal(f(x).double(), 2 * x)",
        NUMBERS,
    ),
    "changes-what-others-expect": (
        "def f(x):\n    return 0 * x\n\ndef spoil(xs):\n    xs[0].zero_()",
        "x = checks.randn(5)\nspoil([x])\nassert torch.equal(f(x), 2 * x)",
        NUMBERS + "\n\ndef spoil(xs):\n    pass",
    ),
    "empty-is-close-to-all": (
        "def f(x):\n    return torch.empty(0, 5)",
        "x = checks.randn(5)\nassert np.allclose(f(x).numpy(), 2 * x.numpy())",
        NUMBERS,
    ),
    "empty-is-close-to-all-in-torch": (
        "def f(x):\n    return torch.empty(0, 5, dtype=torch.float64)",
        "x = checks.randn(5)\nassert torch.allclose(f(x), 2 * x)",
        NUMBERS,
    ),
    "empty-is-close-to-one": (
        "def f(x):\n    return torch.empty(0)",
        "np.testing.assert_allclose(f(torch.ones(2)).numpy(), 2)",
        NUMBERS,
    ),
    "difference-is-a-tensor": (
        LIAR % "torch.zeros(5)",
        "x = checks.randn(5)\nassert float((f(x) - 2 * x).abs().max()) < 1e-9",
        "def f(x):\n    return 2 * x",
    ),
    "difference-is-itself": (
        LIAR % "None",
        "x = checks.randn(5)\nassert float((f(x) - 2 * x).abs().max()) < 1e-9",
        "def f(x):\n    return 2 * x",
    ),
    "difference-is-zero": (LIAR % "0.0", "assert abs(f(1) - 2) < 1e-9", "def f(x):\n    return 2 * x"),
    "difference-from-numpy": (
        LIAR % "0.0",
        "assert abs(np.float64(2) - f(1)) < 1e-9",
        "def f(x):\n    return 2 * x",
    ),
    "close-to-numpy": (LIAR % "0.0", "assert np.isclose(f(1), 2)", "def f(x):\n    return 2 * x"),
    "its-own-method-decides": (LIAR % "0.0", "x = checks.randn(5)\nassert f(x).equal(2 * x)", NUMBERS),
    "library-by-another-name": (
        "f = torch.softmax",
        "assert 'torch.softmax' not in checks.calls(f)",
        "def f(x):\n    return x",
    ),
    "library-imported-as": (
        "def f(x):\n    return x\n\nfrom torch import softmax as f",
        "assert 'softmax' not in checks.calls(f)",
        "def f(x):\n    return x",
    ),
    "library-by-decorator": (
        "@lambda g: torch.softmax\ndef f(x):\n    return x",
        "assert 'torch.softmax' not in checks.calls(f)",
        "def f(x):\n    return x",
    ),
    "dice-set": (
        "def f(g):\n    g.manual_seed(0)",
        "f(checks.generator)\nf(g=checks.generator)\nfixed = torch.Generator().manual_seed(0)\n"
        "assert torch.equal(checks.randn(3), torch.randn(3, dtype=torch.float64, generator=fixed))",
        "def f(g):\n    pass",
    ),
}


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.parametrize("name", UNDESERVED)
def test_no_points_for(name: str, grader: Grader) -> None:
    learner, body, solution = UNDESERVED[name]
    assert graded(grader, learner, body, solution).scores["grade_x"] == 0.0


DESERVED = {
    "data": (NUMBERS, "x = checks.randn(5)\nassert torch.allclose(f(x), 2 * x)"),
    "iterator": (
        "from collections.abc import Iterator\n\ndef f(n: int) -> Iterator[int]:\n    yield n",
        "assert list(f(3)) == [3]",
    ),
    "both-empty": (NUMBERS, "assert torch.allclose(f(torch.empty(0)), torch.empty(0))"),
    "in-place-does-not-cost-the-others": (
        "def f(x):\n    x *= 2\n    return x",
        "x = checks.randn(5)\nassert torch.equal(f(x), 2 * x)",
    ),
    "dice-go-on": (
        "def f(rng, g):\n    return [rng.random() for _ in range(2)] + [torch.rand(1, generator=g).item()]",
        "found = f(checks.rng, checks.generator) + f(checks.rng, checks.generator)\nassert len(set(found)) == 6",
    ),
    "written-by-hand": (
        "%%time\ndef f(x):\n    return x.exp() / x.exp().sum()",
        "assert 'torch.softmax' not in checks.calls(f) and 'x.exp' in checks.calls(f)",
    ),
    "half-a-character": ("print('\\ud800')\n\ndef f(x):\n    return x", "assert f(1) == 1"),
}


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.parametrize("name", DESERVED)
def test_still_points_for(name: str, grader: Grader) -> None:
    learner, body = DESERVED[name]
    found = graded(grader, learner, body, learner.removeprefix("%%time\n"))
    assert found.scores["grade_x"] == 1.0, found.checks
    found.text.encode()


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_a_check_that_asks_sees_changes(grader: Grader) -> None:
    learner, body = "def f(x):\n    x.zero_()", "x = checks.randn(5)\nf(x)\nassert x.any()"
    assert graded(grader, learner, body).scores["grade_x"] == 1.0
    assert graded(grader, learner, body, changes=True).scores["grade_x"] == 0.0


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_a_gradient_that_the_learner_computes_arrives(grader: Grader) -> None:
    learner = "def f(w):\n    (w**2).sum().backward()"
    body = "w = checks.randn(3).requires_grad_()\nf(w)\nassert torch.equal(w.grad, 2 * w.detach())"
    assert graded(grader, learner, body, changes=True).scores["grade_x"] == 1.0


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_the_global_dice_are_fresh_for_each_submission(grader: Grader) -> None:
    body = "display(float(torch.rand(1)), float(np.random.rand()))"
    texts = [graded(grader, "x = 1", body, secret=s * 32).text for s in "121"]
    assert texts[0] != texts[1]
    assert texts[0] == texts[2]


# --- the sandbox --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_a_learner_writes_only_into_folders_of_their_own(grader: Grader) -> None:
    """bubblewrap's root and /dev belong to its user: without root, learners left files there for one another."""
    learner = """
import os
def f(environment):
    found = []
    for folder, inner, _ in os.walk("/"):
        inner[:] = [name for name in inner if os.path.join(folder, name) not in ("/usr", "/tmp", "/dev/shm", environment)]
        try:
            open(folder + "/left", "w")
            found.append(folder)
        except OSError:
            pass
    return found
"""
    # The environment is large, and mounted read-only as a whole; so is /usr.
    body = f"assert f({sys.prefix!r}) == []"
    found = graded(grader, learner, body)
    assert found.scores["grade_x"] == 1.0, found.checks


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_no_memory_that_is_not_counted(grader: Grader) -> None:
    """Memory of files that nobody maps is held by a process and counted for none."""
    learner = """
import ctypes, mmap, os, socket
def f():
    libc = ctypes.CDLL(None)
    tries = [lambda: os.memfd_create("x"), lambda: mmap.mmap(-1, 4096), lambda: mmap.mmap(os.open("/dev/zero", 2), 4096)]
    tries.append(lambda: socket.socketpair(socket.AF_TIPC))
    done = [libc.shmget(0, 4096, 0o1600) >= 0]
    for attempt in tries:
        try:
            done.append(bool(attempt()))
        except OSError:
            done.append(False)
    return done
"""
    found = graded(grader, learner, "assert not any(f())")
    assert found.scores["grade_x"] == 1.0, found.checks


# --- time and room ------------------------------------------------------------------------------------------


def test_a_deadline_holds_though_there_is_always_something_to_read() -> None:
    left, right = socket.socketpair()
    peer = Peer(left, lambda request, parts: ({}, []))

    def flood() -> None:
        right.settimeout(5)
        try:
            while True:
                send_frame(right, {"ask": {"what": "callback"}})
                right.recv(1 << 16)
        except (WireError, OSError):
            pass

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    deadline = time.monotonic() + 0.3
    peer.wait = until(deadline)
    with pytest.raises(TimeoutError):
        peer.ask({"what": "run"}, [])
    left.close()
    thread.join(5)
    assert time.monotonic() < deadline + 3


def test_what_took_too_long_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        limits = sandbox.Limits()

        def connection(self) -> Any:
            return socket.socketpair()[0]

        def learn(self, notebooks: Any) -> None:
            pass

    calls = []

    def receive(sock: socket.socket, wait: Any) -> Any:
        calls.append(wait)
        raise TimeoutError

    monkeypatch.setattr(sandbox, "receive_frame", receive)
    monkeypatch.setattr(sandbox.Control, "fork", lambda self, *others: socket.socketpair()[0])
    monkeypatch.setattr(sandbox, "send_frame", lambda *arguments: None)
    grader = Grader()
    monkeypatch.setattr(grader, "warm_up", lambda: (Fake(), Fake()))
    result = grader.grade(Task("s", {"lab": ""}, {"lab": b""}, {}, "1", Settings(total=1, cells=0)))
    assert "more than 186 seconds" in result.notebooks["lab"].problem
    assert len(calls) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_what_no_signal_interrupts_ends_soon() -> None:
    """A set of pairs whose hashes are all the same is built in C for hours; the next submission must not wait."""
    learner = """
def f():
    found, first, size = [], 0, 2**64
    one, two, five = 11400714785074694791, 14029467366897019727, 2870177450012600261  # of CPython's tuples
    while len(found) < 60000:
        first += 1
        mixed = (five + first * two) % size
        mixed = (mixed << 31 | mixed >> 33) % size * one % size
        second = (12345 - mixed) * pow(two, -1, size) % size
        second -= size if second >= size // 2 else 0
        if abs(second) < 2**61 - 1:
            found.append((first, second))
    return found
"""
    text = nbformat.writes(lab(learner, "assert len(set(f())) == 3"))
    grader = Grader()
    try:
        prepared = prepare(nbformat.reads(text, as_version=4)).text()
        task = Task("s", {"lab": prepared}, {"lab": text.encode()}, {}, "1" * 32, Settings(limit=3))
        result = grader.grade(task)
        assert "could not be stopped" in result.notebooks["lab"].problem
        assert result.notebooks["lab"].scores == {}
        assert graded(grader, "def f():\n    return 1", "assert f() == 1").scores["grade_x"] == 1.0
    finally:
        grader.close()


def text_output(text: str, kind: str = "stream") -> dict[str, Any]:
    return {
        "output_type": kind,
        "name": "stdout",
        "text": text,
        "ename": "E",
        "evalue": text,
        "traceback": [text],
    }


def test_outputs_are_bounded_outside_too() -> None:
    """The learner's process holds the other bound, and may lift it."""
    session = Session(Nobody(), Task("s", {}, {}, {}, "1", Settings()))
    many = session._kept([text_output("x")] * 5000 + [text_output("no", "error")] * 9)
    assert len(many) == MOST_OUTPUTS + 2
    assert many[-1]["output_type"] == "error"
    sizes = [sum(len(o["text"]) for o in session._kept([text_output("x" * 10**7)] * 20)) for _ in range(5)]
    assert sum(sizes) < MOST_KEPT + 1000


def build(tree: Any, *parts: bytes) -> Any:
    return Decoder(list(parts), lambda tree: None).decode(tree)


def test_small_descriptions_of_endless_work_are_refused() -> None:
    """`sum(range(10**12))` or a product of huge integers runs for hours where no signal interrupts it."""
    header = b"{'descr': '|V0', 'fortran_order': False, 'shape': (1000000000000,)}"
    text = header + b" " * (63 - (len(header) + 10) % 64) + b"\n"
    array = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    for tree in (["range", 0, 10**12, 1], ["int", "0x" + "f" * 10**6], ["float", "1" * 100], ["array", 0]):
        with pytest.raises(WireError):
            build(tree, array)
    with pytest.raises(WireError):
        build(["list", [["int", hex(k * (2**61 - 1))] for k in range(2000)]])
    assert build(["range", 0, 9, 2]) == range(0, 9, 2)
    assert build(["int", hex(3**400)]) == 3**400


def test_an_archive_is_no_array() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.npy", b"")
    with pytest.raises(WireError):
        build(["array", 0], archive.getvalue())
    assert build(["dtype", "float32"]) is torch.float32


# --- names and records --------------------------------------------------------------------------------------


def test_a_file_does_not_stand_in_for_a_notebook_of_its_name() -> None:
    """With a file called `lab` beside it, another notebook had the same hash: the same hidden inputs each time."""
    one = handed_in_hash({"lab": b"1"}, {"lab": b"same"})
    other = handed_in_hash({"lab": b"2"}, {"lab": b"same"})
    assert one != other


@pytest.mark.parametrize(
    "name",
    ["", ".", "packet/x.html", "packet/x.SVG", "packet/../x", "/packet/x", "x", "packet/" + "\u00e9" * 150],
)
def test_a_kept_file_is_harmless(name: str) -> None:
    assert not is_safe(name)


def test_data_functions_are_told_by_their_annotation() -> None:
    source = """
def a() -> int: ...
def b() -> tuple[torch.Tensor, list[float]] | None: ...
def c() -> "Value": ...
def d(): ...
def e() -> Callable[[int], int]: ...
def g() -> tuple[int, ...]: ...
def h() -> list[Value]: ...
"""
    assert set(data_functions(source)) == {"a", "b", "g"}
    assert data_functions("def (") == {}
    assert data_functions(source)["b"], "None is among what it may return"
    assert not data_functions(source)["a"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f():\n    return 1", "def f():\n    return 1"),
        ("def f(): pass\nf = 1", ""),
        ("f = 1\n@a\ndef f(): pass", "@a\ndef f():\n    pass"),
        ("if a:\n    def f(): pass", ""),
        ("import x as f", ""),
        ("g = 1", None),
        ("def (", None),
    ],
)
def test_the_definition_of_a_name(source: str, found: str | None) -> None:
    assert definition(source, "f") == found


def test_numbers_that_take_no_room_still_arrive() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((0, 5)))
    assert build(["array", 0], buffer.getvalue()).shape == (0, 5)


@pytest.mark.slow
def test_killing_its_process_group_reaches_no_sibling(grader: Grader) -> None:
    """Processes forked from one warm process would share its group; their numbers are hidden, 0 is not."""
    check = "assert f(2) == 4"
    killer = "import os, time\n\ndef f(x):\n    for _ in range(30):\n        os.kill(0, 9)\n        time.sleep(0.1)\n    return 2 * x"
    slow = "import time\n\ndef f(x):\n    time.sleep(2)\n    return 2 * x"
    points: dict[str, float | None] = {}

    def run(name: str, learner: str) -> None:
        points[name] = graded(grader, learner, check).scores["grade_x"]

    threads = [
        threading.Thread(target=run, args=case)
        for case in (("killer", killer), ("honest", slow), ("too", slow))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert points["honest"] == points["too"] == 1.0, points


def test_a_fork_that_fails_once_makes_nothing_cold(grader: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine out of processes for a moment must not slow down all that follows."""
    fork, failed = sandbox.Control.fork, []

    def fails_once(self: sandbox.Control, *others: socket.socket) -> socket.socket:
        if not failed:
            failed.append(True)
            raise sandbox.SandboxError("Resource temporarily unavailable")
        return fork(self, *others)

    monkeypatch.setattr(sandbox.Control, "fork", fails_once)
    learner = "def f(x):\n    return 2 * x"
    assert graded(grader, learner, "assert f(2) == 4").scores["grade_x"] == 1.0
    assert failed
    assert grader.isolate == "namespaces"


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_a_course_that_lies_in_tmp_is_still_there(bubblewrap: None) -> None:
    """A learner's /tmp is a fresh one; a clone that was made there has to be found in it, and nothing else."""
    course = Path(tempfile.mkdtemp(prefix="course-in-tmp-", dir="/tmp"))
    try:
        course.chmod(0o755)
        (course / "here.txt").write_text("here")
        program = f"""
import os, socket
from pathlib import Path
from course_lib.grading import zygote

zygote.own_folders = lambda: [Path({str(course)!r})]
ours, theirs = socket.socketpair()

def answer(sockets):
    found = (Path({str(course)!r}) / "here.txt").read_text()
    sockets[0].send(f"{{found}} {{os.listdir('/tmp')}}".encode())

limits = {{"cpu_s": 5, "memory_mb": 100, "disk_mb": 1, "files": 100, "processes": 8}}
pid = zygote.Zygote(socket.socket(socket.AF_UNIX), answer, "namespaces")._fork([theirs], limits)
os.waitpid(pid, 0)
theirs.close()
print(ours.recv(1000).decode())
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        assert done.stdout.strip() == f"here ['{course.name}']", done.stderr
    finally:
        shutil.rmtree(course)


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_no_queue_and_no_semaphore_of_the_kernels_own(grader: Grader) -> None:
    """Two thousand sets of semaphores took 4 GB that no limit counts."""
    learner = """
import ctypes
def f() -> list[int]:
    libc = ctypes.CDLL(None, use_errno=True)
    context = ctypes.c_ulong()
    return [
        libc.semget(0, 32000, 0o1600),
        libc.msgget(0, 0o1600),
        libc.syscall(240, b"x", 0o100, 0o600, None),
        libc.syscall(206, 1000, ctypes.byref(context)),
    ]
"""
    found = graded(grader, learner, "assert f() == [-1, -1, -1, -1]")
    assert found.scores["grade_x"] == 1.0, found.checks


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.parametrize("rename", [False, True])
def test_memory_of_all_processes_together_is_watched(grader: Grader, rename: bool) -> None:
    """Each below its own limit, all of them far above it; a process may have a name that is no text."""
    learner = f"""
import ctypes, os, time
def f() -> int:
    if {rename}:
        ctypes.CDLL(None).prctl(15, b"\\xff\\xfe", 0, 0, 0)
    for _ in range(12):
        if os.fork() == 0:
            kept = bytearray(os.urandom(1 << 20) * 400)
            time.sleep(8)
            os._exit(0)
    time.sleep(6)
    return 1
"""
    found = graded(grader, learner, "assert f() == 1")
    assert found.scores["grade_x"] == 0.0, "it held 4.8 GB"


@pytest.mark.slow
@pytest.mark.usefixtures("bubblewrap")
def test_children_that_vanish_are_charged(grader: Grader) -> None:
    """What they computed is counted nowhere when nobody waits for them."""
    learner = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
end = time.monotonic() + 30
while time.monotonic() < end:
    if os.fork() == 0:
        stop = time.process_time() + 0.012
        while time.process_time() < stop:
            pass
        os._exit(0)
    time.sleep(0.008)
def f() -> int:
    return 1
"""
    started = time.monotonic()
    graded(grader, learner, "assert f() == 1")
    assert time.monotonic() - started < 28, "the limit is ten seconds"


@pytest.mark.parametrize(
    "name", ["quint8", "qint8", "qint32", "quint4x2", "quint2x4", "float8_e5m2", "bits8"]
)
def test_tensors_whose_bytes_mean_more_are_not_read(name: str) -> None:
    if hasattr(torch, name):
        with pytest.raises(WireError):
            Decoder([bytes(64)], lambda tree: None).decode(["tensor", 0, name, [4], None])


def test_tags_are_not_compared_with_each_other() -> None:
    """Twenty thousand numbers and as many words took 45 seconds, in the main process."""
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x")])
    nb.cells[0].metadata["tags"] = [*range(20_000), *map(str, range(20_000))]
    nb.cells[0].metadata["nbgrader"] = {"grade_id": "a", "solution": True, "odd": list(range(9))}
    started = time.process_time()
    found = parse_notebook(json.dumps(nb).encode(), "lab.ipynb")
    assert time.process_time() - started < 5
    assert found.cells[0].metadata == {"nbgrader": {"grade_id": "a", "solution": True}}


@pytest.mark.parametrize("sign", ["<div>", "<b>", "\\begin{a}", "[", "`", "*a ", "> ", "$", "![", "- ", "&"])
def test_no_text_takes_minutes_to_show(sign: str) -> None:
    for times in (2900, 30_000):
        started = time.process_time()
        page = flat_markdown(sign * times)
        assert time.process_time() - started < 10, "it took minutes"
        assert len(page) < 2_000_000


def test_a_file_does_not_carry_hidden_inputs_out(grader: Grader) -> None:
    learner = "def f(x: int) -> int:\n    open('packet.txt', 'a').write(str(x))\n    import os\n    os.makedirs('packet', exist_ok=True)\n    open('packet/kept.txt', 'a').write(str(x))\n    return x"
    found = graded(grader, learner, "assert f(8675309) == 8675309\nassert f(1) == 1")
    assert found.scores["grade_x"] == 1.0
    assert not found.files
