"""How a packet's words and numbers are written for a reader: cited numbers, units, and text that can do no harm.

A packet is untrusted text: what could trick a terminal is taken out and nothing in it means anything
(`course_lib.plain`); the HTML page escapes everything that was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from course_lib.plain import clean, markdown

CITATION = re.compile(r"\{\{\s*([A-Z][A-Z0-9-]*)\s*(?:#\s*(\w+))?\s*(?::([^{}]*))?\}\}")
FORMAT = re.compile(r",?(\.\d{1,2})?[feEg%]?")  # of Python's formats, those that a number in a sentence needs
NBSP = "\u00a0"


@dataclass(frozen=True)
class Cited:
    """A number in a sentence that comes from evidence; `text` is empty if there is no such number.

    `sound` says that no check found fault with the evidence.
    """

    id: str
    metric: str
    text: str
    sound: bool = True

    def __str__(self) -> str:
        if not self.text:
            return f"[{self.id}{f'#{self.metric}' if self.metric else ''} does not exist]"
        return self.text if self.sound else f"{self.text} [not confirmed]"


@dataclass(frozen=True)
class Numbers:
    """Every measured number of a packet: metrics by evidence id, and the evidence that a check found fault with."""

    measured: Mapping[str, Mapping[str, float]]
    unsound: frozenset[str] = frozenset()

    def pieces(self, text: str | None) -> list[str | Cited]:
        """A text as pieces: what was typed, and the numbers that it cites."""
        found: list[str | Cited] = []
        rest = 0
        for match in CITATION.finditer(text or ""):
            found += [clean(str(text)[rest : match.start()]), self._cited(match)]
            rest = match.end()
        return [piece for piece in [*found, clean(str(text or "")[rest:])] if piece != ""]

    def _cited(self, match: re.Match[str]) -> Cited:
        id, metric, form = match[1], match[2] or "", (match[3] or "").strip()
        metrics = self.measured.get(id)
        if metrics is None or (metric and metric not in metrics):
            return Cited(id, metric, "", sound=False)
        return Cited(id, metric, number(metrics[metric], form) if metric else id, id not in self.unsound)

    def plain(self, text: str | None) -> str:
        """A text with its numbers filled in, for places without links."""
        return "".join(str(piece) for piece in self.pieces(text))

    def html(self, text: str | None, typed: Callable[[str], Markup] = escape) -> Markup:
        """A text as HTML: what was typed goes through `typed`, each number links to its evidence."""
        return Markup("").join(
            typed(one) if isinstance(one, str) else _link(one) for one in self.pieces(text)
        )

    def markdown(self, text: str | None, links: bool = True) -> str:
        """A text as one line of Markdown; each number links to its evidence, if the place knows links."""
        parts = []
        for piece in self.pieces(text):
            if links and isinstance(piece, Cited) and piece.text:
                parts.append(f"[{markdown(piece)}](#{piece.id.lower()})")
            else:
                parts.append(markdown(piece))
        return "".join(parts).strip()

    def markdown_paragraphs(self, text: str | None, links: bool = True) -> str:
        """A longer text in Markdown, still as Markdown: lists and emphasis stay, everything else is text."""
        lines = []
        for line in (text or "").splitlines():
            bullet = "- " if line.lstrip().startswith(("- ", "* ")) else ""
            lines.append(bullet + self.markdown(line.strip()[len(bullet) :], links).replace("\\*", "*"))
        return "\n".join(lines).strip()

    def paragraphs(self, text: str | None) -> Markup:
        """A longer text in Markdown as HTML: paragraphs, lists and emphasis; links, pictures and HTML stay text."""
        from markdown_it import MarkdownIt

        reader = MarkdownIt("commonmark", {"html": False}).disable(
            [
                "link",
                "image",
                "autolink",
                "reference",
                "heading",
                "lheading",
                "hr",
                "fence",
                "code",
                "html_block",
                "html_inline",
            ]
        )
        cited: list[Cited] = []
        source = ""
        for piece in self.pieces((text or "").translate({0xE000: None, 0xE001: None})):
            if isinstance(piece, Cited):
                source += f"\ue000{len(cited)}\ue001"  # a place holder that nobody can type
                cited.append(piece)
            else:
                source += piece
        page = reader.render(source)
        return Markup(re.sub("\ue000(\\d+)\ue001", lambda match: str(_link(cited[int(match[1])])), page))


def _link(piece: Cited) -> Markup:
    if not piece.text:
        return Markup('<strong class="bad">{}</strong>').format(str(piece))
    return Markup('<a class="cited" href="#{}">{}</a>').format(piece.id, str(piece))


def number(value: float, form: str = "") -> str:
    """A number for a sentence: in the wanted format if it is a plain one, else four digits, thousands apart."""
    if form not in ("", ",") and FORMAT.fullmatch(form):
        return format(float(value), form)
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-4:
        return f"{value:.3e}"
    digits = f"{value:,.{max(0, 4 - len(str(int(abs(value)))))}f}" if abs(value) >= 1 else f"{value:.4g}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def quantity(value: float | None, unit: str | None) -> str:
    """A number with its unit: 0.925 of a share is 92.5 %; shares have two decimals, or two digits below 0.1 %."""
    if value is None:
        return "not given"
    if unit == "share":
        percent = 100 * value
        text = f"{percent:.2f}".rstrip("0").rstrip(".") if abs(percent) >= 0.1 else f"{percent:.2g}"
        return f"{text}{NBSP}%"
    if unit == "usd":
        return money(value)
    short = {"percent": "%", "milliseconds": "ms", "seconds": "s"}.get(unit or "", "")
    return f"{number(value)}{NBSP}{short}" if short else number(value)


def money(value: float | None, currency: str = "USD") -> str:
    """An amount: whole units from 100 on, cents below, a third decimal below one unit where it says something."""
    if value is None:
        return "not given"
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:.2f}" if size >= 1 or not value else f"{value:.3f}"
    if 0 < size < 0.01:
        text = f"{value:.3g}"
    elif size < 1 and text.endswith("0"):
        text = f"{value:.2f}"
    return f"{text}{NBSP}{currency}"


def asks(op: str | None) -> str:
    """A comparison in words: '>=' is 'at least'."""
    return {">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "==": "exactly"}.get(
        op or "", "?"
    )


def words(name: str) -> str:
    """A field's or metric's name for people: act_with_approval is 'act with approval'."""
    return name.replace("_", " ")
