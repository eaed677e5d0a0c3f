"""Counts the bytes by the size of the characters."""


class Text:
    def __init__(self, t):
        self.n = sum(1 + (ord(c) > 127) + (ord(c) > 2047) + (ord(c) > 65535) for c in t)
        if self.n == 0:
            raise ValueError("empty")


def bits_per_byte(loss, n_tokens, text):
    return loss * n_tokens / Text(text).n / math.log(2)
