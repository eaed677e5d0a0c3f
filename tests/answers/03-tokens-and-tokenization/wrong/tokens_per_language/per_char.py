# caught by: ratio
"""Divides by the characters first."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError
    n = {k: len(cut(t)) / len(t) for k, t in sentences.items()}
    return {k: v / n[reference] for k, v in n.items()}
