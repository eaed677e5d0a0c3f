# caught by: a-plain-number
"""A tensor in place of a number."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("empty")
    return torch.tensor(loss * n_tokens / math.log(2) / len(text.encode()))
