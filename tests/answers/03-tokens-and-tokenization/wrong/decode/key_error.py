# caught by: unknown-id
"""Lets the dictionary raise its own error."""


def decode(ids, merges):
    pieces = {i: bytes([i]) for i in range(256)}
    for number, (left, right) in enumerate(merges):
        pieces[256 + number] = pieces[left] + pieces[right]
    return b"".join(pieces[i] for i in ids).decode(errors="replace")
