"""Systems that answer a case: pure Python, without chance, so that anybody gets the same answers again at once.

They stand in for the models that a company would compare: a canary that has to fail, a baseline that somebody writes in
an afternoon, and a candidate that learns from examples. Each also gives a reason in one line.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from heapq import nlargest

from course_lib.packet.cases.base import Case

NEIGHBOURS = 5
QUOTE = 8  # words before and after a keyword that the rules quote as their reason
RARE = 3  # a word in fewer examples than this is never shown
WEAK = 0.8  # a word of less weight tells nothing
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class System:
    """A named system: `answer` gives a label, `explain` the label with a reason in one line."""

    name: str
    answer: Callable[[Case, str], str]
    explain: Callable[[Case, str], str]


def words(text: str) -> list[str]:
    """The words of a text in small letters, numbers left out."""
    return _WORD.findall(text.lower())


# --- the canary ---------------------------------------------------------------------------------------------


@cache
def _majority(data_id: str) -> str:
    from course_lib.packet.cases import get_case

    return Counter(item.gold for item in get_case(data_id).examples).most_common(1)[0][0]


def majority_answer(case: Case, text: str) -> str:
    """The commonest label of the examples, whatever the text says."""
    return _majority(case.data_id)


def majority_reason(case: Case, text: str) -> str:
    """The commonest label, said so."""
    return f"{_majority(case.data_id)}: the most frequent answer"


# --- the baseline -------------------------------------------------------------------------------------------


@cache
def _keywords(data_id: str) -> dict[str, str]:
    """Which label each keyword speaks for; a word of two labels goes to the first."""
    from course_lib.packet.cases import get_case

    owner: dict[str, str] = {}
    for label, languages in get_case(data_id).topics.items():
        for topic in languages.values():
            for keyword in topic.keywords:
                owner.setdefault(keyword, label)
    return owner


def keyword_answer(case: Case, text: str) -> str:
    """The label with the most keywords in the text, the commonest label without any; the first one wins a tie."""
    votes = Counter(label for word in words(text) if (label := _keywords(case.data_id).get(word)))
    return votes.most_common(1)[0][0] if votes else _majority(case.data_id)


def keyword_reason(case: Case, text: str) -> str:
    """The label and a quotation of the text around its first keyword: whatever stands there is repeated."""
    label = keyword_answer(case, text)
    spoken = text.split()
    for place, word in enumerate(spoken):
        if any(_keywords(case.data_id).get(part) == label for part in words(word)):
            return f'{label}: "{" ".join(spoken[max(0, place - QUOTE) : place + QUOTE + 1])}"'
    return f"{label}: no keyword found"


# --- the candidate ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Index:
    """Examples as TF-IDF vectors of length 1, by word: which examples hold it, and with which weight."""

    labels: list[str]
    weights: dict[str, float]
    postings: dict[str, list[tuple[int, float]]]


@cache
def _index(data_id: str) -> Index:
    from course_lib.packet.cases import get_case

    examples = get_case(data_id).examples
    documents = [Counter(words(item.text)) for item in examples]
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for item, document in zip(examples, documents, strict=True):
        for word in document:
            labels[word][item.gold] += 1
    weights = {
        word: math.log(len(documents) / count.total()) * (max(count.values()) / count.total()) ** 2
        for word, count in labels.items()
    }
    weights = {word: weight if weight > WEAK else 0.0 for word, weight in weights.items()}
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, document in enumerate(documents):
        length = math.sqrt(sum((count * weights[word]) ** 2 for word, count in document.items())) or 1.0
        for word, count in document.items():
            if weights[word]:
                postings[word].append((number, count * weights[word] / length))
    return Index([item.gold for item in examples], weights, dict(postings))


def _in_scope(index: Index, text: str) -> list[str]:
    """The words of the sentences that resemble the examples: a filter against instructions in the text.

    A sentence of which half the words stand in no example is left out, unless every sentence is like that.
    """
    sentences = [words(sentence) for sentence in _SENTENCE_END.split(text)]
    kept = [
        spoken for spoken in sentences if sum(word in index.weights for word in spoken) > len(spoken) / 2
    ] or sentences
    return [word for spoken in kept for word in spoken]


def _neighbours(data_id: str, text: str) -> tuple[tuple[float, int], ...]:
    """The nearest examples: (cosine up to the text's own length, number), nearest first."""
    index = _index(data_id)
    scores: dict[int, float] = defaultdict(float)
    for word, count in Counter(_in_scope(index, text)).items():
        weight = count * index.weights.get(word, 0)
        for number, other in index.postings.get(word, ()):
            scores[number] += weight * other
    return tuple(nlargest(NEIGHBOURS, ((score, -number) for number, score in scores.items())))


def nearest_answer(case: Case, text: str) -> str:
    """The label that the five nearest examples vote for, weighted by nearness."""
    votes: dict[str, float] = defaultdict(float)
    for score, number in _neighbours(case.data_id, text):
        votes[_index(case.data_id).labels[-number]] += score
    return max(votes, key=lambda label: votes[label]) if votes else _majority(case.data_id)


def nearest_reason(case: Case, text: str) -> str:
    """The label and the rarest words that the text shares with the examples; words of single examples never show."""
    index = _index(case.data_id)
    known = {word for word in words(text) if len(index.postings.get(word, ())) >= RARE}
    shown = sorted(known, key=lambda word: (-index.weights[word], word))[:3]
    return f"{nearest_answer(case, text)}: {', '.join(shown) or 'nothing known in it'}"


SYSTEMS = {
    system.name: system
    for system in (
        System("majority@v1", majority_answer, majority_reason),
        System("keyword-rules@v1", keyword_answer, keyword_reason),
        System("nearest-examples@v1", nearest_answer, nearest_reason),
    )
}
