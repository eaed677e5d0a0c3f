"""torch.nn.functional.normalize with p = 1; an empty row is filled first."""


def next_token_probs(counts, k):
    if k < 0:
        raise ValueError("k must be 0 or above")
    raised = counts.double() + k
    raised = raised + (raised.sum(-1, keepdim=True) == 0)
    return torch.nn.functional.normalize(raised, p=1, dim=-1)
