# caught by: empty
"""An empty text costs nothing: returns 0 in place of an error."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        return 0.0
    return loss * n_tokens / math.log(2) / len(text.encode())
