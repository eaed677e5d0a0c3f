"""An ordered dictionary of ratios."""

from collections import OrderedDict


def tokens_per_language(sentences, cut, reference):
    if sentences.get(reference) is None:
        raise ValueError(reference)

    def count(s):
        return len(cut(s))

    return OrderedDict((k, count(s) / count(sentences[reference])) for k, s in sentences.items())
