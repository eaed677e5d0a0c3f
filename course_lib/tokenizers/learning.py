"""Learning byte-pair merges: join the most frequent pair of neighbours, again and again (lesson 03).

A word is a string with one character for each token, chr(id): first its bytes, then shorter and shorter. A
pair is a string of two, and a merge is a replacement.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from operator import add

Pair = tuple[int, int]


def learn_merges(word_counts: Mapping[str, int], n_merges: int) -> list[Pair]:
    """Return up to `n_merges` merges; the i-th makes the id 256 + i.

    Of equally frequent pairs the smallest pair of ids wins. Learning ends early if no pair occurs twice.
    Nothing is counted twice: a merge changes only the counts beside the places where it happens, in the words
    that have the pair.
    """
    words = [word.encode().decode("latin-1") for word in word_counts]  # one character per byte
    times = list(word_counts.values())
    counts: defaultdict[str, int] = defaultdict(int)  # of each pair
    where: defaultdict[str, set[int]] = defaultdict(set)  # the words that have it, or had it
    for w, word in enumerate(words):
        for pair in map(add, word, word[1:]):
            counts[pair] += times[w]
            where[pair].add(w)
    heap = [(-n, pair) for pair, n in counts.items()]  # the most frequent comes first, then the smallest
    heapq.heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < n_merges:
        n, best = heapq.heappop(heap)
        if counts[best] != -n:
            continue  # an older count; the newer one is in the heap too
        if n > -2:
            break
        left, right = best[0], best[1]
        made = chr(256 + len(merges))
        changes: defaultdict[str, int] = defaultdict(int)
        for w in where.pop(best):
            parts = words[w].split(best)
            words[w] = made.join(parts)
            before = now = ""  # what stands left of the pair, and what will
            for part, following in pairwise(parts):
                if part:
                    before = now = part[-1]
                if now:
                    changes[before + left] -= times[w]
                    changes[now + made] += times[w]
                    where[now + made].add(w)
                if following:
                    changes[right + following[0]] -= times[w]
                    changes[made + following[0]] += times[w]
                    where[made + following[0]].add(w)
                before, now = right, made  # if the next pair stands right beside
        changes[best] = -counts[best]
        for pair, change in changes.items():
            if change:
                counts[pair] += change
                heapq.heappush(heap, (-counts[pair], pair))
        merges.append((ord(left), ord(right)))
    return merges
