"""Walks from token to token."""


def sft_loss(logits, ids, prompt_lengths, lengths):
    shape = tuple(ids.shape)
    if (
        shape != tuple(logits.shape[:2])
        or tuple(prompt_lengths.shape) != shape[:1]
        or tuple(lengths.shape) != shape[:1]
    ):
        raise ValueError("shapes")
    losses = []
    for row in range(shape[0]):
        begin, end = int(prompt_lengths[row]), int(lengths[row])
        if not 1 <= begin <= end <= shape[1]:
            raise ValueError("lengths")
        for place in range(begin, end):
            scores = logits[row, place - 1]
            losses.append(torch.logsumexp(scores, 0) - scores[ids[row, place]])
    if not losses:
        raise ValueError("no answer")
    return sum(losses) / len(losses)
