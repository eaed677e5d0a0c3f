"""Finding things: a reader whose window is shorter than its context, and a search over passages by their trigrams."""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache

from course_lib.packet.cases.base import Case
from course_lib.packet.cases.systems import words

CONTEXT_SYSTEM = "window-reader@v1"
SEARCH_SYSTEM = "trigram-search@v1"
WINDOW = 450  # words that the reader keeps: the last ones, as a chat does that forgets its beginning
FILLERS = 40  # texts around the note that has to be found
POSITIONS = 9
_NOTE = re.compile(r"Note: the reference of file (\d+) is ([A-Z]{2}-\d{3})\.")


@dataclass(frozen=True)
class ContextProbe:
    """A long context with one note that answers the question at its end; position 0..1."""

    id: str
    position: float
    prompt: str
    expected: str


def context_probes(case: Case, seed: int, n: int = 180) -> list[ContextProbe]:
    """The n long contexts that a seed draws, the note at nine positions in turn."""
    draw = random.Random(seed)
    probes = []
    for number in range(n):
        texts = [item.text for item in draw.sample(case.examples, FILLERS)]
        files = draw.sample(range(100, 1000), 2)
        codes = [f"{''.join(draw.choices('ABCDEFGHJK', k=2))}-{draw.randint(100, 999)}" for _ in files]
        notes = [
            f"Note: the reference of file {file} is {code}." for file, code in zip(files, codes, strict=True)
        ]
        step = number % POSITIONS
        texts.insert(draw.randrange(FILLERS + 1), notes[1])  # a note about another file
        texts.insert(round(step / (POSITIONS - 1) * (FILLERS + 1)), notes[0])
        prompt = "\n".join([*texts, f"What is the reference of file {files[0]}?"])
        probes.append(ContextProbe(f"ctx-{number:03d}", step / (POSITIONS - 1), prompt, codes[0]))
    return probes


def read(prompt: str) -> str:
    """What the reader answers: the reference in the part that its window holds, or the wrong one, or nothing."""
    question = prompt.rsplit("\n", 1)[-1]
    seen = " ".join(prompt.split()[-WINDOW:])
    notes = _NOTE.findall(seen)
    fitting = [code for file, code in notes if file in question]
    return next(iter(fitting + [code for _, code in notes]), "not found")


def search(case: Case, query: str, k: int = 3) -> list[str]:
    """The ids of the k passages nearest to a query, best first; nearness is the cosine of trigram counts."""
    scores = dict.fromkeys(case.passages, 0.0)
    postings = _postings(case.data_id)
    for gram, count in _vector(query).items():
        for id, other in postings.get(gram, ()):
            scores[id] += count * other
    return sorted(scores, key=lambda id: (-scores[id], id))[:k]


@cache
def _postings(data_id: str) -> dict[str, list[tuple[str, float]]]:
    """Which passages hold each trigram, and with which weight."""
    from course_lib.packet.cases import get_case

    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for id, text in get_case(data_id).passages.items():
        for gram, count in _vector(text).items():
            found[gram].append((id, count))
    return dict(found)


def _vector(text: str) -> dict[str, float]:
    """Counts of three letters in a row, scaled to length 1."""
    plain = f" {' '.join(words(text))} "
    grams = Counter(plain[start : start + 3] for start in range(len(plain) - 2))
    length = math.sqrt(sum(count * count for count in grams.values())) or 1.0
    return {gram: count / length for gram, count in grams.items()}
