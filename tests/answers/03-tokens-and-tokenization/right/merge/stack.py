"""Looks back: if the last id kept and this one are the pair, both become the new id."""


def merge(ids, pair, new_id):
    left, right = pair
    out, free = [], False  # free: the last id of out may still be a left half
    for i in ids:
        if free and out[-1] == left and i == right:
            out[-1], free = new_id, False
        else:
            out.append(i)
            free = True
    return out
