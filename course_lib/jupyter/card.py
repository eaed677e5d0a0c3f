"""Cards below the check cells of a lab: what passed, the first thing that did not, the next hint behind a button.

They are HTML without scripts, so that they look the same tomorrow; Python's own words are there on request.
"""

from __future__ import annotations

import ast
import html
import inspect
import linecache
import re
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from course_lib.errors import CourseError
from course_lib.jupyter.kernel import install
from course_lib.jupyter.visible import Expect, name_of, perform

State = Literal["passed", "failed", "not begun"]
LOOKS = {"passed": ("#009E73", "\u2713"), "failed": ("#D55E00", "\u2717"), "not begun": ("#6E6E6E", "\u25cb")}
NOT_BEGUN = (
    "Not written yet: replace `raise NotImplementedError()` above by your code, run that cell, then this one."
)
RAISED = "Your code stopped"
HINT = re.compile(r"<details><summary>(Hint \d of \d[^<]*)</summary>(.*?)</details>", re.DOTALL)
BOX = (
    "border:1px solid var(--jp-border-color2,#ccc);border-left:5px solid {colour};border-radius:4px;padding:0.6em "
    "1em;margin:0.3em 0;max-width:44em;line-height:1.5"
)
BUTTON = (
    "display:inline-block;cursor:pointer;border:1px solid "
    "var(--jp-border-color1,#999);border-radius:4px;padding:0.1em 0.7em;margin:0.3em 0"
)


@dataclass(frozen=True)
class Outcome:
    """What the visible checks of one exercise found.

    Attributes:
        passed: what holds, in the order in which it was asked.
        sentence: the first thing that does not.
        detail: the statement that failed, or where an error was raised, as plain text.
    """

    exercise: str
    state: State
    passed: list[str] = field(default_factory=list)
    sentence: str = ""
    detail: str = ""


def outcome(check: Callable[..., None]) -> Outcome:
    """Run the checks of one exercise. A KeyboardInterrupt goes through."""
    expect, name = Expect(), name_of(check)
    try:
        perform(check, expect)
    except NotImplementedError:
        return Outcome(name, "not begun", sentence=NOT_BEGUN)
    except Exception as error:
        where = raised_at(error, check)
        if isinstance(error, AssertionError) and not where:
            return Outcome(name, "failed", expect.passed, str(error), asked(check, error))
        kind, said = type(error).__name__, " ".join(str(error).split())
        line = f" in `{where[-1]}`" if where else ""
        sentence = f"{RAISED}{line}: {kind}{': ' if said else ''}{said}"
        return Outcome(name, "failed", expect.passed, sentence, "\n".join([*where, f"{kind}: {said}"]))
    return Outcome(name, "passed", expect.passed)


def asked(check: Callable[..., None], error: BaseException) -> str:
    """Return the statement of the check function that failed."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code is check.__code__]
    if not lines:
        return ""
    try:
        source, first = inspect.getsourcelines(check)
    except OSError:
        return ""
    return statement("".join(source), lines[-1] - first + 1)


def statement(source: str, line: int) -> str:
    """Return the innermost whole statement of `source` that holds `line` (counted from 1)."""
    source = textwrap.dedent(source)
    holding = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    if not holding:
        return ""
    inner = min(holding, key=lambda node: (node.end_lineno or node.lineno) - node.lineno)
    return textwrap.dedent("\n".join(source.splitlines()[inner.lineno - 1 : inner.end_lineno]))


def raised_at(error: BaseException, check: Callable[..., None]) -> list[str]:
    """Return the lines of the learner's own cells that were running, outermost first."""
    frames = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_globals is check.__globals__ and frame.f_code.co_filename != check.__code__.co_filename
    ]
    return [line for name, number in frames if (line := linecache.getline(name, number).strip())]


def show_card(shell: Any, check: Callable[..., None]) -> None:
    """Run the checks and show their card. The cell does not fail, so that "run all cells" comes to the overview."""
    install(shell)
    found = outcome(check)
    _display(card(found, hints(found.exercise)), plain(found))


def card(found: Outcome, hints: list[tuple[str, str]]) -> str:
    """Return the card of one exercise as HTML.

    Args:
        hints: title and text (Markdown) of each hint, in their order.
    """
    colour, mark = LOOKS[found.state]
    many = f"{len(found.passed)} {'check' if len(found.passed) == 1 else 'checks'}"
    head = {
        "passed": "the visible checks pass",
        "failed": f"{many} passed, the next one did not" if found.passed else "not yet",
        "not begun": "not begun",
    }[found.state]
    parts = [f'<p style="margin:0"><b>{mark} {html.escape(found.exercise)}</b>: {head}</p>']
    if found.sentence:
        parts.append(f'<p role="status" style="margin:0.4em 0">{_inline(found.sentence)}</p>')
    if found.passed:
        listed = "".join(f"<li>{LOOKS['passed'][1]} {_inline(one)}</li>" for one in found.passed)
        items = f'<ul style="list-style:none;padding-left:0;margin:0.3em 0">{listed}</ul>'
        parts.append(_folded(f"What holds ({len(found.passed)})", items))
    if found.state != "passed":
        if found.detail:
            title = "What Python says" if found.sentence.startswith(RAISED) else "What was asked"
            parts.append(_folded(title, f"<pre>{html.escape(found.detail)}</pre>"))
        parts.append(_nested(hints))
    return f'<div style="{BOX.format(colour=colour)}">{"".join(parts)}</div>'


def plain(found: Outcome) -> str:
    """Return the card of one exercise as one line of text."""
    head = {"passed": "the visible checks pass", "failed": "not yet", "not begun": "not begun"}[found.state]
    return f"{found.exercise}: {head}{'. ' if found.sentence else ''}{found.sentence}"


def _nested(hints: list[tuple[str, str]]) -> str:
    """Each hint behind a button, the next one inside it."""
    from nbconvert.filters import markdown2html

    folded = ""
    for title, text in reversed(hints):
        folded = _folded(title, markdown2html(text.strip()) + folded)
    return folded


def _folded(title: str, body: str) -> str:
    return f'<details><summary style="{BUTTON}">{html.escape(title)}</summary>{body}</details>'


def _inline(sentence: str) -> str:
    """A sentence as HTML; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(sentence))


def _display(page: str, text: str) -> None:
    from IPython.display import display

    display({"text/html": page, "text/plain": text}, raw=True)


def lab_cells() -> list[Any]:
    """Return the cells of the released lab whose copy the kernel stands in. Raises CourseError if there is none."""
    import nbformat

    from course_lib.workspace import find_workspace

    here = Path.cwd()
    released = find_workspace().labs / here.name / "lab.ipynb"
    if not released.is_file():
        raise CourseError(f"{here.name} is no lab of this course: open the lab in its folder work/NN-....")
    return list(nbformat.read(released, as_version=4).cells)


def hints(exercise: str) -> list[tuple[str, str]]:
    """Return title and text of an exercise's hints; none if the notebook stands elsewhere than its lab."""
    try:
        cells = lab_cells()
    except (CourseError, OSError, ValueError):
        return []
    return [
        found for cell in cells if cell.get("id") == f"card_{exercise}" for found in HINT.findall(cell.source)
    ]


def show_overview(shell: Any) -> None:
    """Run the visible checks of every exercise on what the notebook holds now, and show one card for all."""
    install(shell)
    try:
        cells = lab_cells()
    except CourseError as error:
        _display(f"<p>{html.escape(str(error))}</p>", str(error))
        return
    found = [
        outcome(check)
        for cell in cells
        if cell.cell_type == "code" and str(cell.get("id")).startswith("check_")
        for check in [check_function(cell.source, shell.user_ns)]
    ]
    written = [
        cell.id.removeprefix("grade_")
        for cell in cells
        if cell.cell_type == "markdown" and str(cell.get("id")).startswith("grade_")
    ]
    _display(overview(found, written), "\n".join([summary(found), *map(plain, found)]))


def check_function(source: str, names: dict[str, Any]) -> Callable[..., None]:
    """Return the check function that a check cell defines, on these names; nothing is run or left behind."""
    (function,) = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    before = {function.name: names[function.name]} if function.name in names else {}
    exec(compile(ast.Module([function], []), "<check>", "exec"), names)
    check: Callable[..., None] = names.pop(function.name)
    names.update(before)
    return check


def summary(found: list[Outcome]) -> str:
    """Return how many exercises pass, as one sentence."""
    count = {state: sum(one.state == state for one in found) for state in LOOKS}
    begun = f"; {count['not begun']} not begun" if count["not begun"] else ""
    return f"{count['passed']} of {len(found)} exercises pass their visible checks{begun}."


def overview(found: list[Outcome], written: list[str]) -> str:
    """Return one card for the whole lab as HTML.

    Args:
        written: exercises whose answer a person reads.
    """
    rows = "".join(map(_row, found))
    rows += "".join(
        f"<li>\u270e <b>{html.escape(name)}</b>: read by a person, not checked here</li>" for name in written
    )
    done = all(one.state == "passed" for one in found)
    colour = LOOKS["passed" if done else "not begun"][0]
    after = "Save, then hand in: <i>Nbgrader &gt; Assignment List &gt; Submit</i>." if done else ""
    return (
        f'<div style="{BOX.format(colour=colour)}"><p style="margin:0"><b>{summary(found)}</b> {after}</p>'
        f'<ul style="list-style:none;padding-left:0;margin:0.4em 0">{rows}</ul></div>'
    )


def _row(found: Outcome) -> str:
    colour, mark = LOOKS[found.state]
    said = {"passed": "", "failed": f": {_inline(found.sentence)}", "not begun": ": not begun"}[found.state]
    return f'<li><span style="color:{colour}">{mark}</span> <b>{html.escape(found.exercise)}</b>{said}</li>'
