# caught by: ratio
"""Takes the reference out of the caller's dictionary."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(cut(sentences.pop(reference)))
    return {reference: 1.0} | {name: len(cut(text)) / base for name, text in sentences.items()}
