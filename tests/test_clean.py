"""What strangers write loses all that acts on a terminal or in a spreadsheet, and nothing that people write."""

from __future__ import annotations

import pytest

from course_lib.clean import cell, one_line, plain


@pytest.mark.parametrize(
    "name",
    [
        "José",
        "Zoë O'Brien",
        "王小明",
        "مريم",
        "हिन्दी",
        "می‌خواهم",
        "👩‍💻",
        "a + b",
        "x = 1",
        "naïve-name_2@example.org",
    ],
)
def test_what_people_write_stays(name: str) -> None:
    assert plain(name) == one_line(name) == cell(name) == name


@pytest.mark.parametrize(
    "sign",
    [
        "\x1b[2J",
        "\x1b]8;;x\x07",
        "\x00",
        "\x7f",
        "\x9b31m",
        "\u202e",
        "\u2066",
        "\u200f",
        "\ufeff",
        "\u200b",
        "\u2028",
        "\x0c",
    ],
)
def test_what_acts_goes(sign: str) -> None:
    found = plain(f"a{sign}b")
    assert found.startswith("a")
    assert found.endswith("b")
    assert found.isprintable()


def test_half_characters_become_question_marks() -> None:
    assert plain("a\ud800b") == "a?b"


def test_lines_stay_or_are_joined() -> None:
    assert plain("a\r\nb\tc\rd") == "a\nb\tcd"
    assert one_line(" a\r\n\tb  c ") == "a b c"


def test_long_text_is_cut() -> None:
    assert len(plain("x" * 20_000)) == 10_000
    assert one_line("x" * 2000).endswith("…")


@pytest.mark.parametrize("head", ["=", "+", "-", "@", "＝", "−", "\ufeff=", "  =", "\t=", "\u200b@", "\x00="])
def test_no_cell_is_a_formula(head: str) -> None:
    found = cell(f"{head}cmd|' /C calc'!A0")
    assert found.startswith("'")
