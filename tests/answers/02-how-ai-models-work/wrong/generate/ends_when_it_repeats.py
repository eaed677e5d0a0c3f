# caught by: no-stop
"""Stops when the model says the same token three times in a row, since such an answer goes nowhere. Violates "There
are max_new_tokens new ones, or fewer if the model picks stop_id"."""


def generate(
    next_logits: Callable[[list[int]], torch.Tensor],
    prompt_ids: list[int],
    max_new_tokens: int,
    pick: Callable[[torch.Tensor], int],
    stop_id: int | None = None,
) -> list[int]:
    ids = list(prompt_ids)
    new = []
    for _ in range(max_new_tokens):
        token = pick(next_logits(ids + new))
        new.append(token)
        if token == stop_id or (len(new) >= 3 and len(set(new[-3:])) == 1):
            break
    return ids + new
