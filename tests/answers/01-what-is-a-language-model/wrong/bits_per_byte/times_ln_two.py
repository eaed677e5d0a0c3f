# caught by: total-bits
"""Multiplies by ln 2 where it has to divide."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens * math.log(2) / len(text.encode())
