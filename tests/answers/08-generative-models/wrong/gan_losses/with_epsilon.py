# caught by: far
"""A little is added: finite, but not right."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    p, q = real_scores.sigmoid(), fake_scores.sigmoid()
    e = 1e-12
    return torch.stack([-(p + e).log().mean() - (1 - q + e).log().mean(), -(q + e).log().mean()])
