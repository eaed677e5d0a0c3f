# caught by: few-and-many
"""Draws from a deck of about 1000 cards with round(1000 p) cards for each token: a token with probability 0.0004
never comes, one with 0.0016 comes too often. Violates "token i comes with probability probabilities[i]"."""


def seeded_sample(probabilities: list[float], n: int, seed: int) -> list[int]:
    dice = random.Random(seed)
    deck = [token for token, p in enumerate(probabilities) for _ in range(round(1000 * p))]
    return [dice.choice(deck) for _ in range(n)]
