"""Files of other makers: what is damaged, foreign or not supported is refused in one clear line."""

import json
from base64 import b64encode

import pytest

from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.interop import (
    BYTE,
    CHARACTER,
    read_huggingface,
    read_tiktoken,
    write_huggingface,
    write_tiktoken,
)
from course_lib.tokenizers.split import LLAMA3_PATTERN, PATTERN

TEXT = "the cat sat on the mat; the hat that the cat had sat on.\n" * 3
OURS = BytePairTokenizer.train(TEXT, 290, ("<|user|>", "<|end|>"))


@pytest.fixture
def path(tmp_path):
    write_huggingface(tmp_path / "tokenizer.json", OURS)
    return tmp_path / "tokenizer.json"


def refused(read, path, message):
    with pytest.raises(ValueError, match=message) as error:
        read(path)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(path))


def test_bytes_that_cannot_be_seen_get_a_character_that_can():
    assert CHARACTER[ord("A")] == "A"
    assert CHARACTER[ord(" ")] == "Ġ"
    assert CHARACTER[ord("\n")] == "Ċ"
    assert len(BYTE) == 256
    assert all(character.isprintable() for character in BYTE)


@pytest.mark.parametrize("pattern", [PATTERN, LLAMA3_PATTERN, r"\w+"])
def test_there_and_back(tmp_path, pattern):
    ours = BytePairTokenizer(OURS.merges, ("<|user|>", "<|end|>"), pattern)
    write_huggingface(tmp_path / "a.json", ours)
    again = read_huggingface(tmp_path / "a.json")
    assert again.encode(TEXT + "<|end|>", "all") == ours.encode(TEXT + "<|end|>", "all")
    assert again.encode(TEXT + "<|end|>") == ours.encode(TEXT + "<|end|>")
    assert again.vocabulary() == ours.vocabulary()
    assert again.special_tokens == ours.special_tokens
    write_huggingface(tmp_path / "b.json", again)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    write_tiktoken(tmp_path / "t.tiktoken", ours)
    ranks = read_tiktoken(tmp_path / "t.tiktoken", ours.special_tokens, pattern)
    assert ranks.encode(TEXT + "<|end|>", "all") == ours.encode(TEXT + "<|end|>", "all")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.json", "b.json", "t.tiktoken"]


def test_a_template_around_the_text_is_left_out(path):
    record = json.loads(path.read_text())
    record["post_processor"] = {"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {}}
    path.write_text(json.dumps(record))
    assert read_huggingface(path).encode(TEXT) == OURS.encode(TEXT)


@pytest.mark.parametrize("keep", [0, 1, 500, -3])
def test_a_file_cut_short(path, keep):
    path.write_text(path.read_text()[:keep])
    refused(read_huggingface, path, "is no byte-level tokenizer.json that can be read here")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "3", '{"model": 3}', '{"model": {}}', "[" * 100_000, "\ufeff{}"]
)
def test_a_foreign_file(path, content):
    path.write_text(content)
    refused(read_huggingface, path, "is no byte-level tokenizer.json that can be read here")


def test_a_missing_file_and_one_that_is_no_text(path, tmp_path):
    path.write_bytes(b"\xff\xfe\x00")
    refused(read_huggingface, path, "can't decode")
    refused(read_huggingface, tmp_path / "none.json", "No such file")
    refused(read_huggingface, tmp_path, "Is a directory")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (["model", "type"], "Unigram", r"model.type 'Unigram' is not supported; expected 'BPE'"),
        (["model", "type"], "WordPiece", "WordPiece"),
        (["model", "dropout"], 0.1, "model.dropout 0.1"),
        (["model", "byte_fallback"], True, "model.byte_fallback True"),
        (["model", "fuse_unk"], True, "model.fuse_unk True"),
        (["model", "end_of_word_suffix"], "</w>", "model.end_of_word_suffix '</w>'"),
        (["model", "continuing_subword_prefix"], "##", "continuing_subword_prefix"),
        (["model", "ignore_merges"], "yes", "ignore_merges"),
        (["model", "vocab"], {}, "merge 0 .* does not join two tokens"),
        (["model", "vocab", "Ġ"], 3, "the id 3 stands there twice"),
        (["model", "vocab", "Ġ"], -1, "has the id -1"),
        (["model", "vocab", "Ġ"], "3", "has the id '3'"),
        (["model", "vocab", "Ġ"], 10**12, "has the id 1000000000000"),
        (["model", "vocab", "中"], 289, "'中' is not written in byte-level characters"),
        (["model", "vocab", "<|end|>"], 3, "the id of the added token '<|end|>'"),
        (["model", "merges", 3], "a", r"merge 3 'a' does not join two tokens"),
        (["model", "merges", 3], ["a"], "merge 3 "),
        (["model", "merges", 3], [1, 2], "merge 3 "),
        (["model", "merges", 3], None, "merge 3|NoneType"),
        (["model", "merges", 3], "a nothing", "merge 3 'a nothing'"),
        (["model", "merges", 3], ["q", "q"], "merge 3 joins .* bytes that are no token"),
        (["normalizer"], {"type": "NFC"}, r"normalizer \{'type': 'NFC'\} is not supported; expected None"),
        (["truncation"], {"max_length": 5}, "truncation"),
        (["decoder"], {"type": "Metaspace"}, "decoder 'Metaspace'"),
        (["decoder"], None, "decoder None"),
        (["pre_tokenizer"], {"type": "Metaspace"}, r"pre_tokenizer \['Metaspace'\] is not supported"),
        (["pre_tokenizer"], None, r"pre_tokenizer \[None\]"),
        (["pre_tokenizer", "add_prefix_space"], True, "add_prefix_space True"),
        (["pre_tokenizer", "use_regex"], False, "use_regex False"),
        (["added_tokens", 0, "lstrip"], True, "lstrip of the added token '<|user|>' True"),
        (["added_tokens", 0, "content"], "<|end|>", "stands there twice|is not supported"),
        (["added_tokens", 0, "content"], "", "special_tokens|vocab"),
        (["added_tokens", 0], {}, "no 'content'"),
    ],
)
def test_what_is_not_supported_is_named(path, place, value, message):
    record = json.loads(path.read_text())
    inner = record
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path.write_text(json.dumps(record))
    refused(read_huggingface, path, message)


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ({"behavior": "Removed"}, "behavior 'Removed'"),
        ({"invert": True}, "invert True"),
        ({"pattern": {"String": "a"}}, "expected a Regex"),
        ({"pattern": {"Regex": "("}}, "missing \\)"),
    ],
)
def test_splits_that_are_not_supported_are_named(path, split, message):
    record = json.loads(path.read_text())
    step = {"type": "Split", "pattern": {"Regex": r"\w+"}, "behavior": "Isolated", "invert": False} | split
    level = record["pre_tokenizer"] | {"use_regex": False}
    record["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [step, level]}
    path.write_text(json.dumps(record))
    refused(read_huggingface, path, message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the byte 0 has no id"),
        ("nonsense", "line 1 is no token in base64 and a rank"),
        ("QQ== x", "line 1"),
        ("Q 1", "line 1"),
        ("QQ== 1\nQQ== 2", "line 2 has an empty token, one a second time"),
        ("QQ== 1\nQg== 1", "rank 1 stands there twice"),
        ("QQ== -1", "line 1"),
        ("QQ== 99999999999", "line 1"),
        ("QQ== 0\n\nQg== 1", "the byte 0 has no id"),
    ],
)
def test_ranks_that_are_damaged(tmp_path, content, message):
    path = tmp_path / "t.tiktoken"
    path.write_text(content)
    refused(read_tiktoken, path, message)


def test_what_the_formats_cannot_say(tmp_path):
    a, b, c = b"abc"
    twice = BytePairTokenizer([(a, b), (256, c), (b, c), (a, 258)])  # two ways to abc, each with its own id
    for write in (write_huggingface, write_tiktoken):
        with pytest.raises(ValueError, match="257 and 259 both stand for b'abc'"):
            write(tmp_path / "x", twice)
    never = BytePairTokenizer(
        [(a, b), (b, c), (257, c), (a, 257)]
    )  # ab comes first, so a+bc is never reached
    with pytest.raises(ValueError, match="token 259 b'abc' is not what its own bytes give"):
        write_tiktoken(tmp_path / "x", never)
    with pytest.raises(ValueError, match="special token 'a' is also written as the token 97"):
        write_huggingface(tmp_path / "x", BytePairTokenizer([], ["a"]))
    assert list(tmp_path.iterdir()) == []


def test_a_special_token_of_ranks_cannot_take_an_id_that_is_taken(tmp_path):
    path = tmp_path / "t.tiktoken"
    path.write_text("".join(f"{b64encode(bytes([i])).decode()} {i}\n" for i in range(256)))
    with pytest.raises(ValueError, match="'<s>' has the id 3 of another token"):
        read_tiktoken(path, {"<s>": 3})
    with pytest.raises(ValueError, match="id -1"):
        read_tiktoken(path, {"<s>": -1})
    tokenizer = read_tiktoken(path, {"<s>": 300})
    assert tokenizer.vocab_size == 301
    assert tokenizer.decode([104, 105, 300]) == "hi<s>"
    with pytest.raises(ValueError, match="id 299 is not in this vocabulary"):
        tokenizer.decode([299])
