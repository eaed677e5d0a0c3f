"""The parallel sentences: whole rows, in the right script, nothing trained on twice, written in one Unicode form."""

from __future__ import annotations

import unicodedata

import pytest

from course_lib.data.languages import HELD_OUT, LANGUAGES, parallel_sentences

SCRIPT = {
    "English": "LATIN",
    "German": "LATIN",
    "Spanish": "LATIN",
    "Korean": "HANGUL",
    "Hindi": "DEVANAGARI",
}


def test_every_row_says_something_in_every_language_and_no_row_is_on_both_sides() -> None:
    known, new = parallel_sentences(held_out=False), parallel_sentences(held_out=True)
    assert tuple(known) == tuple(new) == LANGUAGES
    assert {len(texts) for texts in new.values()} == {HELD_OUT}
    assert len({len(texts) for texts in known.values()}) == 1
    for language in LANGUAGES:
        assert not set(known[language]) & set(new[language])
        assert len(set(known[language])) == len(known[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_stands_in_its_own_script(language: str) -> None:
    for held_out in (True, False):
        for text in parallel_sentences(held_out)[language]:
            letters = [sign for sign in text if sign.isalpha()]
            assert all(SCRIPT[language] in unicodedata.name(sign) for sign in letters), text
            assert unicodedata.is_normalized("NFC", text)
            assert len(text) == len(text.strip()) > 10
