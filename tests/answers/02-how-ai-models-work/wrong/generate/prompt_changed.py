# caught by: prompt-untouched
"""Appends to the caller's own list."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = prompt_ids
    for _ in range(max_new_tokens):
        token = pick(next_logits(ids))
        ids.append(token)
        if token == stop_id:
            break
    return ids
