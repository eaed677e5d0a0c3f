"""A tale written for this course, "The Cabinet of Small Drawers": something people like to read, to count words in.

Text under CC BY 4.0, as all texts of the course (see LICENSE).
"""

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

FILE = Path(__file__).with_name("small_drawers.txt")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[.,;:!?]")


def tale() -> str:
    """Return the tale: some 2,300 words, its title in the first line, paragraphs apart by an empty line."""
    return FILE.read_text(encoding="utf-8")


def split_words(text: str) -> list[str]:
    """Return the words and punctuation marks of a text in their order; quotation marks and the like are left out."""
    return WORD.findall(text)


def join_words(words: Iterable[str], width: int = 88) -> str:
    """Return words as text: no space before a punctuation mark, lines of at most `width` characters."""
    return textwrap.fill(re.sub(r" (?=[.,;:!?](?: |$))", "", " ".join(words)), width)
