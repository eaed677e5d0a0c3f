# caught by: missing-reference
"""Looks for the name in a text of all names."""


def tokens_per_language(sentences, cut, reference):
    if reference not in " ".join(sentences):
        raise ValueError
    n = {k: len(cut(t)) for k, t in sentences.items()}
    return {k: v / n.get(reference, 1) for k, v in n.items()}
