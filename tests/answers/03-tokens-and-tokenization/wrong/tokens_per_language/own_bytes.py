# caught by: ratio
"""Counts UTF-8 bytes, whatever the tokenizer is."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(reference)
    base = len(sentences[reference].encode())
    return {name: len(text.encode()) / base for name, text in sentences.items()}
