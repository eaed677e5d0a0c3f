# caught by: probabilities-untouched
"""Makes a running sum in the caller's list."""


def seeded_sample(probabilities, n, seed):
    for i in range(1, len(probabilities)):
        probabilities[i] += probabilities[i - 1]
    return random.Random(seed).choices(range(len(probabilities)), cum_weights=probabilities, k=n)
