# caught by: ratio
"""Leaves the reference out of the result."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(cut(sentences[reference]))
    return {name: len(cut(text)) / base for name, text in sentences.items() if name != reference}
