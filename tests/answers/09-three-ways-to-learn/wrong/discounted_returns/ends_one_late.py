# caught by: episodes
"""True is taken for the first step of an episode."""


def discounted_returns(rewards, gamma, ends=None):
    if gamma < 0 or gamma > 1:
        raise ValueError("gamma")
    if rewards.dim() not in (1, 2) or (ends is not None and ends.shape != rewards.shape):
        raise ValueError("shapes")
    rewards = rewards.double()
    returns = torch.zeros_like(rewards)
    running = torch.zeros(rewards.shape[:-1], dtype=rewards.dtype)
    for t in range(rewards.shape[-1] - 1, -1, -1):
        running = rewards[..., t] + gamma * running
        returns[..., t] = running
        if ends is not None:
            running = running * ~ends[..., t]
    return returns
