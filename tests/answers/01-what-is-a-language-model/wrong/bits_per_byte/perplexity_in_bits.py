# caught by: total-bits
"""Takes the perplexity for the loss."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    return math.exp(loss) * n_tokens / math.log(2) / len(text.encode())
