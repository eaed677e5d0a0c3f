"""Whether an answer has the words that were asked for: as whole words, never as a part of another one."""

from __future__ import annotations

import re

# A letter or digit of a script that puts blanks between words: Thai, Lao, Burmese, Khmer, Chinese and Japanese do not,
# and Korean adds endings.
LETTER = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"


def says(output: str, expected: str) -> bool:
    """Whether an answer contains the expected words, as whole words, capital letters aside.

    "Tunis" is not in "Tunisia", nor "euro" in "Europe".
    """
    wanted = re.escape(expected.casefold())
    return re.search(rf"(?<!{LETTER}){wanted}(?!{LETTER})", output.casefold()) is not None


def has_word(text: str, word: str) -> bool:
    """Return whether a text has this word, as it is written and whole: "Tunisia" has no "Tunis"."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def begins_with(text: str, word: str) -> bool:
    """Return whether a text begins with a whole word: "Tunisia" does not begin with "Tunis"."""
    return re.match(rf"\s*{re.escape(word)}(?!\w)", text) is not None
