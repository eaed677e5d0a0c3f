# caught by: slopes
"""The fakes are detached for both, not only the inspector's step."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    ls = torch.nn.functional.logsigmoid
    fake_scores = fake_scores.detach()
    return torch.stack([-ls(real_scores).mean() - ls(-fake_scores).mean(), -ls(fake_scores).mean()])
