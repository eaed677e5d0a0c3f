"""An iterator with one id of look-ahead."""


def merge(ids, pair, new_id):
    out, rest = [], list(reversed(ids))
    while rest:
        first = rest.pop()
        if rest and (first, rest[-1]) == tuple(pair):
            rest.pop()
            first = new_id
        out.append(first)
    return out
