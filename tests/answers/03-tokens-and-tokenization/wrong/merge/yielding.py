# caught by: everywhere
"""Gives the ids one by one: a generator."""


def merge(ids, pair, new_id):
    i = 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == pair:
            yield new_id
            i += 2
        else:
            yield ids[i]
            i += 1
