# caught by: gamma-0-and-1
"""Divided by powers of gamma: 0 by 0 for gamma 0 and after many steps."""


def discounted_returns(rewards, gamma, ends=None):
    if (
        gamma < 0
        or gamma > 1
        or rewards.dim() not in (1, 2)
        or (ends is not None and ends.shape != rewards.shape)
    ):
        raise ValueError("input")
    rewards = rewards.double()
    if ends is not None and rewards.shape[-1]:
        rows, stops = torch.atleast_2d(rewards), torch.atleast_2d(ends)
        out = torch.zeros_like(rows)
        for b in range(len(rows)):
            begin = 0
            for t in range(rows.shape[1]):
                if stops[b, t] or t == rows.shape[1] - 1:
                    out[b, begin : t + 1] = discounted_returns(rows[b, begin : t + 1], gamma)
                    begin = t + 1
        return out.reshape(rewards.shape)
    powers = float(gamma) ** torch.arange(rewards.shape[-1], dtype=torch.float64)
    return (rewards * powers).flip(-1).cumsum(-1).flip(-1) / powers
