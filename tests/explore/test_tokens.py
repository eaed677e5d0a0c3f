"""What lesson 03 shows: chips, three ways to cut, merge order, wordings, spelling, languages."""

from __future__ import annotations

import re
import warnings
from collections import Counter

import numpy as np
import pytest

from course_lib.data import facts
from course_lib.data.claims import claim
from course_lib.data.languages import parallel_sentences
from course_lib.data.text import language_reference
from course_lib.explore.figure import png
from course_lib.explore.tokens import (
    chip_text,
    chips,
    chips_and_sentence,
    disagreements,
    draw_languages,
    draw_spelling,
    draw_two_tokenizers,
    groups_from_left,
    groups_from_right,
    letter_counts_learned,
    longest_match,
    plain_words,
    replies,
    three_cuts,
    token_explorer,
    tokens_by_language,
)
from course_lib.generation.chat import ask
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.split import LLAMA3_PATTERN, PATTERN, Split
from course_lib.training.course_gpt import load_course_gpt

TEXT = language_reference()[:60_000]


@pytest.fixture(scope="module")
def tokenizer() -> BytePairTokenizer:
    return BytePairTokenizer.train(TEXT, 256 + 300)


def test_a_chip_shows_every_byte_and_no_sign_that_the_font_lacks() -> None:
    assert chip_text(b" the") == "·the"
    assert chip_text("한".encode()) == r"\xed\x95\x9c"
    assert chip_text(b"\xed\x95") == r"\xed\x95"
    assert chip_text(b"$") == r"\$"  # or it would begin a formula


@pytest.mark.parametrize("text", ["", "What costs $5 or $6?", "한국어 क 🙂\n\t_^{}", "x" * 2000])
def test_chips_draw_any_text_without_a_warning_about_missing_signs(
    tokenizer: BytePairTokenizer, text: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert png(chips(tokenizer, tokenizer.encode(text))).startswith(b"\x89PNG")


def test_each_chip_has_a_border_and_its_id_and_what_is_cut_off_is_counted(
    tokenizer: BytePairTokenizer,
) -> None:
    ids = tokenizer.encode("the value of an expression")
    (axis,) = chips(tokenizer, ids).axes
    assert len(axis.patches) == len(ids)
    assert all(patch.get_edgecolor() == (0, 0, 0, 1) for patch in axis.patches)
    drawn = [text.get_text() for text in axis.texts]
    assert drawn[1::2] == [str(i) for i in ids]
    assert drawn[::2] == [tokenizer.token_text(i) for i in ids]
    many = tokenizer.encode("x y " * 500)
    (axis,) = chips(tokenizer, many).axes
    assert axis.texts[-1].get_text() == f"... {len(many) - len(axis.patches)} more tokens"


def test_the_sentence_says_tokens_bytes_and_ids(tokenizer: BytePairTokenizer) -> None:
    _, sentence = chips_and_sentence(BytePairTokenizer([]), "né")
    assert sentence == (
        "With 0 merges 2 characters, 3 bytes, are 3 tokens, 1.00 bytes per token: n (110), \\xc3 (195), \\xa9 (169)."
    )
    assert "are 0 tokens: ." in chips_and_sentence(tokenizer, "")[1]


def test_moving_the_slider_or_typing_changes_sentence_and_image(tokenizer: BytePairTokenizer) -> None:
    view = token_explorer(
        tokenizer, "the value", [{"merges": 0}, {"merges": 50}, {"text": "한", "merges": 300}]
    )
    image, line = view.widget().children[-2:]
    seen = {(image.value, line.value)}
    view.controls["merges"].value = 0
    seen.add((image.value, line.value))
    assert "With 0 merges 9 characters, 9 bytes, are 9 tokens" in view.sentence
    view.controls["text"].value = "another"
    seen.add((image.value, line.value))
    assert len(seen) == 3
    assert len(set(re.findall(r'alt="([^"]+)"', view.frozen()))) == 3


def test_the_first_n_merges_are_the_tokenizer_that_stopped_after_n(tokenizer: BytePairTokenizer) -> None:
    for n in (0, 40, 300):
        assert tokenizer.merges[:n] == BytePairTokenizer.train(TEXT, 256 + n).merges


def test_three_cuts_count_what_a_vocabulary_lacks() -> None:
    characters, words, subwords = three_cuts("one two two ", "two six!", vocab_size=257)
    assert (characters.vocabulary, characters.tokens, characters.unknown) == (6, 8, 4)  # s, i, x and !
    assert (words.vocabulary, words.tokens, words.unknown) == (3, 3, 3)  # "two" begins here without its space
    assert (subwords.vocabulary, subwords.tokens, subwords.unknown) == (
        257,
        8,
        0,
    )  # its one merge, ·t, does not fit


def test_longest_match_spells_the_same_text_and_never_has_a_longer_token_to_take(
    tokenizer: BytePairTokenizer,
) -> None:
    text = TEXT[:3000] + "한 é"
    ids = longest_match(tokenizer, text)
    assert tokenizer.decode(ids) == text
    pieces = set(tokenizer.vocabulary().values())
    for word in set(Split(PATTERN).words(text)):
        parts = [tokenizer.decode_bytes([i]) for i in longest_match(tokenizer, word)]
        for k, part in enumerate(parts):
            rest = b"".join(parts[k:])
            assert not any(rest[:n] in pieces for n in range(len(part) + 1, len(rest) + 1))


def test_longest_match_never_uses_a_special_token() -> None:
    special = BytePairTokenizer([], ["<|end|>"])
    assert longest_match(special, "<|end|>") == list(b"<|end|>")


def test_disagreements_are_the_words_that_the_two_cut_differently() -> None:
    """With the merges bc, ab the word abc is a|bc in merge order and ab|c by longest match."""
    made = BytePairTokenizer([(98, 99), (97, 98)])
    assert disagreements(made, "abc ab abc") == (3, [([97, 256], [257, 99]), ([32, 97, 256], [32, 257, 99])])


def test_replies_are_those_of_ask_with_a_confidence_between_0_and_1() -> None:
    model, own, _ = load_course_gpt("chat")
    questions = ["What is the capital of France?", "what is the capital of france?"]
    found = replies(model, own, questions, own.special_tokens[facts.END])
    for question, reply in zip(questions, found, strict=True):
        assert reply.answer == ask(model, own, question).text
        assert reply.ids == own.encode(question)
        assert 0 < reply.confidence <= 1
    assert "Paris" in found[0].answer
    assert "Paris" not in found[1].answer


def test_letters_are_counted_from_bytes_and_only_learned_from_tokens() -> None:
    words = plain_words(TEXT)
    train, test = words[:100], words[-200:]
    assert letter_counts_learned(lambda word: list(word.encode()), train, test, "e") == 1.0
    whole = letter_counts_learned(
        lambda word: [int.from_bytes(word.encode())], train, test, "e"
    )  # a token for each word: nothing to learn
    assert whole == pytest.approx(np.mean(["e" not in word for word in test]))


def test_plain_words_are_different_small_words_in_a_seeded_order() -> None:
    words = plain_words(TEXT)
    assert len(set(words)) == len(words) > 500
    assert all(re.fullmatch("[a-z]{4,}", word) for word in words)
    assert words == plain_words(TEXT)
    assert words != plain_words(TEXT, seed=1)
    assert Counter(words) == Counter(plain_words(TEXT, seed=1))


@pytest.mark.parametrize("number", [1, 12, 123, 1234, 12345, 123456, 1234567])
def test_digits_are_grouped_as_people_and_as_the_published_pattern_do(number: int) -> None:
    assert ",".join(groups_from_right(str(number))) == f"{number:,}"
    assert groups_from_left(str(number)) == Split(LLAMA3_PATTERN).words(str(number))


def test_a_shared_vocabulary_helps_the_others_and_costs_english() -> None:
    known, new = parallel_sentences(held_out=False), parallel_sentences(held_out=True)
    english = BytePairTokenizer.train("\n".join(known["English"]), 256 + 128)
    shared = BytePairTokenizer.train("\n".join(text for texts in known.values() for text in texts), 256 + 128)
    alone, mixed = tokens_by_language(english, new), tokens_by_language(shared, new)
    assert alone["Hindi"] == sum(len(text.encode()) for text in new["Hindi"])  # no merge fits: bytes
    assert mixed["Hindi"] < alone["Hindi"] / 2
    assert mixed["English"] > alone["English"]
    said = draw_two_tokenizers(alone, mixed, ("one", "all")).sentence
    assert f"Hindi {alone['Hindi']} to {mixed['Hindi']} ({mixed['Hindi'] / alone['Hindi'] - 1:+.0%})" in said


def test_figures_say_their_numbers() -> None:
    picture = draw_languages({"A": 10, "B": 25}, "One sentence")
    assert picture.sentence == "One sentence: tokens A 10 (1.0 x), B 25 (2.5 x)."
    picture = draw_spelling((50, 100), {"bytes": (1.0, 1.0), "tokens": (0.5, 0.75)})
    assert "tokens: 50 words 50.0%, 100 words 75.0%" in picture.sentence


def test_wrong_cuts_confuse_the_model_more_than_they_lengthen_the_text() -> None:
    """What lesson 03 says about longest match, on another text than the lesson's."""
    from course_lib.evaluation.perplexity import bits_per_byte, token_loss

    model, own, _ = load_course_gpt("base")
    text = language_reference()[-5000:]
    bits = []
    for ids in (own.encode(text), longest_match(own, text)):
        bits.append(bits_per_byte(token_loss(model, ids), len(ids) - 1, len(text.encode())))
        assert len(ids) == pytest.approx(len(own.encode(text)), rel=0.05)
    assert bits[1] > 1.1 * bits[0]


def test_the_claim_about_a_published_tokenizer_is_one_that_does_not_go_stale() -> None:
    published = claim("llama-3-tokenizer")
    assert published.kind == "publication"
    assert published.values["chars_per_token"] > published.values["chars_per_token_before"]


def test_a_run_of_three_holds_two_pairs_as_the_lab_counts_them() -> None:
    assert BytePairTokenizer.train("aaa", 257).merges == [(97, 97)]
