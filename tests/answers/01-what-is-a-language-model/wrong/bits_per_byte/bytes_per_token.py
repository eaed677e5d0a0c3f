# caught by: total-bits
"""The ratio upside down: bytes per token in place of tokens per byte."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss / math.log(2) * len(text.encode()) / n_tokens
