"""One nat is log2(e) bits."""


def bits_per_byte(loss, n_tokens, text):
    data = bytes(text, "utf-8")
    if len(data) == 0:
        raise ValueError("text is empty")
    return math.log2(math.e) * loss * n_tokens / len(data)
