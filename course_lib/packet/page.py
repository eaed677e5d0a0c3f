"""A packet as one page for a reviewer who was not there: `course packet show`.

templates/page.html.j2 and page.md.j2 write what course_lib.packet.view has computed. The HTML is one file without
scripts and without anything from elsewhere, and nothing that a learner typed can become markup in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from course_lib.packet.figures import Mark, cost_bars, level, risk_matrix
from course_lib.packet.render import asks, money, number, quantity, words
from course_lib.packet.schema import own_id, parts
from course_lib.packet.view import GATE_LESSON, View
from course_lib.plain import clean, markdown

TEMPLATES = Path(__file__).resolve().parent / "templates"
SHARED = Path(__file__).resolve().parents[1] / "grading" / "templates"  # page.css, the look of every page
MARK = "course-packet-export"  # in the first lines of everything that is written from a packet
MARKED = re.compile(r"\b(?P<id>(?:E|C|T|R|D|M|DEC|CTL)(?:-[A-Z0-9]+)+)\b|`(?P<code>[^`]+)`")


def matrix_text(view: View) -> str:
    """What the risk matrix shows, in words."""
    rated = [row for row in view.risks if row.before]
    if not rated:
        return "No risk is rated yet."
    high = [row for row in rated if level(row.before or 0) == "high"]
    lead = f"{len(rated)} risks; {len(high)} score 15 or more before mitigation. "
    told = []
    for row in rated:
        after = (
            "not rated after mitigation"
            if row.after is None
            else f"then {row.after}, {'proven' if row.proven else 'not proven'} by a test"
        )
        told.append(f"{row.number}, {row.risk.id or 'no id'}: {row.before}, {after}.")
    return lead + " ".join(told)


def matrix(view: View) -> Markup:
    """The risk matrix of a packet; empty if no risk is rated."""
    marks = [
        Mark(
            str(row.number),
            row.risk.severity,
            row.risk.likelihood,
            (
                row.risk.residual_severity or row.risk.severity,
                row.risk.residual_likelihood or row.risk.likelihood,
            )
            if row.after is not None
            else None,
            row.proven,
        )
        for row in view.risks
        if row.risk.severity and row.risk.likelihood
    ]
    return risk_matrix(marks, matrix_text(view)) if marks else Markup()


def bars(view: View) -> Markup:
    """The cost figure: the parts, the sum, and what today's process costs; empty if nothing can be computed."""
    amounts = [
        (row.name, value)
        for row in view.costs
        if (value := row.computed if view.cost else row.stated) is not None
    ]
    today = today_cost(view)
    if today is not None and amounts:
        amounts.append(("today's process", today))
    if not amounts:
        return Markup()
    told = ", ".join(f"{name} {money(value, view.currency)}" for name, value in amounts)
    return cost_bars(
        [(name, value, money(value, view.currency)) for name, value in amounts], f"In a month: {told}."
    )


def today_cost(view: View) -> float | None:
    """What the same work costs in a month without the system."""
    use_case = view.model.use_case
    volume = use_case.volume.requests_per_month if use_case and use_case.volume else None
    return (
        volume * use_case.today_cost_per_item_usd
        if volume and use_case and use_case.today_cost_per_item_usd
        else None
    )


def headline(view: View) -> str:
    """The result in one sentence, without a verdict's reasons."""
    if view.verdict is None:
        at = view.report.lesson
        return f"No verdict yet: the gate is computed from lesson {GATE_LESSON} on, this packet is at lesson {at}."
    count = len(view.verdict.reasons)
    reasons = f"{count} {'reason' if count == 1 else 'reasons'}"
    meaning = {
        "PASS": "Every bound clears its threshold, and nothing else stands in the way.",
        "CONDITIONAL": f"It may go ahead under conditions; {reasons} why it is not a PASS.",
        "FAIL": f"It should not go ahead as it is; {reasons}.",
    }
    return meaning[view.verdict.value]


def _environment(view: View, finalize: Callable[[Any], Any], autoescape: bool) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, SHARED]),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    environment.filters |= {
        "words": words,
        "number": number,
        "quantity": quantity,
        "asks": asks,
        "money": lambda value: money(value, view.currency),
        "level": level,
    }
    return environment


def build_html(view: View) -> str:
    """The page as HTML."""
    known = {id for _, part in parts(view.model) if (id := own_id(part))} | set(view.numbers.measured)

    def link(text: object) -> Markup:
        """Text in which the ids of entries lead to them, and `commands` look like code."""
        cleaned, found, rest = clean(text), Markup(), 0
        for match in MARKED.finditer(cleaned):
            if match["id"] is None or match["id"] in known:
                tag = '<a href="#{0}">{0}</a>' if match["id"] else "<code>{0}</code>"
                found += escape(cleaned[rest : match.start()]) + Markup(tag).format(
                    match["id"] or match["code"]
                )
                rest = match.end()
        return found + escape(cleaned[rest:])

    blank = Markup('<span class="quiet">not given</span>')

    def shown(value: Any) -> Any:
        if value is None:
            return blank
        return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    def cite(text: str | None) -> Markup:
        return view.numbers.html(text, link) if text else blank

    environment = _environment(view, shown, autoescape=True)
    environment.filters |= {"ids": link, "cite": cite, "paragraphs": view.numbers.paragraphs}
    page = environment.get_template("page.html.j2")
    return str(
        page.render(
            mark=MARK,
            view=view,
            model=view.model,
            headline=headline(view),
            matrix=matrix(view),
            bars=bars(view),
            today_cost=today_cost(view),
        )
    )


class Ready(str):
    """Text that is Markdown already."""


def build_markdown(view: View, template: str = "page.md.j2", links: bool = True, **more: Any) -> str:
    """The page as Markdown, without figures; every viewer shows it.

    Args:
        template: another way of writing the same view; `more` is what it needs besides.
        links: whether a cited number leads to its evidence.
    """

    def shown(value: Any) -> Any:
        if value is None:
            return "not given"
        return markdown(value) if isinstance(value, str) and not isinstance(value, Ready) else value

    environment = _environment(view, shown, autoescape=False)
    environment.filters |= {
        "cite": lambda text: Ready(view.numbers.markdown(text, links)) if text else None,
        "paragraphs": lambda text: Ready(view.numbers.markdown_paragraphs(text, links)),
        "ready": Ready,
    }
    text = environment.get_template(template).render(
        mark=MARK,
        view=view,
        model=view.model,
        headline=headline(view),
        matrix_text=matrix_text(view),
        today_cost=today_cost(view),
        **more,
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def print_text(view: View, width: int | None = None) -> None:
    """Print the page to the terminal."""
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=width).print(Markdown(build_markdown(view, links=False), hyperlinks=False))
