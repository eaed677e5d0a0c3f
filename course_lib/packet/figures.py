"""The page's figures as inline SVG: a risk matrix, a bar of costs, and an interval beside what is needed.

Each figure has a <title> and a <desc> that says in words what it shows; the page has the same numbers as a table.
Colours come from the page's style sheet, so that they follow light, dark and print.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

HIGH, MIDDLE = 15, 10  # scores from which a risk blocks, or needs a condition
CELL, LEFT, TOP = 88, 64, 12  # the matrix, in pixels
RADIUS = 11


@dataclass(frozen=True)
class Mark:
    """One risk in the matrix: its number in the table, where it is and where it is after its mitigation."""

    label: str
    severity: int
    likelihood: int
    residual: tuple[int, int] | None = None  # severity, likelihood
    proven: bool = False


def level(score: int) -> str:
    """The word for a score, severity times likelihood."""
    return "high" if score >= HIGH else "middle" if score >= MIDDLE else "low"


def risk_matrix(marks: Sequence[Mark], text: str) -> Markup:
    """Severity against likelihood, 1 to 5 each; an arrow leads from a risk to what is left of it.

    A solid arrow has a passing test behind it, a dashed one has none. `text` is the description in words.
    """
    tip = '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">'
    parts = [Markup(tip + '<path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>'), _cells()]
    places = _places(marks)
    for mark in marks:
        if mark.residual and (mark.label, True) in places:
            (x1, y1), (x2, y2) = places[mark.label, False], places[mark.label, True]
            length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1
            dx, dy = (x2 - x1) / length * (RADIUS + 2), (y2 - y1) / length * (RADIUS + 2)
            parts.append(
                Markup('<line class="arrow{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
                    "" if mark.proven else " unproven", x1 + dx, y1 + dy, x2 - dx, y2 - dy
                )
            )
    for (label, residual), (x, y) in places.items():
        kind = "after" if residual else "before"
        parts.append(
            Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(kind, x, y, RADIUS)
            + Markup('<text class="on-{}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
                kind, x, y + 4, label
            )
        )
    width, height = LEFT + 5 * CELL + 10, TOP + 5 * CELL + 52
    return _svg("risk-matrix", width, height, "Risks by severity and likelihood", text, parts)


def _cells() -> Markup:
    """The grid with each cell's score, and the two axes."""
    parts = []
    for severity in range(1, 6):
        y = TOP + (5 - severity) * CELL
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(
                LEFT - 8, y + CELL / 2 + 4, severity
            )
        )
        for likelihood in range(1, 6):
            x, score = LEFT + (likelihood - 1) * CELL, severity * likelihood
            parts.append(
                Markup('<rect class="cell {0}" x="{1}" y="{2}" width="{3}" height="{3}"/>').format(
                    level(score), x, y, CELL
                )
                + Markup('<text class="score" x="{}" y="{}">{}</text>').format(x + 5, y + 14, score)
            )
    bottom = TOP + 5 * CELL
    for likelihood in range(1, 6):
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
                LEFT + (likelihood - 0.5) * CELL, bottom + 18, likelihood
            )
        )
    parts.append(
        Markup('<text x="{}" y="{}" text-anchor="middle">likelihood</text>').format(
            LEFT + 2.5 * CELL, bottom + 40
        )
        + Markup(
            '<text transform="translate(16 {}) rotate(-90)" text-anchor="middle">severity</text>'
        ).format(TOP + 2.5 * CELL)
    )
    return Markup("").join(parts)


def _places(marks: Sequence[Mark]) -> dict[tuple[str, bool], tuple[float, float]]:
    """The middle of each circle by (label, residual); circles in one cell stand in rows of three."""
    cells: dict[tuple[int, int], list[tuple[str, bool]]] = defaultdict(list)
    for mark in marks:
        cells[mark.severity, mark.likelihood].append((mark.label, False))
        if mark.residual and mark.residual != (mark.severity, mark.likelihood):
            cells[mark.residual].append((mark.label, True))
    places = {}
    for (severity, likelihood), inside in cells.items():
        step = min(26.0, (CELL - 36) / max(1, -(-len(inside) // 3) - 1)) if len(inside) > 3 else 26.0
        for index, key in enumerate(inside):
            row, column = divmod(index, 3)
            x = LEFT + (likelihood - 1) * CELL + 20 + 24 * column
            y = TOP + (5 - severity) * CELL + 32 + step * row
            places[key] = (float(x), float(y))
    return places


def cost_bars(amounts: Sequence[tuple[str, float, str]], text: str) -> Markup:
    """One bar for each (name, amount, amount in words), all on one scale that starts at 0."""
    left, wide, row = 190, 330, 34
    most = max([amount for _, amount, _ in amounts] + [1e-9])
    parts = []
    for index, (name, amount, words) in enumerate(amounts):
        y = index * row + 6
        length = max(wide * max(amount, 0) / most, 1)
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(left - 10, y + 15, name)
            + Markup('<rect class="bar" x="{}" y="{}" width="{:.1f}" height="20"/>').format(left, y, length)
            + Markup('<text x="{:.1f}" y="{}">{}</text>').format(left + length + 8, y + 15, words)
        )
    bottom = len(amounts) * row + 4
    parts.append(Markup('<line class="axis" x1="{0}" y1="0" x2="{0}" y2="{1}"/>').format(left, bottom))
    return _svg("cost-bars", left + wide + 150, bottom + 4, "What a month costs", text, parts)


def interval(
    key: str,
    name: str,
    op: str,
    needed: float,
    point: float,
    low: float | None,
    high: float | None,
    *,
    share: bool,
    text: str,
) -> Markup:
    """A measured value with its interval, beside the needed value; the side that meets it is shaded.

    Args:
        key: makes the figure's ids unique on the page.
        name: what is measured.
        share: the values lie between 0 and 1, and so does the axis.
        text: the description in words.
    """
    width, height, edge = 180, 34, 8
    ends = [value for value in (needed, point, low, high) if value is not None]
    span = max(ends) - min(ends) or abs(needed) or 1.0
    start, end = min(ends) - 0.25 * span, max(ends) + 0.25 * span
    if share:
        start, end = max(0.0, start), min(1.0, end)

    def x(value: float) -> float:
        return edge + (width - 2 * edge) * (value - start) / (end - start)

    parts = []
    if op in (">=", ">", "<=", "<"):
        side = (x(needed), width - edge) if op in (">=", ">") else (edge, x(needed))
        parts.append(
            Markup('<rect class="meets" x="{:.1f}" y="4" width="{:.1f}" height="26"/>').format(
                side[0], side[1] - side[0]
            )
        )
    parts.append(Markup('<line class="track" x1="{}" y1="17" x2="{}" y2="17"/>').format(edge, width - edge))
    parts.append(Markup('<line class="needed" x1="{0:.1f}" y1="2" x2="{0:.1f}" y2="32"/>').format(x(needed)))
    bounds = [point if low is None else low, point if high is None else high]
    if bounds[0] != bounds[1]:
        parts.append(
            Markup('<line class="range" x1="{:.1f}" y1="17" x2="{:.1f}" y2="17"/>').format(
                x(bounds[0]), x(bounds[1])
            )
        )
        parts += [
            Markup('<line class="range" x1="{0:.1f}" y1="12" x2="{0:.1f}" y2="22"/>').format(x(bound))
            for bound, given in zip(bounds, (low, high), strict=True)
            if given is not None
        ]
    parts.append(Markup('<circle class="point" cx="{:.1f}" cy="17" r="5"/>').format(x(point)))
    return _svg(key, width, height, f"{name}: measured against needed", text, parts)


def _svg(key: str, width: float, height: float, title: str, text: str, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {w:g} {h:g}" width="{w:g}" height="{h:g}" role="img" aria-labelledby="{k}-title {k}-text">'
        '<title id="{k}-title">{t}</title><desc id="{k}-text">{d}</desc>{parts}</svg>'
    ).format(w=width, h=height, k=escape(key), t=title, d=text, parts=Markup("").join(parts))
