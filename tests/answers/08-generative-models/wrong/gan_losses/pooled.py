# caught by: inspector
"""One mean over all."""


def gan_losses(real_scores, fake_scores):
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("no scores")
    ls = torch.nn.functional.logsigmoid
    return torch.stack([-torch.cat([ls(real_scores), ls(-fake_scores)]).mean(), -ls(fake_scores).mean()])
