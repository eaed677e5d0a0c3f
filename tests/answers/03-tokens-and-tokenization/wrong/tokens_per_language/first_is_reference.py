# caught by: ratio
"""Takes the first language for the reference."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(cut(next(iter(sentences.values()))))
    return {name: len(cut(text)) / base for name, text in sentences.items()}
