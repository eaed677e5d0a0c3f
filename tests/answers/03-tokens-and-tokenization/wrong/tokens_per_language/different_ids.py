# caught by: ratio
"""Counts different ids, not all of them."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(set(cut(sentences[reference])))
    return {name: len(set(cut(text))) / base for name, text in sentences.items()}
