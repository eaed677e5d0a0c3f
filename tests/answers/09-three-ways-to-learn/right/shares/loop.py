"""Adds up first, then divides one by one."""


def shares(counts):
    total = 0
    for count in counts:
        if count < 0:
            raise ValueError("a negative count")
        total += count
    if total == 0:
        raise ValueError("nothing was counted")
    result = []
    for count in counts:
        result.append(count / total)
    return result
