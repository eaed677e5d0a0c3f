# caught by: everywhere
"""Returns a tuple, where a list is asked for."""


def merge(ids, pair, new_id):
    out, rest = [], list(reversed(ids))
    while rest:
        first = rest.pop()
        if rest and (first, rest[-1]) == tuple(pair):
            rest.pop()
            first = new_id
        out.append(first)
    return tuple(out)
