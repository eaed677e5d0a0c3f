# caught by: any-id
"""Holds the last id back and takes 0 for nothing held."""


def merge(ids, pair, new_id):
    out, held = [], None
    for i in ids:
        if held and (held, i) == tuple(pair):
            out.append(new_id)
            held = None
        else:
            if held:
                out.append(held)
            held = i
    return [*out, held] if held else out
