# caught by: total-bits
"""Leaves the loss in nats."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens / len(text.encode())
