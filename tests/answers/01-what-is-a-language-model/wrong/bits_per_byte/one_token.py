# caught by: total-bits
"""Divides the loss of one token by the bytes of the whole text."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss / math.log(2) / len(text.encode())
