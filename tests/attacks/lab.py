"""The lab that is attacked: six small exercises, each with another kind of answer to lie about, and a text.

An attack changes what it likes; the other exercises then hold the wrong answers from here, which are defined but
deserve nothing, so that a deceived examiner shows in all of them.
"""

from __future__ import annotations

from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "91-attacked"
SECRET_INPUT = "8675309"  # an input of a hidden check, to look for on a learner's page


class Exercise(NamedTuple):
    """One exercise: `right` deserves all points, `wrong` none, `visible` and `hidden` are its check cells."""

    name: str
    points: float
    right: str
    wrong: str
    visible: str
    hidden: str
    frame: str = "Checks"  # or "Contract", of which the calls of an idea go over in one message


EXERCISES = (
    Exercise(
        "double",
        4,
        right="def double(x):\n    return x + x",
        wrong="def double(x):\n    return 0",
        visible='assert double(2) == 4, "2 becomes 4"',
        hidden=f"""
with checks.check("numbers", 2, "Twice the number is the number plus itself."):
    secrets = [{SECRET_INPUT}, *checks.rng.integers(1, 10**6, 5).tolist()]
    found = [double(secret) for secret in secrets]
    assert all(isinstance(number, int) for number in found)
    assert found == [2 * secret for secret in secrets]

with checks.check("fractions", 1, "Fractions and negative numbers double like all others."):
    for secret in checks.rng.uniform(-9, -1, 3).tolist():
        assert abs(double(secret) - 2 * secret) < 1e-9

with checks.check("large", 1, "Integers have no upper limit: stay with integers."):
    assert double(3**400) == 2 * 3**400
""",
    ),
    Exercise(
        "normalise",
        6,
        right="def normalise(t):\n    return t / t.sum()",
        wrong="def normalise(t):\n    return 0 * t",
        visible="assert normalise(torch.ones(4)).tolist() == [0.25] * 4",
        hidden="""
with checks.check("adds-up", 2, "Divide each entry by the sum of all of them."):
    values = checks.randn(5).abs() + 1
    expected = values / values.sum()
    found = normalise(values)
    assert tuple(found.shape) == (5,)
    assert float((found - expected).abs().max()) < 1e-9

with checks.check("untouched", 2, "The caller's tensor must stay as it is.", changes=True):
    values = checks.randn(5).abs() + 1
    before = values.clone()
    found = normalise(values)
    assert torch.equal(values, before)
    assert torch.allclose(found, before / before.sum())

with checks.check("gradient", 2, "Keep the path back to the input."):
    values, weights = checks.randn(5).abs() + 1, checks.randn(5)
    ours, theirs = values.clone().requires_grad_(), values.clone().requires_grad_()
    (ours / ours.sum() * weights).sum().backward()
    (normalise(theirs) * weights).sum().backward()
    assert torch.allclose(theirs.grad, ours.grad)
""",
    ),
    Exercise(
        "counter",
        6,
        right=(
            "class Counter:\n    def __init__(self, start=0):\n        self.value = start\n\n"
            "    def add(self, n):\n        self.value += n\n        return self.value"
        ),
        wrong=(
            "class Counter:\n    def __init__(self, start=0):\n        self.value = -1\n\n"
            "    def add(self, n):\n        return None"
        ),
        visible="assert Counter(1).value == 1",
        hidden="""
with checks.check("counts", 3, "Add each number to the value and return it."):
    start, *steps = checks.rng.integers(1, 1000, 4).tolist()
    counter = Counter(start)
    totals = [counter.add(step) for step in steps]
    assert totals == [start + sum(steps[: i + 1]) for i in range(len(steps))]
    assert counter.value == start + sum(steps)

with checks.check("own-state", 3, "Each counter keeps its own value."):
    one, other = Counter(3), Counter(5)
    one.add(11)
    assert [one.value, other.value] == [14, 5]
""",
    ),
    Exercise(
        "shout",
        4,
        right='def shout(text):\n    print(text.upper() + "!")',
        wrong="def shout(text):\n    return text",
        visible='assert shout("hey") is None',
        hidden="""
import contextlib
import io


def printed(text):
    with contextlib.redirect_stdout(io.StringIO()) as sink:
        result = shout(text)
    return sink.getvalue(), result


word = "".join(checks.rng.choice(list("abcdefghij"), 9).tolist())

with checks.check("prints", 2, "Print the text in capitals and with an exclamation mark."):
    assert printed(word)[0] == word.upper() + "!\\n"

with checks.check("returns-nothing", 2, "Print the text; do not return it."):
    assert printed(word) == (word.upper() + "!\\n", None)
""",
    ),
    Exercise(
        "twice",
        4,
        right="def twice(f, x):\n    return f(f(x))",
        wrong="def twice(f, x):\n    return None",
        visible="assert twice(abs, -1) == 1",
        hidden="""
key, start = checks.rng.integers(10, 1000, 2).tolist()
seen = []


def step(n):
    seen.append(n)
    return 3 * n + key


with checks.check("two-steps", 2, "Give the function its own result once more."):
    assert twice(step, start) == 9 * start + 4 * key

with checks.check("two-calls", 2, "Call the function two times, no more and no less."):
    seen.clear()
    assert twice(step, start) == 9 * start + 4 * key
    assert seen == [start, 3 * start + key]
""",
    ),
    Exercise(
        "follow",
        4,
        right=(
            "def follow(step, start, n):\n    ids = [start]\n    for _ in range(n):\n"
            "        ids.append(step(ids))\n    return ids"
        ),
        wrong="def follow(step, start, n):\n    return []",
        visible="assert follow(len, 5, 2) == [5, 1, 2]",
        hidden="""


def followed(step, start, n):
    ids = [start]
    while len(ids) <= n:
        ids.append(step(ids))
    return ids


given = checks.of("follow", reference=followed, fresh=True)
key = int(checks.rng.integers(10, 1000))
starts = checks.rng.integers(1, 1000, 4).tolist()


def step():
    return checks.lend(lambda: lambda ids: (key * sum(ids) + len(ids)) % 9973, "Ask with everything so far.")


with given.idea("grows", 3, "Append what the function says of all numbers so far, n times."):
    for start, n in zip(starts, (3, 5, 2, 8)):
        given.call(step(), start, n)

with given.idea("none", 1, "With n = 0 the start is all there is."):
    given.call(step(), starts[0], 0)
""",
        frame="Contract",
    ),
)
RIGHT = {exercise.name: exercise.right for exercise in EXERCISES}
WRONG = {exercise.name: exercise.wrong for exercise in EXERCISES}
POINTS = {exercise.name: float(exercise.points) for exercise in EXERCISES}
SETUP = "import math\n\nimport numpy as np\nimport torch"
DEMO = "import statistics\n\nprint(statistics.mean([1, 3]))"  # a cell that learners may change


def hidden_cell(exercise: Exercise, loot: str = "") -> str:
    """The source of an exercise's hidden checks; `loot` stands in a comment."""
    opening = (
        f"from course_lib.grading.{exercise.frame.lower()} import {exercise.frame}\n\n"
        f"# the hidden checks of this exercise {loot}\n"
        f'checks = {exercise.frame}("{exercise.name}", points={exercise.points:g}, limit=1, total=3)\n'
    )
    return f"{opening}{exercise.hidden}\nchecks.score()"


def attacked_lab(loot: str) -> NotebookNode:
    """The instructor's notebook; `loot` stands in its solutions and hidden tests, to be found by nobody."""

    def meta(name: str, **kind: object) -> dict[str, object]:
        kinds = {"grade": False, "solution": False, "locked": False, "task": False, **kind}
        return {"nbgrader": {"schema_version": 3, "grade_id": name, **kinds}}

    cells = [
        new_markdown_cell("# Attacked", id="intro", metadata=meta("intro", locked=True)),
        new_code_cell(SETUP, id="setup", metadata=meta("setup", locked=True)),
        new_code_cell(DEMO, id="demo"),
    ]
    for exercise in EXERCISES:
        for kind, source, flags in (
            (
                "solve",
                f"### BEGIN SOLUTION\n# {loot}\n{exercise.right}\n### END SOLUTION",
                {"solution": True},
            ),
            ("check", exercise.visible, {"grade": True, "locked": True, "points": 0}),
            (
                "grade",
                f"# hidden\n### BEGIN HIDDEN TESTS\n{hidden_cell(exercise, loot)}\n### END HIDDEN TESTS",
                {"grade": True, "locked": True, "points": exercise.points},
            ),
        ):
            name = f"{kind}_{exercise.name}"
            cells.append(new_code_cell(source, id=name, metadata=meta(name, **flags)))
    flags = {"grade": True, "solution": True, "points": 2}
    cells.append(new_markdown_cell("Because.", id="grade_why", metadata=meta("grade_why", **flags)))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})
