# caught by: any-languages
"""Takes names in small letters for the same."""


def tokens_per_language(sentences, cut, reference):
    n = {k.lower(): len(cut(t)) for k, t in sentences.items()}
    if reference.lower() not in n:
        raise ValueError
    return {k: n[k.lower()] / n[reference.lower()] for k in sentences}
