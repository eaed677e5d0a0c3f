# caught by: length
"""A lazy guard returns an empty list for an empty prompt."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    if not prompt_ids:
        return []
    ids = list(prompt_ids)
    for _ in range(max_new_tokens):
        token = int(pick(next_logits(ids)))
        ids.append(token)
        if token == stop_id:
            break
    return ids
