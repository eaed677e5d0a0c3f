"""What people see of a submission: feedback pages for learners, and the formgrader for graders.

A submission may hold anything. What is shown of it is text and pictures: markdown is cleaned after it became HTML,
outputs lose every kind that a browser would run, and links lead only to the web or within the page (a link to a
file beside the notebook would be served with the grader's own rights). `nbgrader_config.py` hooks this in:
`FeedbackExporter` makes the feedback pages, `OnlyTextAndPictures` and `safe_markdown` work in the formgrader.
"""

from __future__ import annotations

import html
import re
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from course_lib.clean import one_line
from course_lib.grading.checks import CheckResult, from_data
from course_lib.grading.marks import penalty_rule, settle
from course_lib.grading.pages import TEMPLATES
from course_lib.grading.preprocessors import SHOWN, check_reports, grade_id

Resources = dict[str, Any]

TAGS = frozenset(
    re.findall(
        r"\w+",
        """a abbr b blockquote br code dd del details div dl dt em hr i img input kbd li ol p pre s span strong sub
        summary sup table tbody td th thead tr u ul""",
    )
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
MOST_SHOWN, MOST_OPENED = 50_000, 3000  # characters of a cell, and signs in it that may open something
CUT = "\n[the rest is in the notebook that was handed in]"
COLOURS = re.compile(r"highlight|[a-z]{1,2}[0-9a-z]?")  # the classes that Pygments gives to code


def _allowed(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay; what is not named here goes."""
    if tag == "a":
        return name == "href" and value.startswith(("https://", "http://", "mailto:", "#"))
    if tag == "img":
        return name == "alt" or (name == "src" and PICTURE.fullmatch(value) is not None)
    if tag == "input":  # the boxes of a task list
        return name in ("disabled", "checked") or (name == "type" and value == "checkbox")
    if name == "class":
        return tag in ("div", "span") and COLOURS.fullmatch(value) is not None
    return tag in ("td", "th") and name in ("colspan", "rowspan", "scope")


class _Pictures(IPythonRenderer):
    """Markdown as the notebook shows it, with pictures that the notebook itself holds; others leave their text."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        name = url.removeprefix("attachment:")
        kinds = self.attachments.get(name, {}) if url.startswith("attachment:") else {}
        for kind in ("image/png", "image/jpeg", "image/gif"):
            if kind in kinds:
                url = f"data:{kind};base64,{kinds[kind]}"
        if not PICTURE.fullmatch(url):
            return f"<em>[picture: {bleach.clean(text, tags=frozenset()) or 'not shown'}]</em>"
        return str(super().image(text or "A picture in the text", url, title))


class _NoHeadings(_Pictures):
    """Headings become bold lines, so that they don't break into the page's own."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<p><strong>{text}</strong></p>"


def shortened(source: str) -> str:
    """A cell's text, cut where nobody would read on."""
    return source if len(source) <= MOST_SHOWN else source[:MOST_SHOWN] + CUT


def clean(page: str, tags: frozenset[str]) -> str:
    """HTML of which only known tags and harmless attributes are left; what else there was is shown as text."""
    return str(
        bleach.clean(page, tags=tags, attributes=_allowed, protocols={"http", "https", "mailto", "data"})
    )


def _is_heavy(source: str) -> bool:
    """Whether a text could take minutes to render: long, or full of what opens and never closes."""
    opened = sum(map(source.count, ("<", "[", "\\begin", "`", "*", "_", "$", ">")))
    return len(source) > MOST_SHOWN or opened > MOST_OPENED


def _render(renderer: type[_Pictures], source: str, attachments: dict[str, Any]) -> str:
    if _is_heavy(source):
        return f"<pre>{html.escape(shortened(source))}</pre>"
    make = renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=make).render(source))


@pass_context
def safe_markdown(context: Any, source: str) -> str:
    """The formgrader's `markdown2html`: the same look as ever, and nothing in it that runs."""
    attachments = context.get("cell", {}).get("attachments", {})
    return clean(_render(_Pictures, source, attachments), TAGS | HEADINGS)


def flat_markdown(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Markdown for a feedback page, whose headings are its own."""
    return clean(_render(_NoHeadings, source, attachments or {}), TAGS)


class OnlyTextAndPictures(Preprocessor):
    """Keep text and PNG or JPEG pictures of every output; sizes and other metadata are a way in, and go.

    The formgrader puts a learner's name into its page as it is, so it gets the name escaped.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Change the copy that is shown; the graded notebook stays as it is."""
        for name in ("student", "first_name", "last_name", "notebook_path"):
            if resources.get(name):
                resources[name] = html.escape(str(resources[name]))
        return super().preprocess(nb, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Make one cell harmless."""
        if cell.cell_type == "code":
            cell.source = shortened(cell.source)
        if cell.cell_type == "raw":
            cell.cell_type, cell.source = "markdown", f"```\n{cell.source}\n```"
        for output in cell.get("outputs", []):
            if "data" not in output:
                continue
            shown = {kind: data for kind, data in output["data"].items() if kind in SHOWN}
            for kind in [kind for kind in shown if kind.startswith("image/")]:
                if not PICTURE.fullmatch(f"data:{kind};base64,{shown[kind]}"):
                    del shown[kind]
            if not shown:
                shown["text/plain"] = f"(not shown: {', '.join(sorted(output['data']))})"
            alt = output.get("metadata", {}).get("alt")
            output["data"] = shown
            output["metadata"] = {"alt": str(alt)} if alt else {}
            for name in [name for name in output if name.endswith("_filename")]:
                del output[name]
        return cell, resources


class Scores(GetGrades):
    """Put into the notebook what the feedback page tells: points, what waits for a person, checks, exercises.

    Each cell gets `metadata.course` with its `part` of the page: "answer", "written", "own", "visible" (the
    checks that the learner saw), "checks" (the hidden ones) or "instructor". `resources["course"]` gets the
    exercises, each with its points and the places of its cells.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Read the gradebook, then sort the cells into exercises."""
        ids = resources["nbgrader"]
        with Gradebook(ids["db_url"]) as book:
            settle(book, penalty_rule(self.config), [book.find_submission(ids["assignment"], ids["student"])])
            book.db.commit()
        nb, resources = super().preprocess(nb, resources)
        # Names of learners and notebooks stand in titles and headings.
        shown = {name: one_line(ids[name], 200) for name in ("student", "notebook") if name in ids}
        resources["nbgrader"] = {**ids, **shown}
        titles = {grade_id(cell).removeprefix("card_"): _heading(cell) for cell in nb.cells}
        exercises: list[dict[str, Any]] = []
        places: list[int] = []
        for place, cell in enumerate(nb.cells):
            settings = cell.metadata.get("nbgrader", {})
            part = _part(cell)
            cell.metadata["course"] = {"part": part}
            if part != "instructor":
                places.append(place)
            if part == "checks":
                results = [result for _, data in check_reports(cell) for result in from_data(data)]
                cell.metadata["course"]["checks"] = [_row(result) for result in results]
                cell.metadata["course"]["exercise"] = grade_id(cell).removeprefix("grade_")
            if utils.is_grade(cell) and settings["points"]:
                name = grade_id(cell).removeprefix("grade_")
                exercises.append(
                    {
                        "title": titles.get(name) or name.replace("_", " "),
                        "score": float(settings["score"] or 0),
                        "points": float(settings["points"]),
                        "waits": settings["waits"],
                        "cells": places,
                    }
                )
                places = []
        resources["course"] = {
            "exercises": exercises,
            "rest": [place for place in places if nb.cells[place].metadata.course.part == "own"],
            "waiting": sum(each["points"] - each["score"] for each in exercises if each["waits"]),
            "light": HtmlFormatter(style="default").get_style_defs(".highlight"),
            "dark": HtmlFormatter(style="github-dark").get_style_defs(".highlight"),
        }
        return nb, resources

    def _get_score(self, cell: NotebookNode, resources: Resources) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            grade_id(cell), self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["waits"] = bool(grade.needs_manual_grade)


def _part(cell: NotebookNode) -> str:
    """What a cell is to the reader of a feedback page."""
    if utils.is_solution(cell):
        return "answer" if cell.cell_type == "code" else "written"
    if utils.is_grade(cell):
        return "checks" if cell.metadata.nbgrader["points"] else "visible"
    return "instructor" if cell.metadata.get("nbgrader") else "own"


def _heading(cell: NotebookNode) -> str:
    """The first heading of an exercise's card, or ''."""
    found = re.search(r"^#{1,3}[ \t]+(.+?)[ \t]*$", cell.source, re.MULTILINE)
    return found.group(1) if found and cell.cell_type == "markdown" else ""


def _row(result: CheckResult) -> dict[str, Any]:
    raised = f" (It raised {result.raised}.)" if result.raised else ""
    return {
        "name": result.name,
        "points": result.points,
        "earned": result.earned,
        "passed": result.passed,
        "sentence": result.message + raised,
    }


class FeedbackExporter(HTMLExporter):
    """Feedback pages: this course's own template, no scripts, nothing from elsewhere.

    nbgrader names a template of its own for every HTML page that it makes; the more specific section wins.
    """

    def __init__(self, config: Any = None, **settings: Any) -> None:
        own = Config(config or {})
        own.FeedbackExporter = Config(
            template_name="course_feedback",
            extra_template_basedirs=[str(TEMPLATES)],
            extra_template_paths=[str(TEMPLATES)],
            preprocessors=[OnlyTextAndPictures],
            filters={"markdown2html": flat_markdown},
        )
        super().__init__(config=own, **settings)
