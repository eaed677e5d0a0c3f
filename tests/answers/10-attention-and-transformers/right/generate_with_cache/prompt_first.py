"""The prompt before the loop."""


def generate_with_cache(model, ids: list[int], n: int, stop: int | None = None) -> list[int]:
    """Let a model write."""
    if len(ids) < 1 or n < 0:
        raise ValueError(f"{len(ids)} ids, {n} to write")
    written = [*ids]
    if n == 0:
        return written
    with torch.no_grad():
        logits, past = model(torch.tensor([ids], dtype=torch.long), None)
        written.append(int(torch.argmax(logits[0][-1])))
        for _ in range(n - 1):
            if written[-1] == stop:
                break
            logits, past = model(torch.tensor([[written[-1]]]), past)
            written.append(int(torch.argmax(logits[0][-1])))
    return written
