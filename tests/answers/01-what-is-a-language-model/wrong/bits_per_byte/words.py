# caught by: total-bits
"""Divides by the words."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens / math.log(2) / len(text.split())
