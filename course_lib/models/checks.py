"""What the models say when they are given something that they cannot read."""

from numbers import Integral

import torch
from torch import Tensor, nn


def check_sizes(config: object, *names: str) -> None:
    """Raise ValueError unless each of these fields is a whole number of at least 1."""
    for name in names:
        size = getattr(config, name)
        if not isinstance(size, Integral) or size < 1:
            raise ValueError(f"{name}={size!r}; expected a whole number of at least 1")


def check_ids(name: str, ids: Tensor) -> None:
    """Raise ValueError unless `ids` is a tensor (batch, time) of whole numbers."""
    if not isinstance(ids, Tensor) or ids.ndim != 2 or ids.dtype not in (torch.int64, torch.int32):
        found = (
            f"shape {tuple(ids.shape)} and dtype {ids.dtype}" if isinstance(ids, Tensor) else repr(ids)[:60]
        )
        raise ValueError(f"{name} has {found}; expected a tensor (batch, time) of int64")


def check_range(name: str, ids: Tensor, vocab_size: int, ignored: int = 0) -> None:
    """Raise ValueError unless all `ids` are from 0 to vocab_size - 1, or `ignored`."""
    if torch.compiler.is_compiling():
        return  # a compiled graph has no place for questions about values
    wrong = ids[((ids < 0) | (ids >= vocab_size)) & (ids != ignored)]
    if len(wrong):
        raise ValueError(f"{name} has the id {int(wrong[0])}; expected 0 to {vocab_size - 1}")


def look_up(table: nn.Embedding, ids: Tensor) -> Tensor:
    """Return the rows of a table, (batch, time, width). Raises ValueError as `check_range`.

    On a CPU the table itself notices an id out of range, at no cost; on a GPU that would be the end of the process.
    """
    if torch.compiler.is_compiling():
        return table(ids)
    if ids.is_cuda:
        check_range("ids", ids, table.num_embeddings)
    try:
        return table(ids)
    except IndexError:
        check_range("ids", ids, table.num_embeddings)
        raise


def check_targets(targets: Tensor, ids: Tensor, vocab_size: int) -> None:
    """Raise ValueError unless `targets` has one id, or the -100 of one that does not count, for each of `ids`."""
    check_ids("targets", targets)
    check_range("targets", targets, vocab_size, ignored=-100)
    if targets.shape != ids.shape:
        raise ValueError(
            f"targets.shape={tuple(targets.shape)}; expected {tuple(ids.shape)}, one for each of ids"
        )


def check_dtype(name: str, numbers: Tensor, weight: Tensor) -> None:
    """Raise ValueError unless `numbers` have the dtype of the weights, which numbers from NumPy often don't.

    Under autocast they may differ: it turns both into one type.
    """
    if numbers.dtype != weight.dtype and not torch.is_autocast_enabled(numbers.device.type):
        raise ValueError(
            f"{name}.dtype={numbers.dtype}; expected {weight.dtype}, as the model's weights have"
        )
