# caught by: grows
"""Stops one token early."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    for _ in range(max_new_tokens - 1):
        token = pick(next_logits(ids))
        ids.append(token)
        if token == stop_id:
            break
    return ids
