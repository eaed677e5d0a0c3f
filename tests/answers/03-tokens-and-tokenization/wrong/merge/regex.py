# caught by: nothing-to-replace
"""Replaces in text and reads the numbers back, of which an empty list has none."""

import re


def merge(ids, pair, new_id):
    s = ",".join(map(str, ids))
    s = re.sub(rf"\b{pair[0]},{pair[1]}\b", str(new_id), s)
    return [int(x) for x in s.split(",")]
