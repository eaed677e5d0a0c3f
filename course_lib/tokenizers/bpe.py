"""Byte-pair encoding: start from bytes; give the most frequent neighbours a token; do it again.

Gage 1994; Sennrich et al. 2016 for language models; on bytes with a split into words first, as GPT-2 does it
(Radford et al. 2019). Lesson 03 builds it by hand.
"""

import heapq
import json
import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import regex

from course_lib.tokenizers.base import check_ids, printable

# GPT-2's split: contractions, then words, numbers and signs with the space before them; no merge crosses it.
PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

Pair = tuple[int, int]


class BytePairTokenizer:
    """Ids 0-255 are the bytes, then one id per merge in the order of learning, then the special tokens.

    `merges[i]` are the two ids that became id 256 + i. Raises ValueError if a merge uses an id that comes
    after it, or if a special token is empty or stands there twice.
    """

    def __init__(
        self, merges: Sequence[Pair], special_tokens: Sequence[str] = (), pattern: str = PATTERN
    ) -> None:
        self.merges: list[Pair] = [(a, b) for a, b in merges]
        self.pattern = pattern
        self._split = regex.compile(pattern)
        self._pieces = [bytes([i]) for i in range(256)]
        for i, (a, b) in enumerate(self.merges):
            if not (0 <= a < 256 + i and 0 <= b < 256 + i):
                raise ValueError(f"merge {i} joins {a} and {b}; expected ids below {256 + i}")
            self._pieces.append(self._pieces[a] + self._pieces[b])
        self._ranks: dict[Pair, int] = {}
        for i, pair in enumerate(self.merges):
            if self._ranks.setdefault(pair, 256 + i) != 256 + i:
                raise ValueError(f"merge {i} joins {pair} a second time")
        if len(set(special_tokens)) != len(special_tokens) or not all(special_tokens):
            raise ValueError(f"special_tokens={list(special_tokens)}; expected different, non-empty texts")
        self.special_tokens = {text: len(self._pieces) + i for i, text in enumerate(special_tokens)}
        self._pieces += [text.encode() for text in special_tokens]
        self._cache: dict[str, list[int]] = {}

    @property
    def vocab_size(self) -> int:
        return len(self._pieces)

    @classmethod
    def train(
        cls, text: str, vocab_size: int, special_tokens: Sequence[str] = (), pattern: str = PATTERN
    ) -> "BytePairTokenizer":
        """Learn merges from `text` until the vocabulary, special tokens included, has `vocab_size` entries.

        Of equally frequent pairs the smallest pair of ids wins. Learning ends early if no pair occurs twice.
        Counts are kept per pair and changed only where a merge happens, so the time grows with the number of
        different words. Raises ValueError if `vocab_size` does not cover the bytes and the special tokens.
        """
        n_merges = vocab_size - 256 - len(special_tokens)
        if n_merges < 0:
            raise ValueError(f"vocab_size={vocab_size}; expected at least {256 + len(special_tokens)}")
        word_counts = Counter(regex.findall(pattern, text))
        words = [list(word.encode()) for word in word_counts]
        times = list(word_counts.values())
        counts: Counter[Pair] = Counter()
        where: defaultdict[Pair, set[int]] = defaultdict(set)
        for w, word in enumerate(words):
            for pair in pairwise(word):
                counts[pair] += times[w]
                where[pair].add(w)
        heap = [(-n, pair) for pair, n in counts.items()]
        heapq.heapify(heap)
        merges: list[Pair] = []
        while heap and len(merges) < n_merges:
            negative, best = heapq.heappop(heap)
            if counts[best] != -negative:
                continue  # an older count; the newer one is in the heap too
            if -negative < 2:
                break
            changed: set[Pair] = set()
            for w in where.pop(best):
                word = words[w]
                for pair in pairwise(word):
                    counts[pair] -= times[w]
                    changed.add(pair)
                word = words[w] = _merge(word, best, 256 + len(merges))
                for pair in pairwise(word):
                    counts[pair] += times[w]
                    where[pair].add(w)
                    changed.add(pair)
            for pair in changed:
                if counts[pair] > 0:
                    heapq.heappush(heap, (-counts[pair], pair))
            merges.append(best)
        return cls(merges, special_tokens, pattern)

    def encode(self, text: str, allowed_special: Literal["all"] | Collection[str] = ()) -> list[int]:
        """Return the ids of `text`.

        A special token inside the text is read as ordinary characters unless `allowed_special` names it: what
        a user types can then never open or close a turn. Raises ValueError if `allowed_special` names an
        unknown one.
        """
        allowed = list(self.special_tokens) if allowed_special == "all" else list(allowed_special)
        for name in allowed:
            if name not in self.special_tokens:
                raise ValueError(
                    f"allowed_special has {name!r}; this tokenizer knows {list(self.special_tokens)}"
                )
        if not allowed:
            return self._encode_ordinary(text)
        allowed.sort(key=len, reverse=True)  # the longer of two that begin alike
        ids: list[int] = []
        for part in regex.split("(" + "|".join(map(regex.escape, allowed)) + ")", text):
            if part in allowed:
                ids.append(self.special_tokens[part])
            else:
                ids += self._encode_ordinary(part)
        return ids

    def _encode_ordinary(self, text: str) -> list[int]:
        ids: list[int] = []
        cache = self._cache
        for word in self._split.findall(text):
            known = cache.get(word)
            if known is None:
                known = self._encode_word(word)
                if len(cache) < 100_000:
                    cache[word] = known
            ids += known
        return ids

    def _encode_word(self, word: str) -> list[int]:
        ids = list(word.encode())
        while len(ids) > 1:  # apply the earliest learned merge first: training order, not longest match
            best = min(pairwise(ids), key=lambda pair: self._ranks.get(pair, self.vocab_size))
            if best not in self._ranks:
                break
            ids = _merge(ids, best, self._ranks[best])
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text, U+FFFD for bytes that are no whole character. ValueError for unknown ids."""
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Return the bytes of all tokens joined. Raises ValueError for unknown ids."""
        return b"".join(self._pieces[token] for token in check_ids(ids, self.vocab_size))

    def token_text(self, token: int) -> str:
        """Show one token to a person (space as a middle dot, half a character as \\xNN)."""
        return printable(self.decode_bytes([token]))

    def save(self, path: str | Path) -> None:
        """Write the tokenizer as JSON, under a temporary name that is then renamed."""
        path = Path(path)
        record = {
            "kind": "byte-pair encoding",
            "pattern": self.pattern,
            "special_tokens": list(self.special_tokens),
            "merges": self.merges,
        }
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            temporary.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | Path) -> "BytePairTokenizer":
        """Read a tokenizer that `save` wrote. Raises ValueError with one line if the file is none."""
        try:
            record: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
            if record["kind"] != "byte-pair encoding":
                raise KeyError("kind")
            merges = [(int(a), int(b)) for a, b in record["merges"]]
            return cls(merges, record["special_tokens"], record["pattern"])
        except (ValueError, KeyError, TypeError, regex.error) as error:
            raise ValueError(f"{path} is no byte-pair tokenizer of this course ({error})") from None


def _merge(ids: list[int], pair: Pair, new: int) -> list[int]:
    """Replace every occurrence of `pair`, from left to right, by the id `new`."""
    a, b = pair
    out: list[int] = []
    i, last = 0, len(ids) - 1
    while i <= last:
        if i < last and ids[i] == a and ids[i + 1] == b:
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
