# caught by: missing-reference
"""Lets the dictionary raise its own error."""


def tokens_per_language(sentences, cut, reference):
    base = len(cut(sentences[reference]))
    return {name: len(cut(text)) / base for name, text in sentences.items()}
