"""By hand: the first token whose running sum exceeds a number from 0 to 1."""


def seeded_sample(probabilities, n, seed):
    dice = random.Random(seed)
    sums = np.cumsum(probabilities)
    return [int(np.argmax(sums > dice.random() * sums[-1])) for _ in range(n)]
