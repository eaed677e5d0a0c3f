"""Ways to adapt a model, compared on one list: counted by hand, and with SciPy's binomial test as the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.data import facts
from course_lib.evaluation.adaptation import compare_paired, first_sentence, measure_adaptation

stats = pytest.importorskip("scipy.stats")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 4)), min_size=8, max_size=60))
def test_the_p_value_is_the_binomial_tests(rows) -> None:
    first, second, groups = zip(*rows, (True, True, 5), (True, True, 6), strict=True)
    found = compare_paired(first, second, groups)
    b = sum(x and not y for x, y in zip(first, second, strict=True))
    c = sum(y and not x for x, y in zip(first, second, strict=True))
    assert (found.only_first, found.only_second) == (b, c)
    expected = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert found.p_value == pytest.approx(expected, rel=1e-9)
    low, high = found.interval
    assert low <= high
    turned = compare_paired(second, first, groups)
    assert turned.p_value == found.p_value
    assert (turned.first_ahead, turned.second_ahead) == (found.second_ahead, found.first_ahead)


def test_questions_of_one_wording_are_one_case() -> None:
    """Sixteen questions to none look like proof; two wordings do not."""
    first, second = [False] * 16 + [True] * 8, [True] * 24
    found = compare_paired(first, second, [i // 8 for i in range(24)])
    assert found.p_value == pytest.approx(2**-15)
    assert found.p_value_of_groups == 0.5
    assert (found.first_ahead, found.second_ahead, found.groups) == (0, 2, 3)


def test_ways_are_counted_and_compared() -> None:
    questions = facts.questions("all", "held_out", "all")
    by_text = {q.text: q for q in questions}
    ways = {
        "knows": lambda asked: [by_text[text].answer for text in asked],
        "moody": lambda asked: [by_text[t].answer if i % 2 else "No." for i, t in enumerate(asked)],
        "silent": lambda asked: [""] * len(asked),
    }
    report = measure_adaptation(ways, questions, n_wordings=8, seed=1)
    n = len(questions)
    assert [way.n_right for way in report.ways.values()] == [n, n // 2, 0]
    assert [way.consistent for way in report.ways.values()] == [8, 0, 8]  # always the same, right or wrong
    assert report.asked_often == 8
    assert report.ways["knows"].interval == (1.0, 1.0)
    assert report.compare("silent", "knows").only_second == n
    low, high = report.ways["moody"].interval
    assert low <= 0.5 <= high


def test_bad_lists_are_refused() -> None:
    questions = facts.questions("capital", "held_out", "all")
    with pytest.raises(ValueError, match="0 ways"):
        measure_adaptation({}, questions)
    with pytest.raises(ValueError, match="gave 1 answers"):
        measure_adaptation({"short": lambda asked: ["one"]}, questions)
    with pytest.raises(ValueError, match="expected as many"):
        compare_paired([True], [True, False], [1, 2])
    with pytest.raises(ValueError, match="at least 2"):
        compare_paired([True, False], [True, False], ["a", "a"])


def test_the_first_sentence() -> None:
    assert first_sentence(" The capital of Peru is Lima. I hope so.") == "The capital of Peru is Lima"
    assert first_sentence("one\ntwo. three") == "one"
    assert first_sentence("") == ""
