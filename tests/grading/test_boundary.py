"""Check cells mean the same in one process and across the boundary: the six patterns of the guide, and more.

Each case is a learner's cell and the body of a check. It runs once as in a notebook, everything in one process,
and once the way of grading; both must agree.
"""

# ruff: noqa: E501 - the cases are code in strings

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.grading.prepared import prepare
from course_lib.grading.sandbox import Grader
from course_lib.grading.task import Settings, Task
from course_lib.workspace import own_folders

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("bubblewrap")]

SETUP = "import math\nimport numpy as np\nimport torch\nfrom collections import Counter"
HEAD = "from course_lib.grading.checks import Checks\nchecks = Checks('x', points=1)\n"

# name: (the learner's cell, the check's body, whether it passes)
CASES: dict[str, tuple[str, str, bool]] = {
    # 1. a pure function
    "function": (
        "def double(x):\n    return 2 * x",
        "assert double(4) == 8 and type(double(4)) is int",
        True,
    ),
    "function-wrong": ("def double(x):\n    return x", "assert double(4) == 8", False),
    "keywords": (
        "def area(a, *, b=1, **more):\n    return a * b + sum(more.values())",
        "assert area(2, b=3, c=4, d=5) == 15",
        True,
    ),
    "array": (
        "def scale(a):\n    return a / a.sum()",
        "a = checks.rng.uniform(1, 2, (3, 4))\nassert np.allclose(scale(a), a / a.sum())",
        True,
    ),
    "gradient": (
        "def cube(t):\n    return t**3",
        "t = checks.randn(4).requires_grad_()\ncube(t).sum().backward()\nassert torch.allclose(t.grad, 3 * t**2)\n"
        "assert torch.autograd.gradcheck(cube, (t,))",
        True,
    ),
    "gradient-cut": (
        "def cube(t):\n    return (t**3).detach()",
        "t = checks.randn(4).requires_grad_()\ncube(t).sum().backward()",
        False,
    ),
    "two-inputs-one-gradient": (
        "def mix(a, b):\n    return a * b.detach(), a + b",
        "a, b = checks.randn(3).requires_grad_(), checks.randn(3).requires_grad_()\n"
        "x, y = mix(2 * a, b)\n(x + y).sum().backward()\n"
        "assert torch.allclose(a.grad, 2 * b + 2) and torch.allclose(b.grad, torch.ones_like(b))",
        True,
    ),
    "argument-changed": (
        "def clip(t):\n    t.clamp_(0)\n    return t",
        "t = -torch.ones(3)\nclip(t)\nassert t.tolist() == [-1, -1, -1]",
        False,
    ),
    "list-changed": ("def add(xs):\n    xs.append(1)", "xs = []\nadd(xs)\nassert xs == [1]", True),
    "generator-moves-on": (
        "def draw(g):\n    return torch.rand(1, generator=g).item()",
        "g = torch.Generator().manual_seed(1)\nassert draw(g) != draw(g)\n"
        "again = torch.Generator().manual_seed(1)\nassert len({draw(again) for _ in range(3)}) == 3",
        True,
    ),
    "numpy-dice": (
        "def draw(rng):\n    return rng.random()",
        "a, b = np.random.default_rng(3), np.random.default_rng(3)\nassert [draw(a), draw(a)] == [b.random(), b.random()]",
        True,
    ),
    "repeat": (
        "def roll(g):\n    return int(torch.randint(6, (1,), generator=g))",
        "g = torch.Generator().manual_seed(2)\nrolls = checks.repeat(600, roll, g)\n"
        "assert len(rolls) == 600 and min(Counter(rolls).values()) > 50",
        True,
    ),
    "callback": (
        "def apply(f, xs):\n    return [f(x) for x in xs]",
        "seen = []\nassert apply(lambda x: seen.append(x) or x * x, [1, 2, 3]) == [1, 4, 9] and seen == [1, 2, 3]",
        True,
    ),
    "callback-raises": (
        "def safe(f):\n    try:\n        f()\n    except KeyError:\n        return 'caught'",
        "def f():\n    raise KeyError('k')\nassert safe(f) == 'caught'",
        True,
    ),
    "their-function-as-argument": (
        "def inc(x):\n    return x + 1\n\ndef twice(f, x):\n    return f(f(x))",
        "assert twice(inc, 1) == 3",
        True,
    ),
    "constant": ("LIMIT = 0.25", "assert 0 < LIMIT < 1 and type(LIMIT) is float", True),
    "missing": ("other = 1", "assert wanted == 1", False),
    # 2. a class with state
    "class": (
        "class Counter2:\n    def __init__(self, start=0):\n        self.n = start\n    def up(self, by=1):\n"
        "        self.n += by\n        return self",
        "c = Counter2(5)\nassert c.n == 5\nc.up().up(by=3)\nassert c.n == 9\nc.n = 1\nc.up()\nassert c.n == 2",
        True,
    ),
    "operators": (
        "class Value:\n    def __init__(self, data):\n        self.data = data\n    def __add__(self, o):\n"
        "        return Value(self.data + (o.data if isinstance(o, Value) else o))\n    __radd__ = __add__\n"
        "    def __mul__(self, o):\n        return Value(self.data * o.data)\n    def __pow__(self, n):\n"
        "        return Value(self.data**n)\n    def __neg__(self):\n        return Value(-self.data)",
        "a, b = Value(2.0), Value(3.0)\nassert (a + b).data == 5.0 and (1 + a).data == 3.0 and (a * b).data == 6.0\n"
        "assert (a**2).data == 4.0 and (-a).data == -2.0",
        True,
    ),
    "container": (
        "class Bag:\n    def __init__(self):\n        self.items = {}\n    def __setitem__(self, k, v):\n"
        "        self.items[k] = v\n    def __getitem__(self, k):\n        return self.items[k]\n"
        "    def __len__(self):\n        return len(self.items)\n    def __iter__(self):\n        return iter(self.items)",
        "b = Bag()\nb['x'] = 4\nassert b['x'] == 4 and len(b) == 1 and list(b) == ['x']\n"
        "try:\n    b['y']\nexcept KeyError:\n    pass\nelse:\n    raise AssertionError",
        True,
    ),
    "context-manager": (
        "class Open:\n    def __enter__(self):\n        self.on = True\n        return self\n"
        "    def __exit__(self, *e):\n        self.on = False",
        "o = Open()\nwith o:\n    assert o.on\nassert not o.on",
        True,
    ),
    "generator": (
        "def count(n):\n    for i in range(n):\n        yield i",
        "assert list(count(4)) == [0, 1, 2, 3]\ng = count(10**9)\nassert [next(g), next(g)] == [0, 1]",
        True,
    ),
    # 3. a module with weights set by the check
    "module": (
        "class Twice(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layer = torch.nn.Linear(3, 2, bias=False, dtype=torch.float64)\n    def forward(self, x):\n"
        "        return 2 * self.layer(x)",
        "m, w, x = Twice(), checks.randn(2, 3), checks.randn(5, 3)\nm.load_state_dict({'layer.weight': w})\n"
        "assert torch.allclose(m(x), 2 * x @ w.T)\nm(x).sum().backward()\n"
        "assert torch.allclose(m.layer.weight.grad, 2 * x.sum(0).expand(2, 3))\n"
        "assert sum(p.numel() for p in m.parameters()) == 6",
        True,
    ),
    # 4. a training step
    "training-step": (
        "def train_step(model, optimizer, x, y):\n    optimizer.zero_grad()\n"
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n    optimizer.step()\n    return loss.item()",
        "model = checks.there('torch.nn.Linear')(2, 1, bias=False, dtype=torch.float64)\n"
        "model.load_state_dict({'weight': torch.zeros(1, 2, dtype=torch.float64)})\n"
        "optimizer = checks.there('torch.optim.SGD')(model.parameters(), lr=0.1)\n"
        "x, y = checks.randn(8, 2), checks.randn(8, 1)\nassert np.isclose(train_step(model, optimizer, x, y), (y**2).mean())\n"
        "assert torch.allclose(model.weight.detach(), 0.1 * 2 * (y * x).mean(0, keepdim=True))",
        True,
    ),
    "step-on-the-checks-own-weights": (
        "def sgd(weights, lr):\n    with torch.no_grad():\n        for w in weights:\n            w -= lr * w.grad",
        "w = torch.ones(2, requires_grad=True)\n(w * torch.tensor([1.0, 2.0])).sum().backward()\nsgd([w], 0.5)\n"
        "assert w.tolist() == [0.5, 0.0]",
        True,
    ),
    # 5. text output
    "text": (
        "def greet(name):\n    print('Hello,', name)",
        "import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    greet('Ada')\n"
        "assert out.getvalue() == 'Hello, Ada\\n'",
        True,
    ),
    # 6. an exception is expected
    "exception": (
        "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return math.sqrt(x)",
        "try:\n    root(-1)\nexcept ValueError as error:\n    assert 'negative' in str(error)\nelse:\n    raise AssertionError",
        True,
    ),
    "own-exception": (
        "class Bad(ValueError):\n    pass\n\ndef root(x):\n    raise Bad('no')",
        "try:\n    root(-1)\nexcept ValueError:\n    pass",
        True,
    ),
    "wrong-exception": (
        "def root(x):\n    raise TypeError('no')",
        "try:\n    root(-1)\nexcept ValueError:\n    pass",
        False,
    ),
    # written by hand
    "calls": (
        "def soft(x):\n    return torch.softmax(x, -1)",
        "assert 'torch.softmax' not in checks.calls(soft)",
        False,
    ),
}

# What a learner's object may not do at grading: decide about itself.
REFUSED = {
    "equal-to-everything": (
        "class Sly:\n    def __eq__(self, other):\n        return True\n\ndef answer():\n    return Sly()",
        "assert answer() == 42",
    ),
    "always-true": ("class Sly:\n    pass\n\ndef answer():\n    return Sly()", "assert answer()"),
    "contains-everything": (
        "class Sly:\n    def __contains__(self, x):\n        return True\n\ndef answer():\n    return Sly()",
        "assert 42 in answer()",
    ),
    "less-than": (
        "class Sly:\n    def __lt__(self, x):\n        return True\n    __gt__ = __le__ = __ge__ = __lt__\n\ndef answer():\n    return Sly()",
        "assert answer() < 3",
    ),
    "close-to-everything": (
        "class Sly:\n    def __sub__(self, x):\n        return self\n    __rsub__ = __sub__\n    def __abs__(self):\n"
        "        return self\n    def __le__(self, x):\n        return True\n\ndef answer():\n    return Sly()",
        "assert abs(answer() - 42) <= 1e-6",
    ),
}


def verdict_here(learner: str, body: str) -> bool:
    """Run everything in this process, as a notebook does."""
    names: dict[str, object] = {}
    exec(SETUP, names)
    try:
        exec(compile(learner, "<learner>", "exec"), names)
        if "checks.calls" in body:
            return True  # the source of an exec'd function is not to be had; seen in the notebook's own tests
        exec(HEAD + body, names)
    except Exception:
        return False
    return True


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader()
    yield grader
    grader.close()


def lab(learner: str, body: str) -> nbformat.NotebookNode:
    def meta(name: str, **kind: object) -> dict[str, object]:
        base = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
        return {"nbgrader": {**base, "grade_id": name, **kind}}

    block = "\n".join("    " + line for line in body.splitlines())
    check = f"{HEAD}with checks.check('it', 1, 'It is wrong.', changes=True):\n{block}\nchecks.score()"
    cells = [
        new_code_cell(SETUP, metadata=meta("setup"), id="setup"),
        new_code_cell(learner, metadata=meta("solve_x", solution=True, locked=False), id="solve_x"),
        new_code_cell(check, metadata=meta("grade_x", grade=True, points=1), id="grade_x"),
    ]
    return new_notebook(cells=cells)


def points_outside(grader: Grader, learner: str, body: str) -> tuple[float | None, str]:
    """Grade it: points, and what the check said."""
    text = nbformat.writes(lab(learner, body))
    prepared = prepare(nbformat.reads(text, as_version=4)).text()
    task = Task("s", {"lab": prepared}, {"lab": text.encode()}, {}, "0123456789abcdef", Settings(limit=10))
    graded = grader.grade(task).notebooks["lab"]
    assert not graded.problem
    return graded.scores["grade_x"], str([check for checks in graded.checks.values() for check in checks])


@pytest.mark.parametrize("name", CASES)
def test_a_check_means_the_same_on_both_sides(name: str, grader: Grader) -> None:
    learner, body, passes = CASES[name]
    if "checks.calls" not in body:
        assert verdict_here(learner, body) == passes
    points, said = points_outside(grader, learner, body)
    assert points == float(passes), said


@pytest.mark.parametrize("name", REFUSED)
def test_an_object_does_not_decide_about_itself(name: str, grader: Grader) -> None:
    learner, body = REFUSED[name]
    assert verdict_here(learner, body), "the trick works in one process; that is why there are two"
    points, said = points_outside(grader, learner, body)
    assert points == 0.0
    assert "raised" in said


def test_a_process_that_ends_costs_one_check(grader: Grader) -> None:
    learner = "import os\ncalls = 0\n\ndef f(x):\n    if x == 13:\n        os._exit(1)\n    return x"
    body = "try:\n    f(13)\nexcept Exception:\n    pass\nassert f(5) == 5"
    assert points_outside(grader, learner, body)[0] == 1.0


def test_the_sandbox_has_what_it_says(grader: Grader, tmp_path: Path) -> None:
    """No network, no other process, no files of the course, no rights; a bounded disk."""
    secret = tmp_path / "secret.txt"
    secret.write_text("41")
    learner = f"""
import os, socket, subprocess, ctypes
def facts():
    found = {{"uid": os.getuid(), "processes": os.listdir("/proc"), "tmp": os.listdir("/tmp")}}
    found["secret"] = os.path.exists({str(secret)!r})
    found["course"] = [n for n in ("solutions", "class", "tests") if os.path.exists({str(Path(__file__).parents[2])!r} + "/" + n)]
    try:
        socket.socket(socket.AF_INET)
        found["network"] = True
    except OSError:
        found["network"] = False
    for call in ("mount", "unshare", "chroot", "ptrace"):
        libc = ctypes.CDLL(None, use_errno=True)
        found[call] = getattr(libc, call)(0, 0, 0, 0, 0)
    try:
        open("/usr/marker", "w")
        found["writes"] = True
    except OSError:
        found["writes"] = False
    found["seed"] = [k for k in os.environ if "SEED" in k or "SECRET" in k]
    found["nice"] = "CapEff" if os.path.exists("/proc/self/status") else "none"
    return found
"""
    body = """
f = facts()
assert f["uid"] == 65534 and f["processes"] == [] and set(f["tmp"]) - OWN == {"work"}
assert not f["secret"] and f["course"] == [] and not f["network"] and not f["writes"] and f["seed"] == []
assert f["mount"] == f["unshare"] == f["chroot"] == f["ptrace"] == -1
"""
    own = {folder.parts[2] for folder in own_folders() if folder.is_relative_to("/tmp")}  # a clone in /tmp
    points, said = points_outside(grader, learner, body.replace("OWN", repr(own)))
    assert points == 1.0, said


@pytest.mark.parametrize("isolate", ["bwrap", "no"])
def test_the_same_without_nested_namespaces_and_without_sandbox(isolate: str) -> None:
    """The cold fallback, and --trust-submissions."""
    grader = Grader(trust=isolate == "no")
    try:
        grader.warm_up()
        grader.isolate = isolate  # type: ignore[assignment]
        learner, body, _ = CASES["class"]
        assert points_outside(grader, learner, body)[0] == 1.0
        learner, body = REFUSED["always-true"]
        assert points_outside(grader, learner, body)[0] == 0.0
    finally:
        grader.close()


GUIDES_LEARNER = """
import torch

def cube(x):
    return x**3

class Counter:
    def __init__(self, start=0):
        self.n = start
    def up(self, by=1):
        self.n += by

class Twice(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3, 2, bias=False, dtype=torch.float64)
    def forward(self, x):
        return 2 * self.linear(x)

def train_step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()

def greet(name):
    print("Hello,", name)

def root(x):
    if x < 0:
        raise ValueError("negative")
    return x**0.5

def softmax(x):
    p = (x - x.max()).exp()
    return p / p.sum()

def sample(logits, temperature, generator):
    return int(torch.multinomial(softmax(logits / temperature), 1, generator=generator))
"""


def test_the_guides_patterns_work_as_printed(grader: Grader) -> None:
    guide = (Path(__file__).parents[2] / "assessments" / "instructor-guide.md").read_text(encoding="utf-8")
    patterns = guide.partition("### The patterns")[2].partition("```python\n")[2].partition("```")[0]
    assert patterns.count("\n# ") >= 7
    given = (
        "import contextlib, io\nx3 = checks.randn(5, 3)\ninputs, targets = torch.randn(4, 2), torch.randn(4, 1)\n"
        "logits, generator = checks.randn(5), checks.generator\n"
    )
    points, said = points_outside(
        grader, GUIDES_LEARNER, given + patterns + "assert len(draws) == 1000 and loss > 0"
    )
    assert points == 1.0, said
