"""Works in a copy and deletes the right one of a pair."""


def merge(ids, pair, new_id):
    out = ids[:]
    i = 0
    while i < len(out) - 1:
        if out[i] == pair[0] and out[i + 1] == pair[1]:
            out[i] = new_id
            del out[i + 1]
        i += 1
    return out
