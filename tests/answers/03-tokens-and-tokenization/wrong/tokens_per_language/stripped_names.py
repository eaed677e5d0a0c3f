# caught by: any-languages
"""Cleans the names of the languages."""


def tokens_per_language(sentences, cut, reference):
    names = {name.strip(): text for name, text in sentences.items()}
    if reference.strip() not in names:
        raise ValueError(reference)
    base = len(cut(names[reference.strip()]))
    return {name: len(cut(text)) / base for name, text in names.items()}
