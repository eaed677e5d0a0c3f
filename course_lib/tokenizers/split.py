"""Where words begin and end: the patterns of GPT-2 and Llama 3, which no merge of byte-pair encoding crosses."""

import re
from collections import Counter
from collections.abc import Collection, Iterator

import regex

# GPT-2's split: contractions, then words, numbers and signs with the space before them.
PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

# Llama 3's split: any case of contraction, a sign may lead a word, at most three digits, line ends together.
LLAMA3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# Where a text can be cut in two, whatever follows, without changing how the pattern splits either part.
CUTS = {
    PATTERN: regex.compile(r"(?<=\S)(?=\s)"),
    LLAMA3_PATTERN: regex.compile(r"(?<=[\p{L}\p{N}])(?=\s)|(?<=\S)(?=[^\S\r\n])"),
}
# The parts between such cuts: white space, and what follows it. `re` finds them several times faster than `regex`
# finds words, and most of them occur again and again. (Its own \s knows four signs more than that of `regex`.)
SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
PARTS = {
    PATTERN: re.compile(f"[{SPACE}]*[^{SPACE}]+|[{SPACE}]+"),
    LLAMA3_PATTERN: re.compile(f"[{SPACE}]*(?:[^{SPACE}]+(?:[\r\n][{SPACE}]*)?)+|[{SPACE}]+"),
}


class Split:
    """A pattern at work. What it does not match is a word too, so that no character is lost."""

    def __init__(self, pattern: str) -> None:
        self.cut = CUTS.get(pattern)  # None: of this pattern nothing is known
        self._part = PARTS.get(pattern)
        self._word = regex.compile(pattern)

    def words(self, text: str) -> list[str]:
        """Return the words of a text; joined they are the text."""
        if self._part is not None:  # every character of every text is matched
            return self._word.findall(text)
        words, end = [], 0
        for match in self._word.finditer(text):
            words += [text[end : match.start()], match.group()]
            end = match.end()
        return [word for word in (*words, text[end:]) if word]

    def parts(self, text: str) -> list[str]:
        """Return pieces of a text, each of one or more whole words that do not depend on the other pieces."""
        return self.words(text) if self._part is None else self._part.findall(text)

    def words_of(self, parts: Collection[str]) -> Iterator[list[str]]:
        """Yield the words of each part; they stand in the order of their text, where some may be left out.

        One search through all of them is much faster than one search for each.
        """
        words = iter(parts if self._part is None else self._word.findall("".join(parts)))
        for part in parts:
            found = [next(words)]
            length = len(found[0])
            while length < len(part):
                found.append(next(words))
                length += len(found[-1])
            yield found

    def count_words(self, text: str) -> Counter[str]:
        """Return each different word and how often it occurs."""
        parts = Counter(self.parts(text))
        counts: Counter[str] = Counter()
        for words, times in zip(self.words_of(parts), parts.values(), strict=True):
            for word in words:
                counts[word] += times
        return counts
