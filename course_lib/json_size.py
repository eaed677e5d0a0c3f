"""How large JSON becomes in memory, told from its text: 30 MB of `{}` take 4 GB as Python objects."""

from __future__ import annotations

import re

_TEXTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_SIGNS = (b"{", b"[", b",", b":")


def count_values(data: bytes) -> int:
    """Return about how many lists, objects, keys and values JSON text holds, without parsing it.

    Commas, colons and opening brackets are counted, those inside of strings left aside.
    """
    bare = _TEXTS.sub(b"", data)
    return sum(bare.count(sign) for sign in _SIGNS)
