# caught by: slopes
"""Takes the logarithm of the sigmoid, and the score itself where that would be minus infinity: the numbers
are right, but the gradient there is NaN (0 times infinity); the text: scores are "between -1000 and
1000" and "Gradients flow from both losses to all scores".
"""


def gan_losses(real_scores, fake_scores):
    if len(real_scores) == 0 or len(fake_scores) == 0:
        raise ValueError("no scores")

    def log_p(s):
        return torch.where(s > -30, torch.log(torch.sigmoid(s)), s)

    inspector = -log_p(real_scores).mean() - log_p(-fake_scores).mean()
    return torch.stack([inspector, -log_p(fake_scores).mean()])
