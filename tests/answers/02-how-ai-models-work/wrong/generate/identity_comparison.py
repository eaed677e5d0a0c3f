# caught by: stop
"""Compares with `is`, which works for the small ints that Python shares and fails for larger ids."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    for _ in range(max_new_tokens):
        token = int(pick(next_logits(ids)))
        ids.append(token)
        if token is stop_id:
            break
    return ids
