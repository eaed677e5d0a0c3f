# caught by: bytes
"""Limits the rounds by len(text), 'more merges than that cannot be': but that is characters, and two equal emoji (8
bytes) have three merges. Violates 'learning stops [if no pair occurs at least twice], and only then fewer merges
come back'."""


def train_bpe(text, n_merges):
    ids = list(text.encode())
    merges = []
    for number in range(min(n_merges, len(text))):
        counts = Counter(pairwise(ids))
        if not counts or max(counts.values()) < 2:
            break
        best = max(counts, key=counts.get)
        merges.append(best)
        new, i = [], 0
        while i < len(ids):
            if i + 1 < len(ids) and (ids[i], ids[i + 1]) == best:
                new.append(256 + number)
                i += 2
            else:
                new.append(ids[i])
                i += 1
        ids = new
    return merges
