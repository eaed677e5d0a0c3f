# caught by: stop
"""Leaves before the stop token is appended."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    for _ in range(max_new_tokens):
        token = pick(next_logits(ids))
        if token == stop_id:
            break
        ids.append(token)
    return ids
