"""Undoes the merges from the newest to the oldest."""


def decode(ids, merges):
    ids = list(ids)
    for i in ids:
        if i < 0 or i >= 256 + len(merges):
            raise ValueError(f"no id {i}")
    for number in reversed(range(len(merges))):
        ids = [part for i in ids for part in (merges[number] if i == 256 + number else (i,))]
    return str(bytes(ids), "utf-8", errors="replace")
