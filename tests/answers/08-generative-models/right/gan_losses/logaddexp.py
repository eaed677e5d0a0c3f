"""Sums divided by numbers."""


def gan_losses(real_scores, fake_scores):
    R, F = real_scores.numel(), fake_scores.numel()
    if R < 1 or F < 1:
        raise ValueError(f"{R} and {F}")

    def pays(s):
        return torch.logaddexp(-s, torch.zeros_like(s))

    inspector = pays(real_scores).sum() / R + pays(-fake_scores).sum() / F
    forger = pays(fake_scores).sum() / F
    return torch.cat([inspector[None], forger[None]])
