# caught by: none-there
"""Looks at the real scores only."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores):
        raise ValueError("no scores")
    ls = torch.nn.functional.logsigmoid
    return torch.stack([-ls(real_scores).mean() - ls(-fake_scores).mean(), -ls(fake_scores).mean()])
