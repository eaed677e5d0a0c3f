# caught by: unknown-id
"""Opens ids above 255 by a dictionary, and lets bytes() complain about the rest."""


def decode(ids, merges):
    parts = {256 + number: pair for number, pair in enumerate(merges)}
    while any(i in parts for i in ids):
        ids = [j for i in ids for j in parts.get(i, (i,))]
    return bytes(i % 256 for i in ids).decode(errors="replace")
