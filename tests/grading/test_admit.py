"""What is let in: times that a clock can show."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course_lib.grading.admit import hand_in_time, read_time


@pytest.mark.parametrize(
    "text",
    [
        "99999999999999999999",
        "0001-01-01 00:00:00 +0100",
        "01:" + "9" * 30,
        "9999-12-31",
        "9999-12-31 23:59:59 -1200",
        "2026-13-01 00:00:00 UTC",
        "2026-01-01 00:00:00 +9999",
        "2026-01-01 00:00:00 ../../etc/passwd",
        "2026-01-01 00:00:00 /etc/passwd",
        "2026-01-01 00:00:00 Nowhere",
        "5",
        "",
        "\ud800",
        "\u0662\u0660\u0662\u0666-01-01 00:00:00 UTC\0",
    ],
)
def test_a_text_that_is_no_time_gives_none_and_raises_nothing(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31 12:00:00.500000 UTC",
        "2026-01-31 12:00:00.5",
        "2026-01-31T12:00:00.5Z",
        "2026-01-31 13:00:00.5 Europe/Berlin",
        "2026-01-31 13:00:00.5 +0100",
        "2026-01-31 06:30:00.5-05:30\n",
    ],
)
def test_a_time_is_read_in_utc(text: str) -> None:
    assert read_time(text) == datetime(2026, 1, 31, 12, 0, 0, 500_000, UTC)


def test_a_time_in_the_future_is_none() -> None:
    assert read_time(str(datetime.now(UTC) + timedelta(days=8))) is None


def test_the_time_of_a_hand_in_is_read_from_a_plain_small_file(tmp_path: Path) -> None:
    assert hand_in_time(tmp_path) is None
    stamp = tmp_path / "timestamp.txt"
    stamp.write_text("2026-01-31 12:00:00 UTC")
    assert hand_in_time(tmp_path) == datetime(2026, 1, 31, 12, tzinfo=UTC)
    stamp.write_bytes(b"\xff\xfe" * 20)
    assert hand_in_time(tmp_path) is None
    stamp.write_text("2026-01-31 12:00:00 UTC" + " " * 1000)
    assert hand_in_time(tmp_path) is None
