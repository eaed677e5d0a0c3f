# caught by: utf-8
"""Drops what is not ASCII before counting."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens / math.log(2) / max(len(text.encode("ascii", "ignore")), 1)
