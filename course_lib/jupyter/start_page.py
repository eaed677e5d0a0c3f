"""The page that `course lab` opens: where am I, what is next, and everything of mine one click away.

It is a notebook with one cell, `work/Start.ipynb`, written anew at each start; running the cell brings it up to date.
"""

from __future__ import annotations

import html
import json
import os
from getpass import getuser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from course_lib.errors import CourseError
from course_lib.packet.files import write_atomic
from course_lib.progress import Progress, next_step, read_progress
from course_lib.workspace import Workspace, find_workspace

CELL = "from course_lib.jupyter.start_page import start_page\n\nstart_page()"
LAB = {"": "not begun", "begun": "begun", "handed in": "handed in", "feedback": "graded"}
NEXT = (
    "border:1px solid var(--jp-border-color2,#ccc);border-left:5px solid #0072B2;border-radius:4px;"
    "padding:0.7em 1em;margin:0.5em 0 1em;max-width:48em;font-size:110%"
)


class StartPage:
    """The page as HTML, and as text where nothing else can be shown."""

    def __init__(self, workspace: Workspace, learner: str) -> None:
        self.workspace = workspace
        self.rows = read_progress(workspace, learner)

    def _link(self, text: str, path: Path | str) -> str:
        """A link to a file of the course, seen from the page."""
        target = self.workspace.root / path
        way = quote(Path(os.path.relpath(target, self.workspace.work)).as_posix())
        return f'<a href="{way}">{html.escape(text)}</a>'

    def _row(self, row: Progress) -> str:
        lesson = self._link(row.title, f"work/lessons/{row.name}.ipynb")
        cells = f"{row.cells_run} of {row.cells} cells run" if row.cells_run else "not begun"
        guesses = f"<br>{row.guesses} guesses, {row.near} close" if row.guesses else ""
        quiz = f"{row.quiz_right} of {row.quiz_questions} right" if row.quiz_answered else "not answered"
        lab = self._link(LAB[row.lab], f"work/{row.name}/lab.ipynb")
        task = self._link("sealed" if row.sealed else "open", f"work/{row.name}/packet.ipynb")
        packet = task if row.has_packet else "none"
        feedback = self._link("read it", row.feedback) if row.feedback else "none yet"
        done = "\u2713" if row.done else ""
        columns = (row.number, lesson, cells + guesses, quiz, lab, packet, feedback, done)
        return "<tr>" + "".join(f'<td style="text-align:left">{column}</td>' for column in columns) + "</tr>"

    def html(self) -> str:
        """Return the page; every word that is no link says what it is about."""
        step, done = next_step(self.rows), sum(row.done for row in self.rows)
        what = f"Next: {self._link(step.sentence, step.opens)}." if step else "All lessons are done."
        heads = ("", "lesson", "read", "quiz", "lab", "packet task", "feedback", "done")
        head = "".join(f'<th style="text-align:left">{name}</th>' for name in heads)
        page = self.workspace.work / "packet" / "page.html"
        packet = (
            f"Your packet as its readers see it: {self._link('page.html', page)}. " if page.is_file() else ""
        )
        return (
            f'<h1>How AI models work</h1><p style="{NEXT}"><b>{what}</b><br>'
            f"{done} of {len(self.rows)} lessons are done: lab handed in, packet sealed.</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(self._row, self.rows))}</tbody></table>"
            f"<p>{packet}Hand a lab in with <i>Nbgrader &gt; Assignment List &gt; Submit</i>. Run this cell again "
            "(Shift+Enter) to bring this page up to date.</p>"
        )

    def text(self) -> str:
        """Return the page in one line."""
        step = next_step(self.rows)
        return f"Next: {step.sentence} ({step.opens})." if step else "All lessons are done."

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


def start_page() -> StartPage:
    """Return the page for the clone that the notebook stands in and the account that runs it."""
    return StartPage(find_workspace(), getuser())


def write_start_page(workspace: Workspace, learner: str) -> Path:
    """Write `work/Start.ipynb` with the page as it is now; return its path.

    A record that can't be read is said on the page: it keeps nobody from opening a lesson.
    """
    try:
        shown: dict[str, Any] = {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": StartPage(workspace, learner)._repr_mimebundle_(),
        }
    except CourseError as error:
        shown = {"output_type": "stream", "name": "stdout", "text": f"{error}\n"}
    cell = {
        "cell_type": "code",
        "id": "start",
        "execution_count": 1,
        "metadata": {"jupyter": {"source_hidden": True}},
        "source": CELL,
        "outputs": [shown],
    }
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    path = workspace.work / "Start.ipynb"
    notebook = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    write_atomic(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    return path
