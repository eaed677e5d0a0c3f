# caught by: returns
"""Mean 0 and spread 1, as many do afterwards."""


def discounted_returns(rewards, gamma, ends=None):
    if gamma < 0 or gamma > 1:
        raise ValueError("gamma")
    if rewards.dim() not in (1, 2) or (ends is not None and ends.shape != rewards.shape):
        raise ValueError("shapes")
    rewards = rewards.double()
    returns = torch.zeros_like(rewards)
    running = torch.zeros(rewards.shape[:-1], dtype=rewards.dtype)
    for t in range(rewards.shape[-1] - 1, -1, -1):
        if ends is not None:
            running = running * ~ends[..., t]
        running = rewards[..., t] + gamma * running
        returns[..., t] = running
    return (returns - returns.mean()) / (returns.std() + 1e-8)
