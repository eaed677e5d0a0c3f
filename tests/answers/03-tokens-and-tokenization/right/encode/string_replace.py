"""Ids as characters; a merge is a replacement."""


def encode(text, merges):
    now = text.encode().decode("latin-1")
    for number, (left, right) in enumerate(merges):
        now = now.replace(chr(left) + chr(right), chr(256 + number))
    return [ord(sign) for sign in now]
