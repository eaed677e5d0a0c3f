"""A packet's report as a table for people."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course_lib.clean import one_line
from course_lib.packet.checks.core import Finding, Report

MOST_SHOWN = 100  # findings


def summary(report: Report) -> str:
    """One line: how many errors and warnings, and the points so far."""
    passed = sum(status == "passed" for status in report.statuses.values())
    line = (
        f"Lesson {report.lesson}: {_count(report.errors, 'error')}, {_count(report.warnings, 'warning')}, "
        f"{passed} of {len(report.statuses)} checks passed, {report.points():g} of 12 automatic points."
    )
    if not report.finished:
        line += f" Lesson {report.lesson} is not marked done in meta.lesson_completed, so its points wait."
    if report.integrity:
        line += (
            " An integrity finding caps the points at 40 %; a person will look at it - it is a question, not"
            " a verdict."
        )
    return line


def _count(findings: list[Finding], noun: str) -> str:
    return f"{len(findings)} {noun}{'' if len(findings) == 1 else 's'}"


def lines(report: Report) -> list[str]:
    """One line of plain text for each finding."""
    return [
        f"{finding.check} {finding.severity}"
        + (f" (line {finding.line})" if finding.line else "")
        + f": {one_line(finding.message)}"
        for finding in report.findings[:MOST_SHOWN]
    ] + _more(report)


def _more(report: Report) -> list[str]:
    more = len(report.findings) - MOST_SHOWN
    return [f"... and {more:,} more."] if more > 0 else []


def print_report(report: Report, console: Console | None = None) -> None:
    """Print the findings as a table, then the summary."""
    console = console or Console()
    if report.findings:
        table = Table(show_lines=False)
        for heading in ("check", "severity", "line", "what to do"):
            table.add_column(heading, overflow="fold", no_wrap=heading == "check")
        for finding in report.findings[:MOST_SHOWN]:
            message = escape(one_line(finding.message))
            table.add_row(finding.check, finding.severity, str(finding.line or ""), message)
        console.print(table)
        for line in _more(report):
            console.print(line, highlight=False)
    console.print(escape(summary(report)), highlight=False)
