"""Tokenizers of other makers: Hugging Face's `tokenizer.json` and tiktoken's ranks, read and written.

Only byte-level byte-pair encoding is read, the kind of GPT-2 and Llama 3. Whatever would change an id and is
not computed here is refused by name. What a file adds around a text (a template that puts a token at the
start, for example) is not part of the encoding and is left out.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import regex

from course_lib.files import write_atomically
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.tokenizers.learning import Pair
from course_lib.tokenizers.split import PATTERN

LARGEST_FILE = 2**27  # bytes; Llama 3's has 9 million


def _byte_characters() -> dict[int, str]:
    """Return one printable character per byte: itself where it can be seen, else the next one from U+0100."""
    seen = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    hidden = [byte for byte in range(256) if byte not in seen]
    return {byte: chr(byte) for byte in seen} | {byte: chr(256 + i) for i, byte in enumerate(hidden)}


CHARACTER = _byte_characters()
BYTE = {character: byte for byte, character in CHARACTER.items()}


def read_huggingface(path: str | Path) -> BytePairTokenizer:
    """Read a `tokenizer.json` with byte-level byte-pair encoding, as GPT-2 and Llama 3 publish it.

    `encode(text, allowed_special="all")` then gives the ids that the `tokenizers` library gives without added
    start and end tokens; tokens that the file adds but does not call special are found in every text, as
    there. Raises ValueError with one line that names the file and the part that is cut short, foreign, or not
    supported.
    """
    try:
        record = json.loads(_read_text(path))
        if not isinstance(record, dict) or not isinstance(record.get("model"), dict):
            raise ValueError("no JSON object with a model")
        return _from_huggingface(record)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, regex.error) as error:
        raise _refuse(path, "byte-level tokenizer.json", error) from None


def write_huggingface(path: str | Path, tokenizer: BytePairTokenizer) -> None:
    """Write a `tokenizer.json` that the `tokenizers` library loads and that gives the same ids.

    Raises ValueError where two ids of `tokenizer` stand for the same bytes or the same text: the format
    cannot say that.
    """
    special = set(tokenizer.special_tokens.values())
    pieces = {i: piece for i, piece in tokenizer.vocabulary().items() if i not in special}
    _distinct(pieces)
    names = {i: "".join(CHARACTER[byte] for byte in piece) for i, piece in pieces.items()}
    vocabulary = {name: i for i, name in names.items()}
    for text, token in tokenizer.special_tokens.items():  # outside the vocabulary they would get other ids
        if vocabulary.setdefault(text, token) != token:
            raise ValueError(f"the special token {text!r} is also written as the token {vocabulary[text]}")
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    split: dict[str, Any] = level | {"use_regex": True}
    if tokenizer.pattern != PATTERN:
        by = {
            "type": "Split",
            "pattern": {"Regex": tokenizer.pattern},
            "behavior": "Isolated",
            "invert": False,
        }
        split = {"type": "Sequence", "pretokenizers": [by, level | {"use_regex": False}]}
    record = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": token,
                "content": text,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": text not in tokenizer.always_special,
            }
            for text, token in sorted(tokenizer.special_tokens.items(), key=lambda item: item[1])
        ],
        "normalizer": None,
        "pre_tokenizer": split,
        "post_processor": None,
        "decoder": level | {"use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": tokenizer.whole_words,
            "vocab": vocabulary,
            "merges": [[names[a], names[b]] for a, b in tokenizer.merges],
        },
    }
    _write_text(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def read_tiktoken(
    path: str | Path, special_tokens: Mapping[str, int] | None = None, pattern: str = PATTERN
) -> BytePairTokenizer:
    """Read a `.tiktoken` file: on each line the bytes of a token in base64, and its rank, which is its id.

    The file holds neither special tokens nor the pattern; both belong to the tokenizer and are given here.
    Any two neighbours whose bytes together are a token can merge, the lowest rank first. Raises ValueError
    with one line if the file is cut short or none of this kind.
    """
    try:
        ranks: dict[bytes, int] = {}
        for number, line in enumerate(_read_text(path).splitlines(), start=1):
            if not line.strip():
                continue
            try:
                encoded, rank = line.split()
                piece, token = base64.b64decode(encoded, validate=True), int(rank)
            except (ValueError, binascii.Error):
                raise ValueError(f"line {number} is no token in base64 and a rank") from None
            if not piece or piece in ranks or not 0 <= token < 2**24:
                raise ValueError(
                    f"line {number} has an empty token, one a second time, or a rank out of range"
                )
            ranks[piece] = token
        pieces: list[bytes | None] = [None] * (1 + max(ranks.values(), default=-1))
        for piece, token in ranks.items():
            if pieces[token] is not None:
                raise ValueError(f"rank {token} stands there twice")
            pieces[token] = piece
        merges: list[Pair] = []
        for piece in sorted(ranks, key=ranks.__getitem__):
            for i in range(1, len(piece)):
                left, right = ranks.get(piece[:i]), ranks.get(piece[i:])
                if left is not None and right is not None:
                    merges.append((left, right))
        return BytePairTokenizer(merges, special_tokens or {}, pattern, pieces, whole_words=True)
    except (ValueError, regex.error) as error:
        raise _refuse(path, "file of tiktoken ranks", error) from None


def write_tiktoken(path: str | Path, tokenizer: BytePairTokenizer) -> None:
    """Write the ranks of `tokenizer`, without its special tokens, as a `.tiktoken` file.

    Raises ValueError where ranks alone cannot say what the tokenizer does: two ids for the same bytes, or a
    token that its own bytes do not give.
    """
    special = set(tokenizer.special_tokens.values())
    pieces = {i: piece for i, piece in tokenizer.vocabulary().items() if i not in special}
    _distinct(pieces)
    for i, piece in pieces.items():
        if tokenizer.encode_bytes(piece) != [i]:
            raise ValueError(f"token {i} {piece!r} is not what its own bytes give; ranks cannot say that")
    lines = [f"{base64.b64encode(piece).decode()} {i}\n" for i, piece in sorted(pieces.items())]
    _write_text(path, "".join(lines))


def _from_huggingface(record: dict[str, Any]) -> BytePairTokenizer:
    model = record["model"]
    _expect("model.type", model.get("type", "BPE"), "BPE")
    _expect("model.dropout", model.get("dropout"), None)  # an unk_token is never used: every byte has an id
    for option in ("continuing_subword_prefix", "end_of_word_suffix"):
        _expect(f"model.{option}", model.get(option) or None, None)
    for option in ("fuse_unk", "byte_fallback"):
        _expect(f"model.{option}", model.get(option, False), False)
    for part in ("normalizer", "truncation", "padding"):
        _expect(part, record.get(part), None)
    _expect("decoder", (record.get("decoder") or {}).get("type"), "ByteLevel")
    pattern = _pattern(record.get("pre_tokenizer"))

    special: dict[str, int] = {}
    always: list[str] = []
    for added in record.get("added_tokens") or []:
        text = added["content"]
        for option in ("single_word", "lstrip", "rstrip"):
            _expect(f"{option} of the added token {text!r}", added.get(option, False), False)
        if text in special:
            raise ValueError(f"the added token {text!r} stands there twice")
        special[text] = _id(added["id"], text)
        if not added.get("special", False):
            always.append(text)

    ids: dict[str, int] = {str(name): _id(token, name) for name, token in model["vocab"].items()}
    pieces: list[bytes | None] = [None] * (1 + max(ids.values(), default=-1))
    for name, token in ids.items():
        if name in special:
            _expect(f"the id of the added token {name!r}", special[name], token)
            continue
        if not name or not all(character in BYTE for character in name):
            raise ValueError(f"the token {name!r} is not written in byte-level characters")
        if pieces[token] is not None:
            raise ValueError(f"the id {token} stands there twice")
        pieces[token] = bytes(BYTE[character] for character in name)
    merges: list[Pair] = []
    for i, merge in enumerate(model["merges"]):
        pair = merge.split(" ") if isinstance(merge, str) else merge
        if len(pair) != 2 or not all(isinstance(part, str) and part in ids for part in pair):
            raise ValueError(f"merge {i} {merge!r} does not join two tokens of the vocabulary")
        merges.append((ids[pair[0]], ids[pair[1]]))
    whole = model.get("ignore_merges", False)
    if not isinstance(whole, bool):
        raise ValueError(f"model.ignore_merges is {whole!r}; expected true or false")
    return BytePairTokenizer(merges, special, pattern, pieces, whole, always)


def _pattern(part: Any) -> str:
    """Return the split of a pre-tokenizer: GPT-2's own, or one pattern in front of the bytes."""
    steps = part["pretokenizers"] if isinstance(part, dict) and part.get("type") == "Sequence" else [part]
    kinds = [step.get("type") if isinstance(step, dict) else None for step in steps]
    if kinds not in (["ByteLevel"], ["Split", "ByteLevel"]):
        raise ValueError(
            f"pre_tokenizer {kinds} is not supported; expected ByteLevel, or Split and ByteLevel"
        )
    _expect("pre_tokenizer.add_prefix_space", steps[-1].get("add_prefix_space", True), False)
    _expect("pre_tokenizer.use_regex", steps[-1].get("use_regex", True), len(steps) == 1)
    if len(steps) == 1:
        return PATTERN
    _expect("pre_tokenizer.behavior", steps[0].get("behavior"), "Isolated")
    _expect("pre_tokenizer.invert", steps[0].get("invert", False), False)
    pattern = steps[0].get("pattern")
    if not isinstance(pattern, dict) or not isinstance(pattern.get("Regex"), str):
        raise ValueError(f"pre_tokenizer.pattern {pattern!r} is not supported; expected a Regex")
    return pattern["Regex"]


def _expect(name: str, found: object, supported: object) -> None:
    if found != supported or isinstance(found, bool) != isinstance(supported, bool):
        raise ValueError(f"{name} {found!r} is not supported; expected {supported!r}")


def _id(token: object, name: object) -> int:
    if isinstance(token, bool) or not isinstance(token, int) or not 0 <= token < 2**24:
        raise ValueError(f"the token {name!r} has the id {token!r}; expected 0 to {2**24 - 1}")
    return token


def _distinct(pieces: Mapping[int, bytes]) -> None:
    first: dict[bytes, int] = {}
    for i, piece in pieces.items():
        if first.setdefault(piece, i) != i:
            raise ValueError(
                f"the ids {first[piece]} and {i} both stand for {piece!r}; the format cannot say that"
            )


def _read_text(path: str | Path) -> str:
    try:
        size = Path(path).stat().st_size
        if size > LARGEST_FILE:
            raise ValueError(f"it has {size} bytes; expected at most {LARGEST_FILE}")
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from None


def _write_text(path: str | Path, text: str) -> None:
    write_atomically(Path(path), lambda target: target.write_text(text, encoding="utf-8"))


def _refuse(path: str | Path, kind: str, error: Exception) -> ValueError:
    missing = f"no {error}" if isinstance(error, KeyError) else str(error)
    return ValueError(f"{path} is no {kind} that can be read here: {' '.join(missing.split())[:300]}")
