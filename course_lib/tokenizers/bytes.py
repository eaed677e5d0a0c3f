"""One token per byte of the UTF-8 text: 256 ids, and no text is out of vocabulary."""

from collections.abc import Iterable

from course_lib.tokenizers.base import check_ids, printable


class ByteTokenizer:
    """The id of a byte is its value, 0 to 255."""

    @property
    def vocab_size(self) -> int:
        return 256

    def encode(self, text: str) -> list[int]:
        """Return the bytes of the text as ids."""
        return list(text.encode())

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text, U+FFFD for bytes that are no whole character. ValueError for ids over 255."""
        return self.decode_bytes(ids).decode("utf-8", errors="replace")

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Return the bytes themselves."""
        return bytes(check_ids(ids, 256))

    def token_text(self, token: int) -> str:
        """Show one token to a person (space as a middle dot, half a character as \\xNN)."""
        return printable(self.decode_bytes([token]))
