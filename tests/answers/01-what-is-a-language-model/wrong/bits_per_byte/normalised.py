# caught by: utf-8
"""Normalises the text first."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("empty")
    import unicodedata

    return loss * n_tokens / math.log(2) / len(unicodedata.normalize("NFC", text).encode())
