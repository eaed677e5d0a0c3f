# caught by: gradient
"""Returns a tensor made from a number: nothing can be learned from it."""


def cross_entropy(logits, targets):
    loss = torch.nn.functional.cross_entropy(logits, targets)
    return torch.tensor(loss.item(), requires_grad=True)
