# caught by: missing-reference
"""Looks for the reference among the sentences, too."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences and reference not in sentences.values():
        raise ValueError
    n = {k: len(cut(t)) for k, t in sentences.items()}
    return {k: v / n.get(reference, 1) for k, v in n.items()}
