"""Token files against plain lists, damaged files, and one far larger than what may be held in memory."""

import json
import os
import resource

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.data.token_files import DTYPES, FORMAT, HEADER_BYTES, TokenFile, TokenFileError, write_tokens
from course_lib.tokenizers.bpe import BytePairTokenizer

TEXT = "the cat sat on the mat, and the dog sat on the cat.\n" * 40


@settings(max_examples=50, deadline=None)
@given(vocab_size=st.sampled_from([1, 256, 65_536, 65_537, 2**32]), data=st.data())
def test_what_is_written_comes_back(vocab_size, data, tmp_path_factory):
    ids = data.draw(st.lists(st.integers(0, vocab_size - 1), max_size=60))
    path = tmp_path_factory.mktemp("tokens") / "t.bin"
    header = write_tokens(path, iter(ids), vocab_size, "abc")
    file = TokenFile(path, "abc")
    assert file.header == header
    assert len(file) == header.count == len(ids)
    assert file.ids(0, len(file)).tolist() == ids
    assert header.dtype == ("uint16" if vocab_size <= 65_536 else "uint32")
    assert path.stat().st_size == HEADER_BYTES + len(ids) * (2 if vocab_size <= 65_536 else 4)


def test_a_stream_of_text_becomes_a_file_and_batches(tmp_path):
    tokenizer = BytePairTokenizer.train(TEXT, 280)
    lines = (line for line in TEXT.splitlines(keepends=True))
    path = tmp_path / "t.bin"
    write_tokens(path, tokenizer.encode_stream(lines), tokenizer.vocab_size, tokenizer.fingerprint())
    file, ids = TokenFile(path, tokenizer.fingerprint()), tokenizer.encode(TEXT)
    assert file.ids(0, len(file)).tolist() == ids
    x, y = file.batch(5, 7, torch.Generator().manual_seed(0))
    assert x.shape == y.shape == (5, 7)
    assert x.dtype == torch.long
    for row, after in zip(x.tolist(), y.tolist(), strict=True):
        starts = [i for i in range(len(ids)) if ids[i : i + 7] == row]
        assert any(ids[i + 1 : i + 8] == after for i in starts)
    again = file.batch(5, 7, torch.Generator().manual_seed(0))
    assert torch.equal(x, again[0])
    assert not torch.equal(x, file.batch(5, 7, torch.Generator().manual_seed(1))[0])
    assert [file.name for file in tmp_path.iterdir()] == ["t.bin"]


def test_every_start_is_drawn(tmp_path):
    write_tokens(tmp_path / "t", range(6), 6, "")
    x, y = TokenFile(tmp_path / "t").batch(200, 2, torch.Generator().manual_seed(0))
    assert set(map(tuple, x.tolist())) == {(i, i + 1) for i in range(4)}
    assert torch.equal(y, x + 1)
    x, y = TokenFile(tmp_path / "t").batch(3, 5, torch.Generator())
    assert x.tolist() == [[0, 1, 2, 3, 4]] * 3


def test_batches_go_to_a_gpu(tmp_path, cuda):
    write_tokens(tmp_path / "t", range(6), 6, "")
    x, _ = TokenFile(tmp_path / "t").batch(2, 3, torch.Generator(), device=cuda)
    assert x.device.type == "cuda"


def test_a_file_larger_than_memory_is_not_loaded(tmp_path):
    """Six billion ids of which nothing is on disk but the last ones: a file with a hole."""
    path = tmp_path / "t"
    count = 6 * 10**9
    header = {"format": FORMAT, "dtype": "uint16", "count": count, "vocab_size": 9, "tokenizer": ""}
    with path.open("wb") as file:
        file.write(json.dumps(header).encode().ljust(HEADER_BYTES))
        file.seek(HEADER_BYTES + 2 * (count - 3))
        file.write(np.array([7, 8, 7], dtype=DTYPES["uint16"]).tobytes())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    file = TokenFile(path)
    x, _ = file.batch(64, 256, torch.Generator().manual_seed(0))
    assert x.shape == (64, 256)
    assert file.ids(count - 3, count).tolist() == [7, 8, 7]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB on Linux


@pytest.mark.parametrize(
    ("ids", "place"), [([0, 1, 9, 3], 2), ([0, -1], 1), ([1, 1.5], 1), ([*range(3)] * 40_000 + [9], 120_000)]
)
def test_a_bad_id_is_named_and_leaves_no_file(tmp_path, ids, place):
    (tmp_path / "t").write_text("the old one")
    with pytest.raises(ValueError, match=f"ids has {ids[place]} at place {place}; expected 0 to 8"):
        write_tokens(tmp_path / "t", ids, 9, "")
    assert (tmp_path / "t").read_text() == "the old one"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_interrupted_source_leaves_no_file(tmp_path):
    def source():
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tokens(tmp_path / "t", source(), 9, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [0, 100, HEADER_BYTES, HEADER_BYTES + 11, HEADER_BYTES + 13])
def test_cut_and_long_files_are_named(tmp_path, size):
    path = tmp_path / "t"
    write_tokens(path, range(6), 6, "")
    os.truncate(path, size)
    with pytest.raises(TokenFileError, match=r"no token file|is cut short|more than it says") as error:
        TokenFile(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"dtype": "float32"},
        {"count": -1},
        {"count": "6"},
        {"count": 1.5},
        {"vocab_size": None},
        {"extra": 1},
        {"tokenizer": 3},
    ],
)
def test_foreign_headers_are_refused(tmp_path, change):
    path = tmp_path / "t"
    write_tokens(path, range(6), 6, "")
    data = path.read_bytes()
    record = json.loads(data[:HEADER_BYTES]) | change
    path.write_bytes(json.dumps(record).encode().ljust(HEADER_BYTES) + data[HEADER_BYTES:])
    with pytest.raises(TokenFileError, match="no token file of this course"):
        TokenFile(path)


def test_bad_calls(tmp_path):
    path = tmp_path / "t"
    with pytest.raises(TokenFileError, match="cannot be read: No such file"):
        TokenFile(path)
    write_tokens(path, range(6), 6, "f" * 64)
    with pytest.raises(TokenFileError, match="made by the tokenizer ffffffffffff; expected aaaaaaaaaaaa"):
        TokenFile(path, "a" * 64)
    file = TokenFile(path)
    generator = torch.Generator()
    for arguments, message in (
        ((0, 2), "batch_size=0"),
        ((2, 0), "time=0"),
        ((2, 6), "has 6 ids; expected at least 7"),
    ):
        with pytest.raises(ValueError, match=message):
            file.batch(*arguments, generator)
    for start, end in ((-1, 2), (3, 2), (0, 7)):
        with pytest.raises(IndexError, match="expected 0 <= start"):
            file.ids(start, end)
    for size in (0, 2**32 + 1):
        with pytest.raises(ValueError, match=f"vocab_size={size}"):
            write_tokens(path, [], size, "")
    with pytest.raises(ValueError, match="expected a fingerprint"):
        write_tokens(path, [], 5, "x" * 5000)
