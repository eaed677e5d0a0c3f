"""Counter over pairwise."""

from collections import Counter
from itertools import pairwise


def count_pairs(ids):
    return Counter(pairwise(ids))
