"""Keeps the text as a tensor and turns it into a list for the model and at the end."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = torch.tensor(prompt_ids, dtype=torch.long)
    end = len(prompt_ids) + max_new_tokens
    while len(ids) < end:
        token = int(pick(next_logits(ids.tolist())))
        ids = torch.cat([ids, torch.tensor([token])])
        if token == stop_id:
            break
    return ids.tolist()
