"""School mathematics: loops, running sums, one division at the end."""


def mse_loss(predictions, targets):
    if predictions.shape != targets.shape:
        raise ValueError(f"shapes differ: {tuple(predictions.shape)} and {tuple(targets.shape)}")
    total = 0.0
    for prediction, target in zip(predictions.flatten(), targets.flatten(), strict=True):
        total = total + (prediction - target) ** 2
    return total / predictions.numel()


def gradient(weight, sizes, prices):
    total = 0.0
    for size, price in zip(sizes, prices, strict=True):
        total += 2 * (weight * size - price) * size
    return total / len(sizes)
