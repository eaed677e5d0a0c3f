"""The linear baseline learns what can be learned from words, repeats itself, and can be read."""

from __future__ import annotations

import pytest

from course_lib.evaluation.linear_baseline import train_linear_baseline, words
from course_lib.packet.cases import DATA_IDS, SYSTEMS, get_case

TEXTS = ["pay the bill now", "the bill is wrong", "my key is lost", "lost the key again"] * 3
GOLDS = ["money", "money", "door", "door"] * 3


def test_it_learns_and_can_be_read() -> None:
    line = train_linear_baseline(TEXTS, GOLDS)
    assert line.answer(TEXTS) == GOLDS
    assert line.answer(["a new bill", "Where is my KEY?"]) == ["money", "door"]
    assert set(line.telling_words("money", 4)) == {"pay", "bill", "now", "wrong"}
    assert line.labels == ("door", "money")


def test_the_same_seed_gives_the_same_and_unknown_words_give_an_answer() -> None:
    first, again = (train_linear_baseline(TEXTS, GOLDS, seed=3) for _ in range(2))
    assert first.model.layers[0].weight.equal(again.model.layers[0].weight)
    assert first.answer(["zzz", ""])[0] in GOLDS
    assert first.features(["zzz"]).sum() == 0
    assert words("Ü-Wagen 12, it's") == ["ü", "wagen", "it", "s"]


@pytest.mark.slow
@pytest.mark.parametrize("data_id", DATA_IDS)
def test_on_the_course_data_it_beats_the_rules(data_id: str) -> None:
    case = get_case(data_id)
    line = train_linear_baseline([i.text for i in case.examples], [i.gold for i in case.examples])
    asked = case.draw(1, 400)
    right = sum(a == i.gold for a, i in zip(line.answer([i.text for i in asked]), asked, strict=True))
    rules = sum(SYSTEMS["keyword-rules@v1"].answer(case, i.text) == i.gold for i in asked)
    assert right > rules + 20


@pytest.mark.parametrize(("texts", "golds"), [([], []), (["a b"], []), (["a b", "c d"], ["x", "y"])])
def test_bad_input_is_refused(texts: list[str], golds: list[str]) -> None:
    with pytest.raises(ValueError, match=r"expected as many|no word"):
        train_linear_baseline(texts, golds)
