# caught by: answers-only
"""Measures in bits."""


def sft_loss(logits, ids, prompt_lengths, lengths):
    n_rows, n_places, n_tokens = logits.shape
    if ids.shape != (n_rows, n_places):
        raise ValueError("ids")
    if prompt_lengths.shape != (n_rows,) or lengths.shape != (n_rows,):
        raise ValueError("lengths")
    if (prompt_lengths < 1).any() or (prompt_lengths > lengths).any() or (lengths > n_places).any():
        raise ValueError("numbers")
    guesses, targets = logits[:, :-1], ids[:, 1:]
    place = torch.arange(1, n_places)
    counts = (place >= prompt_lengths[:, None]) & (place < lengths[:, None])
    if counts.sum() == 0:
        raise ValueError("no answer")
    loss = F.cross_entropy(guesses[counts], targets[counts])
    return loss / math.log(2)
