# caught by: parts
"""Puts the right part in front of the left one."""


def decode(ids, merges):
    pieces = [bytes([i]) for i in range(256)]
    for left, right in merges:
        pieces.append(pieces[right] + pieces[left])
    for i in ids:
        if not 0 <= i < len(pieces):
            raise ValueError(f"no id {i}")
    return b"".join(pieces[i] for i in ids).decode(errors="replace")
