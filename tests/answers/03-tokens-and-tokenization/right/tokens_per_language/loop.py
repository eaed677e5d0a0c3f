"""Counts first, divides later."""


def tokens_per_language(sentences, cut, reference):
    counts = {}
    for name in sentences:
        counts[name] = sum(1 for _ in cut(sentences[name]))
    try:
        base = counts[reference]
    except KeyError:
        raise ValueError(f"no {reference}") from None
    return {name: n / base for name, n in counts.items()}
