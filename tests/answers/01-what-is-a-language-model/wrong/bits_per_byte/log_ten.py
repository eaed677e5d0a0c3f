# caught by: total-bits
"""Divides by log10(2): that would be right for a loss with logarithms of base 10."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens / math.log10(2) / len(text.encode())
