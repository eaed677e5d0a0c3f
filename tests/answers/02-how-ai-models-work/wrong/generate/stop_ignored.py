# caught by: stop
"""Goes on after the stop token until the length is reached."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    for _ in range(max_new_tokens):
        token = pick(next_logits(ids))
        ids.append(token)
    return ids
