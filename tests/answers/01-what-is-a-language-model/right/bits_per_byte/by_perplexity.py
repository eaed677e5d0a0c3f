"""The bits of a token are the base-2 logarithm of its perplexity; NumPy."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    bits = np.log2(np.exp(loss))
    return float(bits * n_tokens / len(text.encode("utf-8")))
