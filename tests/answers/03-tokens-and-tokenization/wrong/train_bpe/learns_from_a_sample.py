# caught by: stops
"""Learns from the first 2000 bytes only, 'enough for the frequent pairs and much faster'. Violates "any text (...)
taken as its UTF-8 bytes (...), with nothing changed" and, for longer texts, "each merge is a most frequent
pair"."""


def train_bpe(text: str, n_merges: int) -> list[tuple[int, int]]:
    ids = list(text.encode()[:2000])
    merges = []
    for number in range(n_merges):
        counts = Counter(pairwise(ids))
        if not counts or max(counts.values()) < 2:
            break
        best = max(counts, key=counts.get)
        merges.append(best)
        out, i = [], 0
        while i < len(ids):
            if i + 1 < len(ids) and (ids[i], ids[i + 1]) == best:
                out.append(256 + number)
                i += 2
            else:
                out.append(ids[i])
                i += 1
        ids = out
    return merges
