# caught by: ratio
"""Says how many tokens more, not how many times as many."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(cut(sentences[reference]))
    return {name: 1.0 + len(cut(text)) - base for name, text in sentences.items()}
