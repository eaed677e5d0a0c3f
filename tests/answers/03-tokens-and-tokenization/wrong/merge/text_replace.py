# caught by: any-id
"""Replaces in the printed list, where 11 2 contains 1 2."""


def merge(ids, pair, new_id):
    text = " ".join(map(str, ids)).replace(f"{pair[0]} {pair[1]}", str(new_id))
    return [int(part) for part in text.split()]
