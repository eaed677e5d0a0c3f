"""Exact fractions, turned into numbers at the end."""

from fractions import Fraction


def tokens_per_language(sentences, cut, reference):
    if reference not in sentences:
        raise ValueError(f"{reference} is not among {sorted(sentences)}")
    base = len(cut(sentences[reference]))
    return {name: float(Fraction(len(cut(text)), base)) for name, text in sentences.items()}
