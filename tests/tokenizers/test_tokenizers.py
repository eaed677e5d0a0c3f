"""Round trips for any text, merges counted by hand and by the slowest possible trainer."""

import json
import random
import string
import time
from collections import Counter
from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.data.text import language_reference
from course_lib.tokenizers.base import printable
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.bytes import ByteTokenizer
from course_lib.tokenizers.character import CharacterTokenizer
from course_lib.tokenizers.split import LLAMA3_PATTERN, PATTERN, Split

SAMPLE = language_reference()[:40_000]
BPE = BytePairTokenizer.train(SAMPLE, 400, ("<|user|>", "<|end|>"))


def slow_merges(text: str, n: int) -> list[tuple[int, int]]:
    """Count every pair from scratch for every merge."""
    words = [list(word.encode()) for word in regex.findall(PATTERN, text)]
    merges: list[tuple[int, int]] = []
    while len(merges) < n:
        counts = Counter(pair for word in words for pair in pairwise(word))
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        for word in words:
            i = 0
            while i + 1 < len(word):
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = [256 + len(merges)]
                i += 1
        merges.append(best)
    return merges


@pytest.mark.parametrize(
    "text",
    [
        SAMPLE[:6000],
        "aaaa aaa aaaaa",
        "abab abab ababab",
        "aabaab baab aab " * 3,
        "ää öö ää 한국 한국",
        "  a\n\n a \x1c a\u3000a!\n" * 4,
        "a",
        "",
    ],
)
def test_fast_training_learns_what_slow_training_learns(text):
    assert BytePairTokenizer.train(text, 256 + 60).merges == slow_merges(text, 60)


@settings(max_examples=200, deadline=None)
@given(st.text("ab \n'", max_size=60))
def test_fast_training_of_short_alphabets(text):
    """Few letters make pairs that overlap and stand side by side, where counts are easily wrong."""
    assert BytePairTokenizer.train(text, 256 + 30).merges == slow_merges(text, 30)


WHITE = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2003\u2028\u3000\u180e\u200b"


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from(WHITE + "ab1½'s!é한") | st.characters(exclude_categories=["Cs"]), max_size=40))
@pytest.mark.parametrize("pattern", [PATTERN, LLAMA3_PATTERN, r"\w+|(?<=\s)!"])
def test_words_of_parts_are_the_words_of_the_text(pattern, text):
    split = Split(pattern)
    parts = split.parts(text)
    assert "".join(parts) == text
    assert [word for part in parts for word in split.words(part)] == split.words(text)
    assert [word for words in split.words_of(parts) for word in words] == split.words(text)
    some = list(dict.fromkeys(parts))[::2]
    assert list(split.words_of(some)) == [split.words(part) for part in some]
    assert split.count_words(text) == Counter(split.words(text))
    assert [list(split.words_of([word])) for word in split.words(text)] == [[[w]] for w in split.words(text)]


def test_merges_by_hand():
    # u+g occurs 6 times; then h+ug 4 times; then p+ug 2 times; then nothing occurs twice
    tokenizer = BytePairTokenizer.train("hug pug hug pug hug hugs", 300, pattern=r"\w+")
    h, u, g, p = b"hugp"
    assert tokenizer.merges == [(u, g), (h, 256), (p, 256)]
    assert tokenizer.encode("hugs") == [257, ord("s")]


def test_ties_go_to_the_smallest_pair():
    assert BytePairTokenizer.train("cd cd ab ab", 257, pattern=r"\w+").merges == [tuple(b"ab")]


def test_merges_apply_in_the_order_of_learning_not_longest_first():
    tokenizer = BytePairTokenizer([(98, 99), (97, 98), (257, 99)])  # bc, then ab, then abc
    assert tokenizer.encode("abc") == [97, 256]


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_comes_back(text):
    assert BPE.decode(BPE.encode(text)) == text
    assert ByteTokenizer().decode(ByteTokenizer().encode(text)) == text
    if text:
        tokenizer = CharacterTokenizer(text)
        assert tokenizer.decode(tokenizer.encode(text)) == text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["<|user|>", "<|end|>", "a", " the", "<|", "é", "|>"])).map("".join))
def test_special_tokens_come_back_and_open_only_on_request(text):
    allowed = BPE.encode(text, allowed_special="all")
    assert BPE.decode(allowed) == text
    assert allowed.count(BPE.special_tokens["<|user|>"]) == text.count("<|user|>")
    plain = BPE.encode(text)
    assert BPE.decode(plain) == text
    assert not set(plain) & set(BPE.special_tokens.values())


def test_allowed_special_by_name():
    ids = BPE.encode("<|user|>x<|end|>", allowed_special={"<|end|>"})
    assert BPE.special_tokens["<|end|>"] in ids
    assert BPE.special_tokens["<|user|>"] not in ids
    with pytest.raises(ValueError, match="nonsense"):
        BPE.encode("x", allowed_special={"nonsense"})


def test_the_vocabulary_has_the_size_asked_for():
    assert BPE.vocab_size == 400
    assert sorted(BPE.special_tokens.values()) == [398, 399]
    assert max(BPE.encode(SAMPLE)) < 398


def test_half_a_character_is_shown_as_such():
    first, second = "é".encode()
    assert BPE.decode([first]) == "\ufffd"
    assert BPE.decode([first, second]) == "é"
    assert BPE.token_text(first) == "\\xc3"


def test_printable_shows_every_byte():
    assert printable(b" a\n\t\x00") == "·a⏎⇥\\x00"


def test_save_and_load(tmp_path):
    BPE.save(tmp_path / "t.json")
    again = BytePairTokenizer.load(tmp_path / "t.json")
    assert again.merges == BPE.merges
    assert again.encode(SAMPLE[:2000] + "<|end|>", "all") == BPE.encode(SAMPLE[:2000] + "<|end|>", "all")
    assert [path.name for path in tmp_path.iterdir()] == ["t.json"]


def test_characters_are_saved_and_loaded(tmp_path):
    tokenizer = CharacterTokenizer("né한\ud83d\n")  # half of a pair too
    tokenizer.save(tmp_path / "c.json")
    again = CharacterTokenizer.load(tmp_path / "c.json")
    assert again.encode("한n\n") == tokenizer.encode("한n\n")
    assert again.characters == tokenizer.characters
    for content in (
        "",
        "[]",
        '{"kind": "characters"}',
        '{"kind": "characters", "characters": ""}',
        "[" * 100_000,
    ):
        (tmp_path / "c.json").write_text(content)
        with pytest.raises(ValueError, match="no character tokenizer") as error:
            CharacterTokenizer.load(tmp_path / "c.json")
        assert "\n" not in str(error.value)


@pytest.mark.usefixtures("as_a_learner")
@pytest.mark.parametrize(
    "content",
    [
        "",
        "[" * 100_000,
        '{"kind": "byte-pair encoding", "pattern": ".", "special_tokens": "ab", "merges": []}',
        '{"kind": "byte-pair encoding", "pattern": ".", "special_tokens": [], "merges": [[97.5, 98]]}',
        "{",
        "[]",
        "{}",
        '{"kind": "else"}',
        '{"kind": "byte-pair encoding", "pattern": ".", "special_tokens": [], "merges": [[1, Infinity]]}',
        json.dumps({"kind": "byte-pair encoding", "pattern": "(", "special_tokens": [], "merges": []}),
        json.dumps(
            {"kind": "byte-pair encoding", "pattern": ".", "special_tokens": [], "merges": [[1, 999]]}
        ),
        json.dumps({"kind": "byte-pair encoding", "pattern": ".", "special_tokens": [], "merges": [[1]]}),
    ],
)
def test_foreign_files_are_refused_in_one_line(tmp_path, content):
    path = tmp_path / "t.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="no byte-pair tokenizer") as error:
        BytePairTokenizer.load(path)
    assert "\n" not in str(error.value)


def test_bad_input():
    with pytest.raises(ValueError, match="vocab_size=100"):
        BytePairTokenizer.train("abc", 100)
    with pytest.raises(ValueError, match="id 400"):
        BPE.decode([400])
    with pytest.raises(ValueError, match="id -1"):
        BPE.decode([-1])
    with pytest.raises(ValueError, match="merge 0"):
        BytePairTokenizer([(300, 1)])
    with pytest.raises(ValueError, match="second time"):
        BytePairTokenizer([(1, 2), (1, 2)])
    with pytest.raises(ValueError, match="special_tokens"):
        BytePairTokenizer([], ["a", "a"])
    with pytest.raises(ValueError, match="special_tokens='ab'; expected a list"):
        BytePairTokenizer([], "ab")
    with pytest.raises(ValueError, match="id 256"):
        ByteTokenizer().decode([256])
    with pytest.raises(ValueError, match="'z'"):
        CharacterTokenizer("abc").encode("az")
    with pytest.raises(ValueError, match="empty"):
        CharacterTokenizer("")


def test_a_custom_pattern_loses_no_character():
    tokenizer = BytePairTokenizer.train(SAMPLE[:5000], 300, ("<|end|>",), pattern=r"(\w)\w*")
    for text in ("", " ", "a, b!", "  two  words  ", SAMPLE[:500]):
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_stream_gives_ids_before_its_end_and_the_same_ones():
    read = []

    def pieces():
        for start in range(0, 20_000, 50):
            read.append(start)
            yield SAMPLE[start : start + 50]

    stream = BPE.encode_stream(pieces())
    first = next(stream)
    assert len(read) < 5
    assert [first, *stream] == BPE.encode(SAMPLE[:20_000])
    with pytest.raises(ValueError, match="nonsense"):
        BPE.encode_stream([], ["nonsense"])


def test_a_special_token_cut_in_two_is_found_in_a_stream():
    parts = ["hello <|e", "nd|", "> and <|us", "er|> <|us", "e <|end|>", ""]
    assert list(BPE.encode_stream(parts, "all")) == BPE.encode("".join(parts), "all")
    assert list(BPE.encode_stream(parts)) == BPE.encode("".join(parts))


def test_the_fingerprint_tells_tokenizers_apart(tmp_path):
    BPE.save(tmp_path / "t.json")
    assert BytePairTokenizer.load(tmp_path / "t.json").fingerprint() == BPE.fingerprint()
    others = [
        BytePairTokenizer(BPE.merges[:-1], list(BPE.special_tokens)),
        BytePairTokenizer(BPE.merges, ["<|user|>"]),
        BytePairTokenizer(BPE.merges, list(BPE.special_tokens), r"\w+"),
    ]
    assert len({BPE.fingerprint(), *(other.fingerprint() for other in others)}) == 4


def test_merges_in_an_order_that_no_training_gives():
    """The pair (b, c) comes before the pair that makes b: after each merge the next has to be looked for."""
    pieces = [bytes([i]) for i in range(256)] + [b"xy", b"xyz"]
    tokenizer = BytePairTokenizer([(256, ord("z")), (ord("x"), ord("y"))], pieces=pieces)
    assert tokenizer.encode("xyzxy") == [257, 256]
    with pytest.raises(ValueError, match="merge 0 joins 97 and 98 to bytes that are no token"):
        BytePairTokenizer([(97, 98)], pieces=pieces)
    with pytest.raises(ValueError, match="the byte 97 has no id"):
        BytePairTokenizer([], pieces=[None if piece == b"a" else piece for piece in pieces])
    with pytest.raises(ValueError, match="two ids"):
        BytePairTokenizer([], pieces=[*pieces, b"xy"])


@pytest.mark.parametrize(
    "special",
    [
        {"<|end|>": 1000},
        {"<a>": 257, "<b>": 256},
        {"<a>": 256, "<b>": 257},
        {"<b>": 300, "<a>": 256},
        ["<a>", "<b>"],
        [],
    ],
)
def test_special_tokens_keep_their_ids(special, tmp_path):
    tokenizer = BytePairTokenizer([], special)
    tokenizer.save(tmp_path / "t.json")
    again = BytePairTokenizer.load(tmp_path / "t.json")
    assert again.special_tokens == tokenizer.special_tokens
    assert again.vocab_size == tokenizer.vocab_size
    assert again.fingerprint() == tokenizer.fingerprint()
    for name, token in tokenizer.special_tokens.items():
        assert again.encode(f"x{name}", "all") == [120, token]


def test_fingerprints_tell_ids_apart_and_nothing_else():
    prints = [
        BytePairTokenizer([], special).fingerprint()
        for special in ({"<a>": 257, "<b>": 256}, {"<a>": 256, "<b>": 257})
    ]
    assert len(set(prints)) == 2
    assert BytePairTokenizer([], ["<a>", "<b>"]).fingerprint() == prints[1]


def test_nothing_is_learned_from_special_tokens():
    text = "<|user|>hello<|end|>" * 50
    plain = BytePairTokenizer.train(text, 300, ["<|user|>", "<|end|>"])
    whole = BytePairTokenizer.train(text, 300, ["<|user|>", "<|end|>"], whole_special=True)
    assert any("|" in plain.token_text(i) for i in range(256, plain.vocab_size - 2))
    assert [whole.token_text(i) for i in range(256, whole.vocab_size)][-3:] == [
        "hello",
        "<|user|>",
        "<|end|>",
    ]
    assert whole.vocab_size == 256 + 4 + 2


@given(st.text("abcd", min_size=101, max_size=400))
@settings(max_examples=100, deadline=None)
def test_a_long_word_merges_as_a_short_one_does(word):
    """The heap against searching again after every merge, which the same tokenizer does for short words."""
    tokenizer = BytePairTokenizer.train("abcabcdabcd aab bbb dcba abab cdcd aaaa" * 3, 300)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("course_lib.tokenizers.bpe.LONG", 10**9)
        expected = tokenizer.encode_bytes(word.encode())
    assert tokenizer.encode_bytes(word.encode()) == expected


def test_long_and_new_words_take_time_in_proportion():
    dice = random.Random(0)
    letters = "".join(dice.choices(string.ascii_lowercase, k=60_000))
    tokenizer = BytePairTokenizer.train(
        letters[:30_000] + " " + " ".join(letters[i : i + 5] for i in range(0, 9000, 5)), 1000
    )

    def seconds(text: str) -> float:
        started = time.process_time()
        assert tokenizer.decode(tokenizer.encode(text)) == text
        return time.process_time() - started

    for join in ("", " "):
        texts = [join.join(letters[i : i + 7] for i in range(0, size, 7)) for size in (6_000, 60_000)]
        short, long = (min(seconds(text[k:]) for k in range(3)) for text in texts)
        assert long < 40 * short + 0.5, "ten times the text"
