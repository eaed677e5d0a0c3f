# caught by: frequencies
"""Takes the likeliest token each time and calls it a draw."""


def seeded_sample(probabilities, n, seed):
    return [int(np.argmax(probabilities))] * n
