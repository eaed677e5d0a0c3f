"""Text of strangers, made harmless for the place where it is shown: a terminal, a table, a spreadsheet.

A name, an error or an answer may hold control characters that colour or clear a terminal, marks that turn the
direction of writing around, and leading signs that a spreadsheet takes for a formula.
"""

from __future__ import annotations

import unicodedata

# Spreadsheets look past blanks and take the wide forms for the plain ones.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫", "−")
KEPT = {"\n", "\t"}


def plain(text: object, most: int = 10_000) -> str:
    """Return `text` with nothing in it that acts: no control, direction or other invisible sign, no half character.

    Line ends and tabs stay. What is longer than `most` characters ends in an ellipsis.
    """
    whole = str(text).encode("utf-8", "replace").decode().replace("\r\n", "\n")
    kept = "".join(sign for sign in whole if sign in KEPT or not _acts(sign))
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def one_line(text: object, most: int = 1000) -> str:
    """Return `plain(text)` on one line."""
    return plain(" ".join(plain(text, most * 4).split()), most)


def cell(text: object) -> str:
    """Return `one_line(text)` as a cell that no spreadsheet takes for a formula: with an apostrophe before one."""
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def _acts(sign: str) -> bool:
    """Control and format characters (ESC, bidirectional marks, BOM, zero width) and line separators."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and not _joins(sign)


def _joins(sign: str) -> bool:
    """The two joiners that several scripts and emoji are written with."""
    return sign in ("\u200c", "\u200d")
