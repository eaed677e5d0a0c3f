# caught by: any-languages
"""Keeps counts by sentence, so that equal sentences become one."""


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError
    n = {t: len(cut(t)) for t in sentences.values()}
    by = {t: k for k, t in sentences.items()}
    return {k: n[t] / n[sentences[reference]] for t, k in by.items()}
