# caught by: ratio
"""Counts characters of the text."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(sentences[reference])
    return {name: len(text) / base for name, text in sentences.items()}
