# caught by: none-there
"""A mean of nothing."""


def gan_losses(real_scores, fake_scores):
    ls = torch.nn.functional.logsigmoid
    return torch.stack([-ls(real_scores).mean() - ls(-fake_scores).mean(), -ls(fake_scores).mean()])
