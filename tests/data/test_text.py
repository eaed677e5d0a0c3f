"""The language reference is real, the same every time, and split without leaks."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.data.text import fingerprint, language_reference, train_val_split

TEXT = language_reference()


def test_it_is_the_language_reference():
    assert len(TEXT) > 200_000
    assert 'The "if" statement' in TEXT or "The `if` statement" in TEXT
    assert language_reference() == TEXT


def paragraphs(text: str) -> list[str]:
    return [" ".join(p.split()) for p in text.split("\n\n") if p.strip()]


def test_no_validation_passage_is_a_training_passage():
    train, val = train_val_split(TEXT)
    assert len(paragraphs(TEXT)) == len(set(paragraphs(TEXT)))
    assert not set(paragraphs(train)) & set(paragraphs(val))
    assert 0.07 < len(val) / len(TEXT) < 0.13
    assert sorted(train + val) == sorted(TEXT)


def test_the_split_depends_on_the_seed_only():
    assert train_val_split(TEXT) == train_val_split(TEXT)
    assert train_val_split(TEXT, seed=1) != train_val_split(TEXT)


@given(st.text(alphabet="ab\n", min_size=1), st.integers(1, 5))
def test_no_character_is_lost(text, block):
    try:
        train, val = train_val_split(text, 0.3, block)
    except ValueError:
        return  # too short for two blocks
    assert sorted(train + val) == sorted(text)
    assert val


def test_fingerprint_is_sha256():
    assert fingerprint("abc") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("options", [{"val_fraction": 0.0}, {"val_fraction": 1.0}, {"block_chars": 0}])
def test_bad_splits_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        train_val_split(TEXT, **options)
    with pytest.raises(ValueError, match="too few"):
        train_val_split("short")
