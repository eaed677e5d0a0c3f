"""Merges and ids against Hugging Face's tokenizers and against tiktoken."""

import json
from base64 import b64encode
from collections import Counter
from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.data.text import language_reference
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.interop import (
    CHARACTER,
    read_huggingface,
    read_tiktoken,
    write_huggingface,
    write_tiktoken,
)
from course_lib.tokenizers.split import LLAMA3_PATTERN, PATTERN

pytestmark = pytest.mark.slow  # the peers alone take seconds to import

hf = pytest.importorskip("tokenizers", reason="tokenizers is missing here: no oracle for byte-pair encoding")
tiktoken = pytest.importorskip(
    "tiktoken", reason="tiktoken is missing here: no oracle for byte-pair encoding"
)

LANGUAGES = {
    "English": "The cat's 3rd nap, at 10:45, wasn't long; she'll wake, won't she?  (I'VE seen it.)\n",
    "German": "Über die Straße läuft der große Bär; er hört's nicht.\n",
    "Turkish": "İstanbul'da ışık çok güzel, değil mi?\n",
    "Greek": "Η γάτα κοιμάται στον ήλιο όλη μέρα.\r\n\r\n",
    "Russian": "Кошка спит на солнце, а собака ждёт ужина.\n",
    "Arabic": "القطة تنام في الشمس طوال اليوم ١٢٣٤\n",
    "Hebrew": "החתול ישן בשמש כל היום.\n",
    "Hindi": "बिल्ली धूप में सोती है, १२३४५\n",
    "Thai": "แมวนอนกลางแดดทั้งวัน\n",
    "Chinese": "猫整天在太阳下睡觉。\n\n狗在等晚饭。\n",
    "Japanese": "ネコは一日中ひなたで眠っている。\n",
    "Korean": "고양이는 하루 종일 햇볕에서 잔다.\n",
    "Signs": "e\u0301 \U0001f469\u200d\U0001f469\u200d\U0001f467 \t\tx\u00a0y\u2003z \x1c\x1f\x85 ½ ²  \n \n  'ſ 'LL\n",
    "Code": "def f(x):\n    return x**2 + 1_000_000  # ok?\n\n\n\tif a!=b: pass\r\n",
}
SAMPLE = language_reference()[:30_000] + "".join(LANGUAGES.values()) * 3
PATTERNS = {"gpt2": PATTERN, "llama3": LLAMA3_PATTERN}
SPECIAL = ("<|user|>", "<|end|>", "<|end|>x")
TOKENIZERS = {name: BytePairTokenizer.train(SAMPLE, 700, SPECIAL, p) for name, p in PATTERNS.items()}
# characters that this Python's Unicode knows: the libraries may each know newer ones
ASSIGNED = st.characters(exclude_categories=["Cs", "Cn"])
WRITTEN = st.sampled_from([*"".join(LANGUAGES.values()), *SPECIAL, " ", "  ", "\n", "'s", "'LL", "12345"])
TEXTS = st.lists(WRITTEN | ASSIGNED, max_size=30).map("".join)


def their_bpe(tokenizer: BytePairTokenizer, folder) -> "hf.Tokenizer":
    write_huggingface(folder / "tokenizer.json", tokenizer)
    return hf.Tokenizer.from_file(str(folder / "tokenizer.json"))


def their_tiktoken(tokenizer: BytePairTokenizer) -> "tiktoken.Encoding":
    special = tokenizer.special_tokens
    ranks = {p: i for i, p in tokenizer.vocabulary().items() if i not in special.values()}
    return tiktoken.Encoding("ours", pat_str=tokenizer.pattern, mergeable_ranks=ranks, special_tokens=special)


@pytest.fixture(scope="module")
def oracles(tmp_path_factory):
    return {
        name: (ours, their_bpe(ours, tmp_path_factory.mktemp(name)), their_tiktoken(ours))
        for name, ours in TOKENIZERS.items()
    }


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_in_many_languages(name, language, oracles, same):
    ours, theirs, tik = oracles[name]
    for text in (
        LANGUAGES[language],
        LANGUAGES[language][::-1],
        LANGUAGES[language].strip() * 3,
        " " + language,
    ):
        ids = ours.encode(text)
        same(f"ids, {name} pattern, 14 languages", "tokenizers", ids, theirs.encode(text).ids)
        same(f"ids, {name} pattern, 14 languages", "tiktoken", ids, tik.encode_ordinary(text))
        assert theirs.decode(ids, skip_special_tokens=False) == tik.decode(ids) == ours.decode(ids) == text


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
@pytest.mark.parametrize("name", PATTERNS)
def test_ids_of_random_unicode(name, oracles, same, text):
    ours, theirs, tik = oracles[name]
    same(f"ids, {name} pattern, random Unicode", "tiktoken", ours.encode(text), tik.encode_ordinary(text))
    ids = ours.encode(text, "all")
    same(f"ids, {name} pattern, random Unicode", "tokenizers", ids, theirs.encode(text).ids)
    # tiktoken takes the first of two special tokens that begin alike, not the longest
    if "<|end|>x" not in text:
        row = f"ids with special tokens, {name} pattern"
        same(row, "tiktoken", ids, tik.encode(text, allowed_special="all"))


@settings(max_examples=200, deadline=None)
@given(
    text=TEXTS,
    cuts=st.lists(st.integers(0, 60), max_size=12),
    allowed=st.sampled_from(["all", (), ["<|end|>"]]),
)
@pytest.mark.parametrize("name", [*PATTERNS, "custom"])
def test_a_stream_gives_the_ids_of_the_whole(name, text, cuts, allowed, same):
    ours = TOKENIZERS.get(name) or BytePairTokenizer(TOKENIZERS["gpt2"].merges, SPECIAL, r"\w+ ?\w*|[.,]")
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    parts = [text[a:b] for a, b in pairwise(edges)]
    whole = ours.encode(text, allowed)
    same("stream in random parts", "the whole text", list(ours.encode_stream(parts, allowed)), whole)
    same("stream by character", "the whole text", list(ours.encode_stream(text, allowed)), whole)


@pytest.mark.parametrize("text", [SAMPLE[:8000], SAMPLE[-3000:]], ids=len)
def test_training_learns_their_merges_until_the_first_tie(text, same):
    """They count ties by another numbering of the bytes, so the comparison ends where one decides."""
    tokenizer = hf.Tokenizer(hf.models.BPE())
    tokenizer.pre_tokenizer = hf.pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = hf.pre_tokenizers.ByteLevel.alphabet()
    trainer = hf.trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([text], trainer)
    theirs = [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    ours = BytePairTokenizer.train(text, 400)
    names = {i: "".join(CHARACTER[byte] for byte in piece) for i, piece in ours.vocabulary().items()}
    words = [list(word.encode()) for word in regex.findall(PATTERN, text)]
    agreed = 0
    for i, (pair, expected) in enumerate(zip(ours.merges, theirs, strict=False)):
        counts = Counter(p for word in words for p in pairwise(word))
        top = counts.most_common(2)
        if len(top) > 1 and top[0][1] == top[1][1]:
            named = {(names[a], names[b]): count for (a, b), count in counts.items()}
            assert named[expected] == top[0][1]  # theirs is one of the tied
            break
        same("merges learned until a tie", "tokenizers", (names[pair[0]], names[pair[1]]), expected)
        agreed += 1
        for word in words:
            j = 0
            while j + 1 < len(word):
                if (word[j], word[j + 1]) == pair:
                    word[j : j + 2] = [256 + i]
                j += 1
    assert agreed >= 3


def test_training_learns_their_merges_where_both_number_the_characters_alike(same):
    """Words of letters and digits, whose order is the same in both; then ties fall alike, to the last merge."""
    text = " ".join(regex.findall("[A-Za-z0-9_]+", language_reference()[:200_000]))
    ours = BytePairTokenizer.train(text, 256 + 700, pattern=r"\w+")
    tokenizer = hf.Tokenizer(hf.models.BPE())
    tokenizer.pre_tokenizer = hf.pre_tokenizers.Split(hf.Regex(r"\w+"), "removed", invert=True)
    characters = len(set(text)) - 1
    tokenizer.train_from_iterator(
        [text], hf.trainers.BpeTrainer(vocab_size=characters + 700, show_progress=False)
    )
    theirs = json.loads(tokenizer.to_str())["model"]["merges"]
    assert len(ours.merges) == len(theirs) == 700
    pieces = ours.vocabulary()
    for pair, expected in zip(ours.merges, theirs, strict=True):
        same("merges learned, ties alike", "tokenizers", [pieces[i].decode() for i in pair], expected)


@pytest.mark.parametrize("form", ["lists", "strings"])
@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("whole_words", [False, True])
def test_their_file_read_by_us(name, form, whole_words, tmp_path, same):
    """A tokenizer trained by them, with special and added tokens, merges as lists or as strings."""
    theirs = hf.Tokenizer(hf.models.BPE(ignore_merges=whole_words))
    level = hf.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=name == "gpt2")
    split = hf.pre_tokenizers.Split(hf.Regex(LLAMA3_PATTERN), "isolated")
    theirs.pre_tokenizer = level if name == "gpt2" else hf.pre_tokenizers.Sequence([split, level])
    theirs.decoder = hf.decoders.ByteLevel()
    alphabet = hf.pre_tokenizers.ByteLevel.alphabet()
    theirs.train_from_iterator(
        [SAMPLE],
        hf.trainers.BpeTrainer(
            vocab_size=600,
            initial_alphabet=alphabet,
            show_progress=False,
            special_tokens=["<|begin|>", "<|end|>"],
        ),
    )
    theirs.add_tokens(["naïve word", "<tool>"])
    path = tmp_path / "tokenizer.json"
    theirs.save(str(path))
    if form == "strings":
        record = json.loads(path.read_text())
        record["model"]["merges"] = [" ".join(pair) for pair in record["model"]["merges"]]
        path.write_text(json.dumps(record))
        theirs = hf.Tokenizer.from_file(str(path))
    ours = read_huggingface(path)
    assert ours.vocab_size == theirs.get_vocab_size()
    write_huggingface(tmp_path / "again.json", ours)
    again = hf.Tokenizer.from_file(str(tmp_path / "again.json"))
    ours.save(tmp_path / "course.json")
    reloaded = BytePairTokenizer.load(tmp_path / "course.json")
    assert reloaded.fingerprint() == ours.fingerprint()
    extra = "<|begin|>a naïve word here<tool>naïve <|end|><|end|"
    for text in (*LANGUAGES.values(), extra, SAMPLE[:3000]):
        expected = theirs.encode(text, add_special_tokens=False).ids
        same("ids, their file read by us", "tokenizers", ours.encode(text, "all"), expected)
        same("ids, their file read and written by us", "tokenizers", again.encode(text).ids, expected)
        same("ids, saved in the course's format", "tokenizers", reloaded.encode(text, "all"), expected)
        assert ours.decode(expected) == text
        assert list(ours.encode_stream(text, "all")) == expected
    assert ours.special_tokens["<tool>"] in ours.encode(extra)
    assert ours.special_tokens["<|end|>"] not in ours.encode(extra)


@pytest.mark.parametrize("name", PATTERNS)
def test_ranks_there_and_back(name, oracles, tmp_path, same):
    ours, _, tik = oracles[name]
    write_tiktoken(tmp_path / "t.tiktoken", ours)
    again = read_tiktoken(tmp_path / "t.tiktoken", ours.special_tokens, ours.pattern)
    load = pytest.importorskip("tiktoken.load")
    assert load.load_tiktoken_bpe(str(tmp_path / "t.tiktoken")) == tik._mergeable_ranks
    write_tiktoken(tmp_path / "u.tiktoken", again)
    assert (tmp_path / "u.tiktoken").read_bytes() == (tmp_path / "t.tiktoken").read_bytes()
    for text in (*LANGUAGES.values(), SAMPLE):
        same("ids, ranks read by us", "tiktoken", again.encode(text), tik.encode_ordinary(text))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
@pytest.mark.slow
def test_any_set_of_ranks_merges_as_theirs(data, same, tmp_path_factory):
    """Vocabularies that no training would give: tokens of random letters with random ranks."""
    tokens = data.draw(st.lists(st.text("abc", min_size=2, max_size=5), unique=True, max_size=25))
    order = data.draw(
        st.permutations([bytes([i]) for i in range(256)] + [token.encode() for token in tokens])
    )
    ranks = {piece: i for i, piece in enumerate(order)}
    tik = tiktoken.Encoding("any", pat_str=r"\w+|\W+", mergeable_ranks=ranks, special_tokens={})
    lines = [f"{b64encode(piece).decode()} {rank}\n" for piece, rank in ranks.items()]
    path = tmp_path_factory.mktemp("ranks") / "r.tiktoken"
    path.write_text("".join(lines))
    ours = read_tiktoken(path, pattern=r"\w+|\W+")
    text = data.draw(st.text("abc ", max_size=30))
    same("ids, any ranks at all", "tiktoken", ours.encode(text), tik.encode_ordinary(text))
