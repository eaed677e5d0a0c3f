# caught by: empty
"""Lets Python divide by zero."""


def bits_per_byte(loss, n_tokens, text):
    return loss * n_tokens / math.log(2) / len(text.encode())
