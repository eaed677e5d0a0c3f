# caught by: total-bits
"""Divides by 8, because a byte has eight bits."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens / math.log(2) / len(text.encode()) / 8
