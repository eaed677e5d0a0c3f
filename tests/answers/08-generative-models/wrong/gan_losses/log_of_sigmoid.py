# caught by: far
"""The logarithm of a sigmoid: infinite from 90 on."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    p, q = real_scores.sigmoid(), fake_scores.sigmoid()
    return torch.stack([-p.log().mean() - (1 - q).log().mean(), -q.log().mean()])
