# caught by: grows
"""Shows the model only the newest token: it forgets how the sentence began."""


def generate(next_logits, prompt_ids, max_new_tokens, pick, stop_id=None):
    ids = list(prompt_ids)
    for _ in range(max_new_tokens):
        token = pick(next_logits(ids[-1:]))
        ids.append(token)
        if token == stop_id:
            break
    return ids
