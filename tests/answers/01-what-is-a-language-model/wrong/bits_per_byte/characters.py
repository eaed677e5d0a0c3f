# caught by: utf-8
"""len(text) counts characters: too good for English, far too good for Korean."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return loss * n_tokens / math.log(2) / len(text)
