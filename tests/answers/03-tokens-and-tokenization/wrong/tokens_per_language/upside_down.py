# caught by: ratio
"""Divides the reference by the language."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(cut(sentences[reference]))
    return {name: base / len(cut(text)) for name, text in sentences.items()}
