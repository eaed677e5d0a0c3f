"""torch's own SGD and loss."""


def fit_weight(sizes, prices, learning_rate, steps, start=0.0):
    weight = torch.nn.Parameter(torch.tensor(float(start)))
    optimizer = torch.optim.SGD([weight], lr=learning_rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(weight * sizes, prices)
        losses.append(float(loss))
        loss.backward()
        optimizer.step()
    return float(weight), losses
