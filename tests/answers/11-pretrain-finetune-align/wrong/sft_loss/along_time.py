# caught by: answers-only
"""Softmax over the places."""


def sft_loss(logits, ids, prompt_lengths, lengths):
    n_rows, n_places, n_tokens = logits.shape
    if ids.shape != (n_rows, n_places):
        raise ValueError("ids")
    if prompt_lengths.shape != (n_rows,) or lengths.shape != (n_rows,):
        raise ValueError("lengths")
    if (prompt_lengths < 1).any() or (prompt_lengths > lengths).any() or (lengths > n_places).any():
        raise ValueError("numbers")
    place = torch.arange(1, n_places)
    counts = (place >= prompt_lengths[:, None]) & (place < lengths[:, None])
    if counts.sum() == 0:
        raise ValueError("no answer")
    log_p = logits.log_softmax(1)[:, :-1]
    loss = -log_p.gather(-1, targets[..., None])[..., 0][counts].mean()
    return loss
