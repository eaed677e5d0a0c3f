"""The tale of lesson 01: long enough to count in, plain text, and cut into words without losing any."""

from __future__ import annotations

import re

from course_lib.data.tale import join_words, split_words, tale


def test_the_tale_is_plain_text_of_the_right_length() -> None:
    text = tale()
    assert text.isascii()
    assert 2000 <= len(text.split()) <= 3000
    assert text.count("\n\n") > 30
    assert not re.search(r"[ \t]\n|\n{3}", text)


def test_the_numbers_in_the_tale_agree() -> None:
    """406 + 30 + 1 slips in one drawer, three in another: Mrs Quill counted right."""
    text = tale()
    assert "four hundred and six slips" in text
    assert "thirty with the word" in text
    assert "Four hundred and thirty-seven, it said" in text
    assert "there were three slips" in text
    assert "Three, it said" in text


def test_words_are_cut_and_joined() -> None:
    assert split_words('"Mrs Quill\'s post-office," he said: no!') == [
        "Mrs", "Quill's", "post-office", ",", "he", "said", ":", "no", "!",
    ]  # fmt: skip
    assert join_words(["Well", ",", "it", "said", ".", "No", "!"]) == "Well, it said. No!"
    assert max(map(len, join_words(split_words(tale()), width=50).splitlines())) <= 50
    letters = re.sub(r"[^A-Za-z]", "", tale())
    assert "".join(word for word in split_words(tale())).replace("'", "").replace("-", "").count(
        "e"
    ) == letters.count("e")
