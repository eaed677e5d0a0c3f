"""Similar pairs: what a copier changes hides nothing, and what two people write by themselves is not found."""

from __future__ import annotations

import random
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from course_lib.grading.answers import build_submission, load_bank
from course_lib.grading.bank import bundles
from course_lib.grading.similarity import (
    Pair,
    answers_in,
    code_tokens,
    similar_pairs,
    similar_submissions,
    winnow,
)

from .conftest import LAB, REPO, TINY, tiny_lab

ORIGINAL = '''
def clean(texts, limit):
    """Keep the short ones."""
    kept = []
    for place, text in enumerate(texts):
        words = [word.strip().lower() for word in text.split() if word]
        if len(words) < limit and words[0] not in kept:
            kept.append((place, " ".join(sorted(words, reverse=True))))
    return {place: text for place, text in kept}


def spread(numbers):
    total = sum(numbers)
    middle = total / max(len(numbers), 1)
    squares = [(number - middle) ** 2 for number in numbers if number is not None]
    while len(squares) > 100 and squares[-1] == 0:
        squares.pop()
    return (sum(squares) / len(squares)) ** 0.5, middle, total
'''
FIRST, SECOND = ("\ndef " + part for part in ORIGINAL.split("\ndef ")[1:])


def rename(source: str) -> str:
    """What a copier does: other names, other numbers, other comments, another layout."""
    names = (
        "texts",
        "kept",
        "place",
        "text",
        "words",
        "word",
        "limit",
        "numbers",
        "number",
        "total",
        "middle",
    )
    for number, name in enumerate((*names, "squares", "clean", "spread")):
        source = source.replace(name, f"v{number}_")
    return (
        source.replace("100", "99")
        .replace("Keep the short ones", "Mine")
        .replace("\n    ", "\n    # mine\n    ")
    )


def pairs(submissions: dict[str, str], template: str = "") -> list[Pair]:
    return similar_pairs({name: {"task": [text]} for name, text in submissions.items()}, {"task": [template]})


def test_renamed_variables_are_found() -> None:
    other = "\n".join(f"x.{c} = {c}(y)" for c in "abcdefghijklmnop")
    (pair,) = pairs({"ada": ORIGINAL, "ben": rename(ORIGINAL), "cleo": other})
    assert (pair.first, pair.second, pair.share) == ("ada", "ben", 1.0)
    assert pair.exercises == (("task", 1.0),)


def test_reordered_functions_and_cells_are_found() -> None:
    (pair,) = pairs({"ada": ORIGINAL, "ben": rename(SECOND + FIRST)})
    assert pair.share > 0.9
    moved = similar_pairs({"ada": {"a": [FIRST], "b": [SECOND]}, "ben": {"b": [rename(FIRST), SECOND]}}, {})
    assert moved[0].share > 0.9
    assert {exercise for exercise, _ in moved[0].exercises} == {"a", "b"} or moved[0].exercises[0][0] == "b"


def test_what_the_lab_gives_is_nobodys_work() -> None:
    own = "\nanswer = [print(x) for x in range(3)]"
    assert pairs({"ada": ORIGINAL + own, "ben": ORIGINAL + own}, template=rename(ORIGINAL)) == []
    released = answers_in(nbformat.read(REPO / "labs" / LAB / "lab.ipynb", as_version=4))
    assert similar_pairs({"ada": released, "ben": released}, released) == []


def test_independent_right_answers_are_not_found() -> None:
    release = REPO / "labs" / LAB / "lab.ipynb"
    bank = [answer for answer in load_bank(REPO / "tests" / "answers" / LAB) if answer.right]
    submissions = {
        name: answers_in(build_submission(release, {answer.exercise: answer.source for answer in answers}))
        for name, answers in bundles(bank).items()
    }
    assert len(submissions) >= 4
    template = answers_in(nbformat.read(release, as_version=4))
    assert similar_pairs(submissions, template) == []
    copied = {
        **submissions,
        "copier": {name: [rename(t) for t in texts] for name, texts in submissions["right-02"].items()},
    }
    assert [(p.first, p.second) for p in similar_pairs(copied, template)] == [("right-02", "copier")]


def test_what_many_write_is_common_knowledge_and_little_is_a_coincidence() -> None:
    assert pairs({f"s{number:02}": ORIGINAL for number in range(11)}) == []
    assert len(pairs({f"s{number:02}": ORIGINAL for number in range(3)})) == 3
    assert pairs({"ada": "return x @ w + b", "ben": "return y @ v + c"}) == []


def test_a_copied_stretch_is_always_found() -> None:
    """The guarantee of winnowing: two texts with K + WINDOW - 1 equal tokens in a row share a fingerprint."""
    dice = random.Random(0)
    for _ in range(50):
        same = [dice.randrange(10**6) for _ in range(4)]
        one, two = ([*dice.sample(range(10**6), 9), *same, *dice.sample(range(10**6), 9)] for _ in range(2))
        assert winnow(one) & winnow(two)


def test_code_that_does_not_end_gives_the_tokens_so_far() -> None:
    unfinished = ["def", "name", "(", "name", ":", "return", "name", ".", "sum", "(", "name"]
    assert code_tokens("def f(x:\n    return torch.sum(y") == unfinished
    assert code_tokens('"""Words."""\nx = "s" + f"{y}" # no')[:3] == ["name", "=", "text"]
    assert code_tokens("x = '\x00") is not None


def test_prose_is_compared_by_its_words() -> None:
    long = """The temperature divides all scores before the softmax, so it cannot make the model know more: the
    ranking of tokens stays as it was. I measured twenty prompts at four temperatures; at two the favourite came in
    four of ten draws, at a half in nine of ten. I would look up missing facts first and then count how many answers
    are right, because a repeatable wrong answer is still a wrong answer and nobody should be calmed by it."""
    submissions = {"ada": {"why": [long]}, "ben": {"why": [long.upper()]}}
    assert similar_pairs(submissions, {}, prose={"why"})[0].share == 1.0
    assert similar_pairs(submissions, {"why": [long]}, prose={"why"}) == []


@pytest.mark.slow
def test_a_class_of_a_thousand_takes_seconds() -> None:
    def made(seed: int) -> str:
        dice = random.Random(seed)
        lines = ["def f(x):"]
        for _ in range(60):
            first, second = (f"call_{dice.randrange(2000)}" for _ in range(2))
            lines.append(f"    x = y.{first}(3) {dice.choice('+-*/@%')} [x.{second}, z]")
        return "\n".join(lines)

    submissions = {f"s{seed:04}": {"task": [made(seed)]} for seed in range(1000)}
    submissions["s0777"] = {"task": [rename(made(5))]}
    started = time.process_time()
    found = similar_pairs(submissions, {})
    seconds = time.process_time() - started
    assert [(pair.first, pair.second) for pair in found] == [("s0005", "s0777")]
    assert seconds < 30, "a k-gram index, not all pairs"


def test_graded_notebooks_are_read_where_the_learners_text_stands(tmp_path: Path) -> None:
    released = tmp_path / "labs" / TINY / "lab.ipynb"
    released.parent.mkdir(parents=True)
    nbformat.write(tiny_lab(), released)
    for student, source in (
        ("ada", ORIGINAL),
        ("ben", rename(ORIGINAL)),
        ("cleo", "def double(x):\n    return 2 * x"),
    ):
        nb = build_submission(tiny_lab(), {"double": source})
        nb.cells.insert(1, new_code_cell(f"helper_of = '{student}'"))
        path = tmp_path / "class" / "autograded" / student / TINY / "lab.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(nb, path)
    (pair,) = similar_submissions(tmp_path, TINY)
    assert (pair.first, pair.second, pair.exercises[0][0]) == ("ada", "ben", "double")
