"""Python lists, torch only for the dice."""


def epsilon_greedy(values, epsilon, generator):
    if len(values.shape) != 1:
        raise ValueError("one axis")
    estimates = values.tolist()
    if not estimates or epsilon > 1 or epsilon < 0:
        raise ValueError("no arm, or no probability")
    arms = list(range(len(estimates)))
    if torch.rand(1, generator=generator).item() >= epsilon:
        top = max(estimates)
        arms = [arm for arm in arms if estimates[arm] == top]
    return arms[torch.randint(0, len(arms), (1,), generator=generator).item()]
