"""What lesson 03 shows: chips, three ways to cut, merge order, wordings, spelling, languages."""

from __future__ import annotations

import re
import warnings
from collections import Counter

import numpy as np
import pytest
import torch

from course_lib.data import facts
from course_lib.data.claims import claim
from course_lib.data.languages import parallel_sentences
from course_lib.data.text import language_reference
from course_lib.evaluation.words import has_word
from course_lib.explore.figure import png
from course_lib.explore.tokens import (
    Reply,
    _what_confidence_says,
    chip_text,
    chips,
    chips_and_sentence,
    counting_letters,
    disagreements,
    draw_languages,
    draw_merging,
    draw_spelling,
    draw_two_tokenizers,
    five_languages,
    in_lines,
    letter_counts_learned,
    longest_match,
    merges_until,
    merging,
    missing_words,
    plain_words,
    replies,
    sharing,
    three_cuts,
    token_explorer,
    tokens_by_language,
    ways_of_asking,
    wordings,
    wrong_cut,
)
from course_lib.generation.chat import ask, chat_ids
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


def test_missing_words_are_a_share_of_the_new_ones() -> None:
    found = missing_words("one two two ", "two two six one!", vocab_size=257)
    assert found.measured == "80%"  # all but " two": "two" has no space, " one" has one
    assert found.show is not None
    assert "| words | 3 | 5 |" in found.show(None).data


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


def test_replies_are_those_of_ask_with_the_chance_of_each_token() -> None:
    model, own, _ = load_course_gpt("chat")
    questions = ["What is the capital of France?", "what is the capital of france?"]
    found = replies(model, own, questions)
    for question, reply in zip(questions, found, strict=True):
        assert reply.answer == ask(model, own, question).text
        assert reply.ids == own.encode(question)
        ids = chat_ids(own, question)
        said = own.encode(reply.answer + facts.END, allowed_special="all")
        with torch.no_grad():
            chances = model(torch.tensor([ids + said])).logits[0, len(ids) - 1 : -1].softmax(-1)
        own_chances = chances.gather(1, torch.tensor(said)[:, None])[:, 0]
        assert list(reply.chances.values()) == pytest.approx(own_chances.tolist(), abs=1e-4)
        assert reply.mean == pytest.approx(float(own_chances.mean()), abs=1e-4)
        token, chance = reply.least
        assert chance == pytest.approx(float(own_chances.min()), abs=1e-4)
        assert token == own.token_text(said[int(own_chances.argmin())])
    assert "Paris" in found[0].answer
    assert "Paris" not in found[1].answer


@pytest.mark.parametrize(
    ("text", "word", "has"),
    [
        ("The capital of Tunisia is Tunis.", "Tunis", True),
        ("The capital of Tunisia is Sfax.", "Tunis", False),
        ("The continent is Europe.", "euro", False),
        ("It is Buenos Aires", "Buenos Aires", True),
    ],
)
def test_an_answer_has_a_word_only_if_it_is_whole(text: str, word: str, has: bool) -> None:
    assert has_word(text, word) == has


def test_what_is_said_about_confidence_follows_the_replies() -> None:
    def reply(answer: str, *chances: float) -> Reply:
        return Reply("q", [1], answer, dict(enumerate(chances)), ["a"] * len(chances))

    right, wrong = [reply("Paris", 0.9, 0.8)], [reply("Rome", 1.0, 1.0), reply("Oslo", 1.0, 0.3)]
    said = _what_confidence_says(right, wrong)
    assert "is below 65%" in said
    assert "1 of the 2 wrong ones are at least as sure" in said
    assert "1 of the 2 stand out (less than 80%)" in said
    assert "nothing to compare" in _what_confidence_says(right, [])


def test_wordings_are_counted_by_their_answers() -> None:
    model, own, _ = load_course_gpt("chat")
    found = wordings(model, own, ["What is the capital of France?", "France: capital?"], "Paris")
    assert found.measured == "1"
    assert found.show is not None
    assert "The capital of France is Paris." in found.show(None).data


def test_ways_of_asking_count_right_answers_and_tokens() -> None:
    model, own, _ = load_course_gpt("chat")
    found = ways_of_asking(model, own, {"plain": str, "none": lambda _: "?"}, about="none")
    assert found.measured == "0"
    assert f"none: 36 fewer right answers, {1 - 36 / (36 * 9):.0%} fewer tokens" in found.says


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


def test_the_published_pattern_groups_digits_from_the_left() -> None:
    assert Split(LLAMA3_PATTERN).words("1234567") == ["123", "456", "7"]


def test_counting_letters_asks_at_the_number_of_words_that_is_named(tokenizer: BytePairTokenizer) -> None:
    words = plain_words(TEXT)
    share = letter_counts_learned(tokenizer.encode, words[:200], words[-100:], "e")
    found = counting_letters(tokenizer, TEXT, "e", at=200, new=100)
    assert found.measured == f"{share:.0%}"
    assert found.show is not None
    assert f"200 words {share:.0%}" in found.show("50%").sentence


def test_a_shared_vocabulary_helps_the_others_and_costs_english() -> None:
    known, new = parallel_sentences(held_out=False), parallel_sentences(held_out=True)
    english = BytePairTokenizer.train("\n".join(known["English"]), 256 + 128)
    shared = BytePairTokenizer.train("\n".join(text for texts in known.values() for text in texts), 256 + 128)
    alone, mixed = tokens_by_language(english, new), tokens_by_language(shared, new)
    assert alone["Hindi"] == sum(len(text.encode()) for text in new["Hindi"])  # no merge fits: bytes
    assert mixed["Hindi"] < alone["Hindi"] / 2
    assert mixed["English"] > alone["English"]
    said = draw_two_tokenizers(alone, mixed, ("one", "all"), "+10%").sentence
    assert f"Hindi {alone['Hindi']} to {mixed['Hindi']} ({mixed['Hindi'] / alone['Hindi'] - 1:+.0%})" in said
    found = sharing(english, shared, new)
    assert found.measured == f"{mixed['English'] / alone['English'] - 1:+.1%}"
    assert "English pays" in found.says
    stored = {name: sum(len(text.encode()) for text in lines) for name, lines in new.items()}
    assert f"{stored['Hindi'] / stored['English']:.1f} times those of English" in found.says
    assert f"{mixed['Hindi'] / mixed['English']:.1f} times the tokens" in found.says
    assert "pays no more" in sharing(shared, english, new).says


@pytest.mark.parametrize("guess", ["+10%", "10", 0.1])
def test_a_guessed_change_is_drawn_where_it_would_lead(guess: object) -> None:
    picture = draw_two_tokenizers({"A": 200}, {"A": 300}, ("one", "other"), guess)
    (line,) = picture.figure.axes[0].lines
    assert list(line.get_ydata()) == pytest.approx([220, 220])


def test_five_languages_are_measured_against_the_first(tokenizer: BytePairTokenizer) -> None:
    texts = {"A": ["the value", "xy"], "B": ["한", "zzz"]}
    size = {name: [len(tokenizer.encode(line)) for line in lines] for name, lines in texts.items()}
    found = five_languages(tokenizer, texts, about="B")
    assert found.measured == f"{size['B'][0] / size['A'][0]:.1f}"
    assert f"Over 2 such sentences B takes {sum(size['B']) / sum(size['A']):.1f} times" in found.says
    assert "0.5 times the bytes (6 against 11; 1.5 a character)" in found.says  # 한 is three bytes
    assert "B has the fewest characters (4; A 11)" in found.says


def test_merges_are_applied_in_their_order_from_the_left() -> None:
    assert merging([("a", "a"), ("aa", "a")], "aaaa") == [list("aaaa"), ["aa", "aa"], ["aa", "aa"]]
    assert merging([("a", "b"), ("ab", "c")], "abcab")[-1] == ["abc", "ab"]
    learned = BytePairTokenizer.train("low low low lower newest newest widest", 256 + 8)
    names = [tuple(learned.decode([i]) for i in pair) for pair in learned.merges]
    for n in range(9):
        first = BytePairTokenizer(learned.merges[:n])
        pieces = [learned.decode([i]) for i in first.encode(" lowest")]
        assert merging([(a, b) for a, b in names], " lowest")[n] == pieces


def test_the_ladder_says_when_a_word_is_short_enough() -> None:
    merges = [("o", "w"), ("l", "ow"), ("x", "y")]
    found = merges_until(merges, "low", most=2)
    assert found.measured == "1"
    assert merges_until(merges, "zzzz", most=2).measured == "never"
    assert draw_merging(merges, "low", "2").sentence == (
        "The pieces of low after each merge: 0 l|o|w; 1 l|ow; 2 low; 3 low."
    )


def test_lines_end_between_tokens(tokenizer: BytePairTokenizer) -> None:
    ids = tokenizer.encode(TEXT[:400])
    lines = in_lines(tokenizer, ids, width=40).split("\n")
    assert "".join(lines) == "|".join(map(tokenizer.token_text, ids))
    assert len(lines) > 5
    assert all(len(line) <= 40 for line in lines)
    assert in_lines(tokenizer, []) == ""


def test_figures_say_their_numbers() -> None:
    picture = draw_languages({"A": 10, "B": 25}, "One sentence", "3")
    assert picture.sentence == "Tokens of “One sentence”: A 10 (1.0 x), B 25 (2.5 x)."
    blocks = [len(bar.get_paths()) for bar in picture.figure.axes[0].collections]
    assert blocks == [10, 25]  # a block for each token
    picture = draw_spelling((50, 100), {"bytes": (1.0, 1.0), "tokens": (0.5, 0.75)})
    assert "tokens: 50 words 50%, 100 words 75%" in picture.sentence


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
    found = wrong_cut(model, own, TEXT[:5000], text)
    assert found.measured == f"{bits[1] / bits[0] - 1:.0%}"
    total, different = disagreements(own, TEXT[:5000])
    assert f"{len(different) / total:.0%} of the manual's {total:,}" in found.says


def test_the_claim_about_a_published_tokenizer_is_one_that_does_not_go_stale() -> None:
    published = claim("llama-3-tokenizer")
    assert published.kind == "publication"
    assert published.values["chars_per_token"] > published.values["chars_per_token_before"]


def test_a_run_of_three_holds_two_pairs_as_the_lab_counts_them() -> None:
    assert BytePairTokenizer.train("aaa", 257).merges == [(97, 97)]
