"""Byte-pair encoding: start from bytes; give the most frequent neighbours a token; do it again.

Gage 1994; Sennrich et al. 2016 for language models; on bytes with a split into words first, as GPT-2 does it
(Radford et al. 2019). Lesson 03 builds it by hand.
"""

import base64
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any, Literal

import regex

from course_lib.files import write_atomically
from course_lib.tokenizers.base import check_ids, printable
from course_lib.tokenizers.learning import Pair, learn_merges
from course_lib.tokenizers.split import PATTERN, Split

REMEMBERED = 100_000  # parts of texts whose tokens are kept
LONG = 100  # bytes of a word from which on searching it again after each merge would take too long


class BytePairTokenizer:
    """Ids 0-255 are the bytes, then one id per merge in the order of learning, then the special tokens.

    `merges[i]` are the two ids that became id 256 + i. `pattern` splits text into words that no merge
    crosses; what it does not match is a word too.

    Tokenizers of other makers have other ids: then `pieces` gives the bytes of every id (None: no such id),
    `merges` come in order of priority, a token may have several, and `special_tokens` maps texts to ids.
    `whole_words` gives a word that is in the vocabulary its own id, whatever the merges say. Special tokens in
    `always_special` are read as such in every text.

    Raises ValueError if a merge uses an id that is not there yet or makes no token, if a byte has no id, or if
    a special token is empty or stands there twice.
    """

    def __init__(
        self,
        merges: Sequence[Pair],
        special_tokens: Sequence[str] | Mapping[str, int] = (),
        pattern: str = PATTERN,
        pieces: Sequence[bytes | None] | None = None,
        whole_words: bool = False,
        always_special: Collection[str] = (),
    ) -> None:
        self.merges: list[Pair] = [(a, b) for a, b in merges]
        self.pattern = pattern
        self.whole_words = whole_words
        self.always_special = frozenset(always_special)
        self._split = Split(pattern)
        self._foreign = pieces is not None or whole_words or bool(always_special)
        self._pieces: list[bytes | None] = [bytes([i]) for i in range(256)]
        first: dict[Pair, int] = {}
        for i, pair in enumerate(self.merges):
            if first.setdefault(pair, i) != i:
                raise ValueError(f"merge {i} joins {pair} a second time")
        made = self._learned_here() if pieces is None else self._learned_elsewhere(pieces)
        if max(made + self._bytes_ids) > sys.maxunicode:
            raise ValueError(f"there are ids above {sys.maxunicode}; expected fewer tokens")
        # Inside, a token is the character chr(id): a pair is a string of two, and a merge a replacement.
        self._steps = [(chr(a) + chr(b), chr(c)) for (a, b), c in zip(self.merges, made, strict=True)]
        self._ranks = {(pair[0], pair[1]): rank for rank, (pair, _) in enumerate(self._steps)}
        self._known: dict[str, str] = {}  # parts of texts and words that were met, and their tokens
        if isinstance(special_tokens, str):
            raise ValueError(f"special_tokens={special_tokens!r}; expected a list of texts")
        if not isinstance(special_tokens, Mapping):
            if len(set(special_tokens)) != len(special_tokens):
                raise ValueError(
                    f"special_tokens={list(special_tokens)}; expected different, non-empty texts"
                )
            special_tokens = {text: len(self._pieces) + i for i, text in enumerate(special_tokens)}
        self.special_tokens = dict(special_tokens)
        if not all(self.special_tokens) or self.always_special - set(self.special_tokens):
            raise ValueError(f"special_tokens={list(special_tokens)}; expected different, non-empty texts")
        for text, token in self.special_tokens.items():
            if not 0 <= token < 2**24:
                raise ValueError(f"special token {text!r} has the id {token}; expected 0 to {2**24 - 1}")
            self._pieces += [None] * (token + 1 - len(self._pieces))
            if self._pieces[token] not in (None, text.encode()):
                raise ValueError(f"special token {text!r} has the id {token} of another token")
            self._pieces[token] = text.encode()

    def _learned_here(self) -> list[int]:
        """Take each merge as a new id and return these ids."""
        for i, (a, b) in enumerate(self.merges):
            if not (0 <= a < 256 + i and 0 <= b < 256 + i):
                raise ValueError(f"merge {i} joins {a} and {b}; expected ids below {256 + i}")
            self._pieces.append(self._bytes(a) + self._bytes(b))
        self._bytes_ids = list(range(256))
        self._whole: dict[bytes, int] = {}
        if self.whole_words:
            self._whole = {self._bytes(i): i for i in range(len(self._pieces))}
        self._in_order = True
        return list(range(256, len(self._pieces)))

    def _learned_elsewhere(self, pieces: Sequence[bytes | None]) -> list[int]:
        """Look up which id each merge makes and return these ids."""
        self._pieces = list(pieces)
        ids = {piece: i for i, piece in enumerate(pieces) if piece is not None}
        if len(ids) != sum(piece is not None for piece in pieces):
            raise ValueError("two ids stand for the same bytes")
        lost = [i for i in range(256) if bytes([i]) not in ids]
        if lost:
            raise ValueError(f"the byte {lost[0]} has no id; expected all 256")
        all_made: list[int] = []
        for i, (a, b) in enumerate(self.merges):
            if not (0 <= a < len(pieces) and 0 <= b < len(pieces)):
                raise ValueError(f"merge {i} joins {a} and {b}; expected ids below {len(pieces)}")
            made = ids.get(self._bytes(a) + self._bytes(b))
            if made is None:
                raise ValueError(f"merge {i} joins {a} and {b} to bytes that are no token")
            all_made.append(made)
        last_rank = {made: rank for rank, made in enumerate(all_made)}  # of the merges that make an id
        self._in_order = all(
            max(last_rank.get(a, -1), last_rank.get(b, -1)) < rank for rank, (a, b) in enumerate(self.merges)
        )
        self._bytes_ids = [ids[bytes([i])] for i in range(256)]
        self._whole = ids if self.whole_words else {}
        return all_made

    def _bytes(self, token: int) -> bytes:
        piece = self._pieces[token] if 0 <= token < len(self._pieces) else None
        if piece is None:
            raise ValueError(f"id {token} is not in this vocabulary; expected 0 to {len(self._pieces) - 1}")
        return piece

    @property
    def vocab_size(self) -> int:
        """The largest id plus 1; tokenizers of other makers may leave ids out."""
        return len(self._pieces)

    def vocabulary(self) -> dict[int, bytes]:
        """Return the bytes of every id, special tokens included."""
        return {i: piece for i, piece in enumerate(self._pieces) if piece is not None}

    @classmethod
    def train(
        cls,
        text: str,
        vocab_size: int,
        special_tokens: Sequence[str] = (),
        pattern: str = PATTERN,
        whole_special: bool = False,
    ) -> "BytePairTokenizer":
        """Learn merges from `text` until the vocabulary, special tokens included, has `vocab_size` entries.

        Of equally frequent pairs the smallest pair of ids wins. Learning ends early if no pair occurs twice.
        With `whole_special`, special tokens that stand in `text` are left out: nothing is learned from their
        characters or across them, which is right for text that is already in its chat format. Raises ValueError
        if `vocab_size` does not cover the bytes and the special tokens.
        """
        n_merges = vocab_size - 256 - len(special_tokens)
        if n_merges < 0:
            raise ValueError(f"vocab_size={vocab_size}; expected at least {256 + len(special_tokens)}")
        parts = [text]
        if whole_special and special_tokens:
            longest_first = sorted(special_tokens, key=lambda name: (-len(name), name))
            parts = regex.split("|".join(map(regex.escape, longest_first)), text)
        split, counts = Split(pattern), Counter[str]()
        for part in parts:
            counts.update(split.count_words(part))
        return cls(learn_merges(counts, n_merges), special_tokens, pattern)

    def encode(self, text: str, allowed_special: Literal["all"] | Collection[str] = ()) -> list[int]:
        """Return the ids of `text`.

        A special token inside the text is read as ordinary characters unless `allowed_special` names it: what
        a user types can then never open or close a turn. Raises ValueError if `allowed_special` names an
        unknown one.
        """
        allowed = self._allowed(allowed_special)
        if not allowed:
            return self._encode_ordinary(text)
        ids: list[int] = []
        for part in regex.split("(" + "|".join(map(regex.escape, allowed)) + ")", text):
            if part in allowed:
                ids.append(self.special_tokens[part])
            else:
                ids += self._encode_ordinary(part)
        return ids

    def encode_stream(
        self, texts: Iterable[str], allowed_special: Literal["all"] | Collection[str] = ()
    ) -> Iterator[int]:
        """Yield the ids of all `texts` joined, as `encode` gives them, without ever holding the whole.

        What may still change with the next text waits: with the patterns of GPT-2 and Llama 3 until a word
        has ended, with any other pattern until the next special token or the end. Raises ValueError as
        `encode`, before the first id.
        """
        return self._encode_stream(texts, self._allowed(allowed_special))

    def _encode_stream(self, texts: Iterable[str], allowed: list[str]) -> Iterator[int]:
        special = regex.compile("|".join(map(regex.escape, allowed))) if allowed else None
        reach = (
            max(map(len, allowed), default=1) - 1
        )  # a special token may begin in the last `reach` characters
        cut = self._split.cut
        waiting: list[str] = []
        before = ""  # the end of what waits
        for text in texts:
            waiting.append(text)
            seen, before = before + text, (before + text)[-reach - 1 :]
            if not (cut and cut.search(seen)) and not (special and special.search(seen)):
                continue  # nothing new to decide: joining and searching everything again would take n^2
            buffer = "".join(waiting)
            final = len(buffer) - reach  # special tokens that begin before this are known
            start = 0
            while special and (found := special.search(buffer, start)) and found.start() < final:
                yield from self._encode_ordinary(buffer[start : found.start()])
                yield self.special_tokens[found.group()]
                start = found.end()
            if cut:
                *_, end = (start, *(m.start() for m in cut.finditer(buffer, start) if m.start() <= final))
                if end > start:
                    yield from self._encode_ordinary(buffer[start:end])
                    start = end
            waiting = [buffer[start:]]
            before = waiting[0][-reach - 1 :]
        yield from self.encode("".join(waiting), allowed)

    def _allowed(self, allowed_special: Literal["all"] | Collection[str]) -> list[str]:
        """Return the special tokens to read as such, the longer of two that begin alike first."""
        allowed = set(self.special_tokens if allowed_special == "all" else allowed_special)
        for name in allowed:
            if name not in self.special_tokens:
                raise ValueError(
                    f"allowed_special has {name!r}; this tokenizer knows {list(self.special_tokens)}"
                )
        return sorted(allowed | self.always_special, key=lambda text: (-len(text), text))

    def _encode_ordinary(self, text: str) -> list[int]:
        if len(self._known) > REMEMBERED:
            self._known = {}
        known, parts = self._known, self._split.parts(text)
        new = [part for part in dict.fromkeys(parts) if part not in known]
        for part, words in zip(new, self._split.words_of(new), strict=True):
            for word in words:
                if word not in known:
                    known[word] = self._tokens(word.encode())
            known[part] = "".join(map(known.__getitem__, words))
        return list(map(ord, "".join(map(known.__getitem__, parts))))

    def encode_bytes(self, word: bytes) -> list[int]:
        """Return the ids of one word: the merges alone, with no split before them."""
        return list(map(ord, self._tokens(word)))

    def _tokens(self, word: bytes) -> str:
        """Return the tokens of one word, each as a character."""
        if word in self._whole:
            return chr(self._whole[word])
        tokens = word.decode("latin-1").translate(self._bytes_ids)
        if len(tokens) > LONG:
            return self._merge_long(tokens)
        never = len(self.merges)
        while len(tokens) > 1:  # apply the earliest learned merge first: training order, not longest match
            rank = min(map(self._ranks.get, pairwise(tokens), repeat(never)))
            if rank == never:
                break
            pair, made = self._steps[rank]
            # where a merge can make way for an earlier one, only one at a time is right
            tokens = tokens.replace(pair, made, -1 if self._in_order else 1)
        return tokens

    def _merge_long(self, tokens: str) -> str:
        """Merge as `_tokens` does, the pairs waiting in a heap: n log n steps where searching again takes n^2."""
        symbols: list[str] = list(tokens)  # "" where a token went into the one before it
        after, before = list(range(1, len(tokens) + 1)), list(range(-1, len(tokens) - 1))
        ranks, end = self._ranks, len(tokens)
        waiting = [
            (rank, place)
            for place, pair in enumerate(pairwise(tokens))
            if (rank := ranks.get(pair)) is not None
        ]
        heapify(waiting)
        while waiting:
            rank, place = heappop(waiting)  # of the earliest learned merges the leftmost
            following = after[place]
            if not symbols[place] or following == end:
                continue
            if ranks.get((symbols[place], symbols[following])) != rank:
                continue  # one of the two has become another token meanwhile
            symbols[place], symbols[following] = self._steps[rank][1], ""
            after[place] = following = after[following]
            if following < end:
                before[following] = place
                if (rank := ranks.get((symbols[place], symbols[following]), -1)) >= 0:
                    heappush(waiting, (rank, place))
            if (place := before[place]) >= 0 and (
                rank := ranks.get((symbols[place], symbols[after[place]]), -1)
            ) >= 0:
                heappush(waiting, (rank, place))
        return "".join(symbols)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text, U+FFFD for bytes that are no whole character. ValueError for unknown ids."""
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Return the bytes of all tokens joined. Raises ValueError for unknown ids."""
        return b"".join(self._bytes(token) for token in check_ids(ids, self.vocab_size))

    def token_text(self, token: int) -> str:
        """Show one token to a person (space as a middle dot, half a character as \\xNN)."""
        return printable(self.decode_bytes([token]))

    def save(self, path: str | Path) -> None:
        """Write the tokenizer as JSON, under a temporary name that is then renamed."""
        text = json.dumps(self._record(), ensure_ascii=False) + "\n"
        write_atomically(Path(path), lambda target: target.write_text(text, encoding="utf-8"))

    def _record(self) -> dict[str, Any]:
        special_tokens = dict(sorted(self.special_tokens.items(), key=lambda item: item[1]))
        record: dict[str, Any] = {
            "kind": "byte-pair encoding",
            "pattern": self.pattern,
            "special_tokens": special_tokens,
            "merges": self.merges,
        }
        if list(special_tokens.values()) == list(range(256 + len(self.merges), self.vocab_size)):
            record["special_tokens"] = list(special_tokens)  # right behind the merges, where a list puts them
        if self._foreign:
            special = set(self.special_tokens.values())
            record["special_tokens"] = self.special_tokens
            record["pieces"] = [
                None if piece is None or i in special else base64.b64encode(piece).decode()
                for i, piece in enumerate(self._pieces)
            ]
            record["whole_words"] = self.whole_words
            record["always_special"] = sorted(self.always_special)
        return record

    def fingerprint(self) -> str:
        """Return 64 hex digits that two tokenizers share only if they give the same ids (SHA-256)."""
        return hashlib.sha256(json.dumps(self._record(), sort_keys=True).encode()).hexdigest()

    @classmethod
    def load(cls, path: str | Path) -> "BytePairTokenizer":
        """Read a tokenizer that `save` wrote. Raises ValueError with one line if the file is none."""
        try:
            record: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
            if record["kind"] != "byte-pair encoding":
                raise KeyError("kind")
            merges = [(a, b) for a, b in record["merges"]]
            if "pieces" not in record:
                special_tokens = record["special_tokens"]
                if isinstance(special_tokens, dict):
                    special_tokens = {str(name): int(token) for name, token in special_tokens.items()}
                return cls(merges, special_tokens, record["pattern"])
            pieces = [None if piece is None else base64.b64decode(piece) for piece in record["pieces"]]
            special = {str(name): int(token) for name, token in record["special_tokens"].items()}
            whole, always = bool(record["whole_words"]), list(record["always_special"])
            return cls(merges, special, record["pattern"], pieces, whole, always)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, regex.error) as error:
            raise ValueError(f"{path} is no byte-pair tokenizer of this course ({error})") from None
