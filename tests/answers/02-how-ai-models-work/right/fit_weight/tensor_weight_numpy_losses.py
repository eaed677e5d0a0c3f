"""Works in NumPy and gives the weight back as a 0-d tensor."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    x, y = sizes.numpy().astype(np.float64), prices.numpy().astype(np.float64)
    weight, losses = np.float64(start), []
    for _ in range(steps):
        error = weight * x - y
        losses.append(np.mean(error**2))
        weight = weight - learning_rate * 2 * np.mean(error * x)
    return torch.tensor(weight), losses
