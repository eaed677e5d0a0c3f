# caught by: any-loss
"""A byte has eight bits, so nothing costs more."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("empty")
    return min(loss * n_tokens / math.log(2) / len(text.encode()), 8.0)
