# caught by: grows
"""Shows the model the prompt alone, every time: it answers the same question again."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    for _ in range(max_new_tokens):
        token = pick(next_logits(list(prompt_ids)))
        ids.append(token)
        if token == stop_id:
            break
    return ids
