# caught by: sizes
"""A table of T x T powers, cut off at 1,000 steps to save memory."""


def discounted_returns(rewards, gamma, ends=None):
    if (
        gamma < 0
        or gamma > 1
        or rewards.dim() not in (1, 2)
        or (ends is not None and ends.shape != rewards.shape)
    ):
        raise ValueError("input")
    rewards = rewards.double()
    n = rewards.shape[-1]
    steps = torch.arange(n)
    ahead = steps[None] - steps[:, None]
    table = torch.where((ahead >= 0) & (ahead < 1000), float(gamma) ** ahead.clamp(min=0).double(), 0.0)
    if ends is None:
        return rewards @ table.T
    episode = ends.long().cumsum(-1) - ends.long()
    same = episode[..., :, None] == episode[..., None, :]
    return (table * same * rewards[..., None, :]).sum(-1)
