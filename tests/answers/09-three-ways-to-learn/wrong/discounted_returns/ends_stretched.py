# caught by: refused
"""`ends` may have another shape and is stretched."""


def discounted_returns(rewards, gamma, ends=None):
    if gamma < 0 or gamma > 1:
        raise ValueError("gamma")
    if rewards.dim() not in (1, 2):
        raise ValueError("shapes")
    rewards = rewards.double()
    ends = ends if ends is None else torch.broadcast_to(ends, rewards.shape)
    returns = torch.zeros_like(rewards)
    running = torch.zeros(rewards.shape[:-1], dtype=rewards.dtype)
    for t in range(rewards.shape[-1] - 1, -1, -1):
        if ends is not None:
            running = running * ~ends[..., t]
        running = rewards[..., t] + gamma * running
        returns[..., t] = running
    return returns
