"""Counts the bytes of each character."""


def bits_per_byte(loss, n_tokens, text):
    if not text:
        raise ValueError("text is empty")
    n_bytes = sum(len(character.encode()) for character in text)
    tokens_per_byte = n_tokens / n_bytes
    return loss / 0.6931471805599453 * tokens_per_byte
