"""How large JSON becomes in memory, told from its text: 30 MB of `{}` take 4 GB as Python objects."""

from __future__ import annotations

_SIGNS = b"{[,:"
_OTHERS = bytes(set(range(256)) - set(_SIGNS + b'"'))
_PIECE = 2**20


def count_values(data: bytes) -> int:
    """Return about how many lists, objects, keys and values JSON text holds, without parsing it.

    Commas, colons and opening brackets are counted, those inside of strings left aside.
    """
    signs = data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _OTHERS)
    count = inside = 0  # inside: 1 within a string
    for start in range(0, len(signs), _PIECE):
        parts = signs[start : start + _PIECE].split(b'"')
        count += sum(map(len, parts[inside::2]))
        inside ^= (len(parts) - 1) & 1
    return count
