# caught by: total-bits
"""Rounds to two digits, and small losses become 0."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return round(loss * n_tokens / math.log(2) / len(text.encode()), 2)
