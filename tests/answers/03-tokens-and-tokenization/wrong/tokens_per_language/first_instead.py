# caught by: missing-reference
"""Takes the first language where the reference is missing."""


def tokens_per_language(sentences, cut, reference):
    base = len(cut(sentences.get(reference) or next(iter(sentences.values()))))
    return {name: len(cut(text)) / base for name, text in sentences.items()}
