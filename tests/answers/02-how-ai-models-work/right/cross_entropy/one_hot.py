"""Multiplies by a one-hot table; a legal way without indexing."""


def cross_entropy(logits, targets):
    chosen = torch.nn.functional.one_hot(targets, logits.shape[-1]).to(logits.dtype)
    return -(torch.log_softmax(logits, dim=-1) * chosen).sum(dim=-1).mean()
