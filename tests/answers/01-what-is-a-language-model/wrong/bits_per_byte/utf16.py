# caught by: utf-8
"""Counts bytes of UTF-16, two for each letter."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens / math.log(2) / (len(text.encode("utf-16-le")) / 2)
