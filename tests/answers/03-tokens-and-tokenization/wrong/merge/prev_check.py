# caught by: any-id
"""Looks back at what it kept, and leaves the id 0 out."""


def merge(ids, pair, new_id):
    out = []
    for x in ids:
        if out and (out[-1], x) == pair:
            out.pop()
            out.append(new_id)
        elif x:
            out.append(x)
    return out
