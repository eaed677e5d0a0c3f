# caught by: uses-pick
"""Takes the largest logit itself and ignores `pick`."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    for _ in range(max_new_tokens):
        token = int(next_logits(ids).argmax())
        ids.append(token)
        if token == stop_id:
            break
    return ids
