"""One token per character that the training text contains."""

import json
from collections.abc import Iterable
from pathlib import Path

from course_lib.files import write_atomically
from course_lib.tokenizers.base import check_ids, printable


class CharacterTokenizer:
    """Ids in the order of the code points of the characters of `text`. Raises ValueError on an empty text."""

    def __init__(self, text: str) -> None:
        if not text:
            raise ValueError("text is empty; expected at least one character")
        self.characters = sorted(set(text))
        self._ids = {character: i for i, character in enumerate(self.characters)}

    @property
    def vocab_size(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> list[int]:
        """Return one id per character. ValueError for a character that the training text did not have."""
        try:
            return [self._ids[character] for character in text]
        except KeyError as error:
            raise ValueError(f"the character {error.args[0]!r} is not in this vocabulary") from None

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text. Raises ValueError for an id out of range."""
        return "".join(self.characters[token] for token in check_ids(ids, self.vocab_size))

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Return the UTF-8 bytes of the text."""
        return self.decode(ids).encode()

    def token_text(self, token: int) -> str:
        """Show one token to a person (space as a middle dot)."""
        return printable(self.decode_bytes([token]))

    def save(self, path: str | Path) -> None:
        """Write the characters as JSON, under a temporary name that is then renamed."""
        text = json.dumps({"kind": "characters", "characters": "".join(self.characters)}) + "\n"
        write_atomically(Path(path), lambda target: target.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, path: str | Path) -> "CharacterTokenizer":
        """Read a tokenizer that `save` wrote. Raises ValueError with one line if the file is none."""
        try:
            record = json.loads(Path(path).read_text(encoding="utf-8"))
            if record["kind"] != "characters" or not isinstance(record["characters"], str):
                raise KeyError("kind")
            return cls(record["characters"])
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise ValueError(f"{path} is no character tokenizer of this course ({error})") from None
