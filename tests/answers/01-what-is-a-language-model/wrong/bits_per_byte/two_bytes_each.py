# caught by: utf-8
"""Two bytes for all that is not ASCII."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("empty")
    return loss * n_tokens / math.log(2) / sum(1 if ord(c) < 128 else 2 for c in text)
