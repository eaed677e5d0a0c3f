"""Text from a stranger or a model, shown as what it is: nothing in it turns, hides, or means anything."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
ALNUM = r"[^\W_]"
SPECIAL = re.compile(rf"([\\`*\[\]|~$]|(?<!{ALNUM})_|_(?!{ALNUM})|<(?=[A-Za-z/!?])|&(?=[#\w]))")
LINE_START = re.compile(r"^( ?)([#>+=-])|^( ?\d+)([.)])(?=\s|$)")


def clean(value: Any) -> str:
    """Text without control characters and without marks that turn the reading direction."""
    return "".join(
        "\ufffd"
        if char in TURNING or (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t")
        else char
        for char in str(value)
    )


def markdown(value: Any) -> str:
    """Text as one line of Markdown in which no character has a meaning, wherever the line stands."""
    line = SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", clean(value)))
    return LINE_START.sub(lambda match: f"{match[1] or match[3] or ''}\\{match[2] or match[4]}", line)
