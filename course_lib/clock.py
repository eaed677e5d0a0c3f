"""The course's one clock. While a submission is graded it starts anew at the moment when it was handed in, so that
grading it later, or again, comes to the same points.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_behind = timedelta()  # how far this clock is behind the machine's
_last: datetime | None = None  # while a submission is graded its day doesn't end


def now() -> datetime:
    """Return the time by this clock, in UTC."""
    found = datetime.now(UTC) - _behind
    return found if _last is None else min(found, _last)


def today() -> date:
    """Return the day by this clock, in UTC."""
    return now().date()


def start_at(moment: datetime | None) -> None:
    """Let the clock of this process start at a moment; None brings it back to the machine's."""
    global _behind, _last
    _behind = timedelta() if moment is None else datetime.now(UTC) - moment
    _last = None if moment is None else datetime.combine(moment.astimezone(UTC).date(), time.max, UTC)
