# caught by: text-as-it-is
"""Takes blanks for an empty text."""


def bits_per_byte(loss, n_tokens, text):
    if not text.strip():
        raise ValueError
    return loss * n_tokens / math.log(2) / len(text.encode())
