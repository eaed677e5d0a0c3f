"""Which submissions look alike: winnowing over normalised tokens, with the lab's own text taken away.

Names of the learner's own, numbers, texts, comments and layout are made equal first, so renaming and reordering hide
nothing; library names (`.softmax`), built-ins and keywords stay. Every run of K tokens becomes a number; of each
WINDOW runs in a row the smallest number is kept, so a copied stretch of K + WINDOW - 1 tokens is always found. An
index from numbers to submissions finds the pairs; nothing is compared with everything.

A pair is a question to a person, not a verdict: short exercises have few right answers.

Source: Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003.
"""

from __future__ import annotations

import builtins
import io
import keyword
import re
import tokenize
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

K = 8  # tokens in a row that mean something; shorter runs are idioms
WINDOW = 4
SHARE = 0.5  # of the shorter submission's fingerprints; independent right answers of lab 02 share up to 0.16
AT_LEAST = 20  # shared fingerprints; less is a coincidence
COMMON = 10  # a fingerprint in more submissions than this is common knowledge (or more than a 20th of a large class)

KEPT_NAMES = frozenset(keyword.kwlist) | frozenset(dir(builtins))
LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}

Parts = Mapping[str, Sequence[str]]  # exercise -> the texts of its cells


@dataclass(frozen=True)
class Pair:
    """Two submissions that share more than chance explains; `exercises` gives the share of each, largest first."""

    first: str
    second: str
    share: float
    exercises: tuple[tuple[str, float], ...]


def code_tokens(source: str) -> list[str]:
    """The tokens of Python code with the author's own names, numbers and texts made equal; docstrings dropped.

    What cannot be tokenised to its end (a cell that was left unfinished) gives the tokens up to there.
    """
    found: list[str] = []
    before, starts_line = "", True
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in LAYOUT:
                starts_line = starts_line or token.type == tokenize.NEWLINE
                continue
            if token.type == tokenize.STRING and starts_line:
                continue  # a docstring, or a text that does nothing
            if token.type == tokenize.NAME:
                kept = token.string in KEPT_NAMES or before == "."
                found.append(token.string if kept else "name")
            elif tokenize.tok_name[token.type].startswith(("STRING", "FSTRING")):
                found.append("text")
            else:
                found.append("0" if token.type == tokenize.NUMBER else token.string)
            before, starts_line = token.string, False
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def prose_tokens(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def hashes(tokens: Sequence[str]) -> list[int]:
    """One number for every run of K tokens, the same in every process."""
    return [
        zlib.crc32("\x1f".join(tokens[i : i + K]).encode("utf-8", "replace"))
        for i in range(len(tokens) - K + 1)
    ]


def winnow(numbers: Sequence[int]) -> set[int]:
    """Of each WINDOW numbers in a row the smallest (all, if there are fewer)."""
    if len(numbers) <= WINDOW:
        return {min(numbers)} if numbers else set()
    return {min(numbers[i : i + WINDOW]) for i in range(len(numbers) - WINDOW + 1)}


def similar_pairs(
    submissions: Mapping[str, Parts], template: Parts, prose: Iterable[str] = (), share: float = SHARE
) -> list[Pair]:
    """Find the pairs of submissions that share at least `share` of the shorter one, the most alike first.

    Args:
        submissions: by learner, the texts that each exercise's cells hold.
        template: the same of the released lab; what it contains is nobody's work and does not count.
        prose: exercises that are written text and not code.
        share: between 0 and 1.
    """
    written = frozenset(prose)

    def numbers(exercise: str, text: str) -> list[int]:
        return hashes(prose_tokens(text) if exercise in written else code_tokens(text))

    given = {
        number for exercise, texts in template.items() for text in texts for number in numbers(exercise, text)
    }
    prints: dict[str, dict[int, str]] = {}
    for learner, parts in submissions.items():
        own = prints[learner] = {}
        for exercise, texts in parts.items():
            for text in texts:
                fresh = [number for number in numbers(exercise, text) if number not in given]
                own |= dict.fromkeys(winnow(fresh), exercise)

    owners: dict[int, list[str]] = defaultdict(list)
    for learner, own in prints.items():
        for number in own:
            owners[number].append(learner)
    common = max(COMMON, len(prints) // 20)
    rare = {number: learners for number, learners in owners.items() if len(learners) <= common}
    size = {learner: sum(number in rare for number in own) for learner, own in prints.items()}

    shared = Counter(pair for learners in rare.values() for pair in combinations(learners, 2))
    pairs = []
    for (first, second), count in shared.items():
        smaller = min(first, second, key=lambda learner: size[learner])
        if count < AT_LEAST or count / size[smaller] < share:
            continue
        other = prints[second if smaller == first else first]
        of = Counter(exercise for number, exercise in prints[smaller].items() if number in rare)
        same = Counter(
            exercise for number, exercise in prints[smaller].items() if number in rare and number in other
        )
        shares = tuple((exercise, same[exercise] / of[exercise]) for exercise, _ in same.most_common())
        pairs.append(Pair(first, second, count / size[smaller], shares))
    return sorted(pairs, key=lambda pair: (-pair.share, pair.first, pair.second))


def answers_in(nb: NotebookNode) -> dict[str, list[str]]:
    """The texts that a learner can write in a notebook, by exercise: answer cells and cells of the learner's own.

    A cell without an nbgrader id belongs to the exercise of the next answer cell.
    """
    found: dict[str, list[str]] = {}
    waiting: list[str] = []
    for cell in nb.cells:
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("solution"):
            found.setdefault(_exercise(cell), []).extend([*waiting, cell.source])
            waiting = []
        elif not settings and cell.cell_type == "code":
            waiting.append(cell.source)
    if waiting:
        found.setdefault("own cells", []).extend(waiting)
    return found


def _exercise(cell: NotebookNode) -> str:
    return str(cell.metadata.nbgrader.grade_id).removeprefix("solve_").removeprefix("grade_")


def similar_submissions(root: Path, assignment: str) -> list[Pair]:
    """Compare the graded submissions of an assignment with each other, all their notebooks together.

    Reads class/autograded, where every learner's text stands in the instructor's cells, and labs/ as the template.
    """
    import nbformat

    template: dict[str, list[str]] = {}
    prose: set[str] = set()
    submissions: dict[str, dict[str, list[str]]] = {}

    def add(parts: dict[str, list[str]], nb: NotebookNode) -> None:
        for exercise, texts in answers_in(nb).items():
            parts.setdefault(exercise, []).extend(texts)

    for released in sorted((root / "labs" / assignment).glob("*.ipynb")):
        nb = nbformat.read(released, as_version=4)
        add(template, nb)
        prose |= {
            _exercise(cell)
            for cell in nb.cells
            if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution")
        }
        for path in sorted((root / "class" / "autograded").glob(f"*/{assignment}/{released.name}")):
            try:
                add(submissions.setdefault(path.parts[-3], {}), nbformat.read(path, as_version=4))
            except Exception:  # whatever happened to this one file, the others are still compared
                submissions.pop(path.parts[-3])
    return similar_pairs(submissions, template, prose)
