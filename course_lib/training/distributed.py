"""One training run on several processes: the same script, started by torchrun.

    torchrun --nproc-per-node=2 -m course_lib.training.distributed --steps 100

Every process draws the same whole batch and trains on its own rows, so losses and weights do not depend on how
many processes there are, beyond rounding. `replicate` keeps the whole model in every process (DDP, Li et al.
2020); `shard` keeps one part of it in each and gathers a block when it is needed (FSDP, Zhao et al. 2023, after
ZeRO, Rajbhandari et al. 2020), for models that one device cannot hold. `train` calls them.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


@contextmanager
def processes(device: str | None = None) -> Iterator[torch.device]:
    """Join the processes that torchrun started and yield this one's device; without torchrun, do nothing.

    `device` "cpu" talks over gloo, "cuda" over NCCL with one GPU each; None takes CUDA if there is some.
    """
    kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
    local = int(os.environ.get("LOCAL_RANK", "0"))
    own = torch.device(kind, local) if kind == "cuda" else torch.device(kind)
    if kind == "cuda":
        torch.cuda.set_device(own)
    if "RANK" not in os.environ:
        yield own
        return
    dist.init_process_group("nccl" if kind == "cuda" else "gloo")
    try:
        yield own
    finally:
        dist.destroy_process_group()


def active() -> bool:
    return dist.is_available() and dist.is_initialized()


def rank() -> int:
    """Return the number of this process, from 0; the one with 0 writes and shows progress."""
    return dist.get_rank() if active() else 0


def world_size() -> int:
    """Return the number of processes that train together; 1 without torchrun."""
    return dist.get_world_size() if active() else 1


def own_parts(
    batch: tuple[Tensor, ...], parts: int, counted: Callable[[Any], float | int]
) -> list[tuple[tuple[Tensor, ...], float]]:
    """Cut a batch by rows into `parts` per process and return this process's, each with its share.

    A share is the part's `counted` terms over those of the whole batch: the mean loss of the batch is the sum
    over all parts of share x mean loss of the part. Raises ValueError if there are fewer rows than parts.
    """
    pieces = parts * world_size()
    rows = batch[0].shape[0]
    if rows < pieces:
        raise ValueError(
            f"the batch has {rows} rows; expected at least {pieces}: "
            f"{parts} for each of {world_size()} process(es)"
        )
    cut = list(zip(*(part.tensor_split(pieces) for part in batch), strict=True))
    counts = [float(counted(piece)) for piece in cut]
    total = sum(counts)
    first = rank() * parts
    return [
        (piece, n / total if total else 1.0)
        for piece, n in zip(cut[first : first + parts], counts[first : first + parts], strict=True)
    ]


def replicate(model: nn.Module) -> nn.Module:
    """Wrap a model so that going backwards leaves the mean of all processes' gradients in each.

    All processes start from the weights of process 0.
    """
    device = next(model.parameters()).device
    ids = [device.index] if device.type == "cuda" else None
    return nn.parallel.DistributedDataParallel(
        model, device_ids=ids, broadcast_buffers=False, gradient_as_bucket_view=True
    )


def shard(model: nn.Module) -> nn.Module:
    """Split every parameter of `model` over the processes, in place; gradients become means over them.

    The modules of each nn.ModuleList, such as a GPT's blocks, are gathered and freed one by one. A model that
    is split already is left as it is. All processes must start from the same weights.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import FSDPModule, fully_shard

    if not isinstance(model, FSDPModule):
        mesh = init_device_mesh(next(model.parameters()).device.type, (world_size(),))
        for module in model.modules():
            if isinstance(module, nn.ModuleList):
                for child in module:
                    fully_shard(child, mesh=mesh)
        fully_shard(model, mesh=mesh)
    return model


def sync_gradients(model: nn.Module, now: bool) -> None:
    """Say whether the next backward pass exchanges gradients; parts before a batch's last one need not."""
    if isinstance(model, nn.parallel.DistributedDataParallel):
        model.require_backward_grad_sync = now  # what no_sync() sets
    elif (split := getattr(model, "set_requires_gradient_sync", None)) is not None:
        split(now)


def whole(tensor: Tensor) -> Tensor:
    """Return a tensor with all its parts; all processes must ask together. Others come back as they are."""
    gather: Callable[[], Tensor] | None = getattr(tensor, "full_tensor", None)
    return gather() if callable(gather) else tensor


def split_like(tensor: Tensor, example: Tensor) -> Tensor:
    """Return `tensor` split over the processes as `example` is, or as it is if that is not split."""
    if not hasattr(example, "full_tensor"):
        return tensor
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(tensor.to(example.device), example.device_mesh, example.placements)  # type: ignore[attr-defined]


def total(*values: float | int, device: torch.device) -> list[float]:
    """Return the sums of values over all processes."""
    if world_size() == 1:
        return [float(value) for value in values]
    sums = torch.tensor(values, dtype=torch.float64, device=device)
    dist.all_reduce(sums)
    return sums.tolist()


def agree(generator: torch.Generator) -> None:
    """Give the generators of all processes the state of process 0's."""
    if world_size() > 1:
        states = [generator.get_state()]
        dist.broadcast_object_list(states, src=0)
        generator.set_state(states[0])


def ask_first(question: Callable[[], bool]) -> bool:
    """Return process 0's answer in every process: two looks at one folder may differ."""
    answer = [question() if rank() == 0 else False]
    if world_size() > 1:
        dist.broadcast_object_list(answer, src=0)
    return answer[0]


def main(arguments: Sequence[str] | None = None) -> None:
    """Train a GPT on the bytes of Python's language reference, alone or under torchrun."""
    from course_lib.data.text import language_reference
    from course_lib.models.gpt import GPT, GPTConfig
    from course_lib.training.loop import TrainConfig, train

    parser = argparse.ArgumentParser(
        prog="python -m course_lib.training.distributed",
        description="Train a small GPT on the bytes of Python's language reference: alone, or with "
        "torchrun --nproc-per-node=N -m course_lib.training.distributed. "
        "The losses are the same for every N, beyond rounding.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--rows", type=int, default=16, help="rows of a batch, over all processes together")
    parser.add_argument("--context", type=int, default=128, help="tokens of a row")
    parser.add_argument("--n-layer", type=int, default=4)
    parser.add_argument("--n-head", type=int, default=4)
    parser.add_argument("--n-embd", type=int, default=128)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--accumulate", type=int, default=1, help="parts of a process's rows, one at a time")
    parser.add_argument("--optimizer", choices=("torch", "course"), default="torch")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--double", action="store_true", help="compute in float64, to compare losses")
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    parser.add_argument("--shard", action="store_true", help="split the model over the processes (FSDP)")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda if there is some")
    parser.add_argument("--state", type=Path, help="file to stop at (Ctrl-C) and go on from")
    parser.add_argument("--save-every", type=int, help="steps between two states")
    parser.add_argument("--history", type=Path, help="file for losses and speeds, JSON")
    options = parser.parse_args(arguments)
    for name in ("rows", "context", "save_every"):
        value = getattr(options, name)
        if value is not None and value < 1:
            parser.error(f"--{name.replace('_', '-')} is {value}; expected at least 1")
    try:
        config = TrainConfig(
            steps=options.steps,
            lr=options.lr,
            warmup=options.steps // 10,
            precision=options.precision,
            optimizer=options.optimizer,
            accumulate=options.accumulate,
            compile=options.compile,
            shard=options.shard,
        )
        shape = GPTConfig(256, options.context, options.n_layer, options.n_head, options.n_embd)
    except ValueError as error:
        parser.error(str(error))
    text = torch.tensor(list(language_reference().encode()), dtype=torch.long)  # one token per byte
    if len(text) <= options.context:
        parser.error(f"--context is {options.context}; expected less than the text's {len(text)} bytes")

    def next_batch(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        starts = torch.randint(len(text) - options.context, (options.rows,), generator=generator)
        rows = text[starts[:, None] + torch.arange(options.context + 1)]  # (B, T + 1)
        return rows[:, :-1], rows[:, 1:]

    with processes(options.device) as device:
        generator = torch.Generator().manual_seed(options.seed)
        model = GPT(shape, generator)
        model = (model.double() if options.double else model).to(device)
        history = train(
            model,
            next_batch,
            config,
            generator,
            state_path=options.state,
            save_every=options.save_every,
            progress=sys.stderr.isatty(),
        )
        if rank() == 0:
            if options.history is not None:
                from course_lib.files import write_atomically

                text_of = json.dumps(vars(history)) + "\n"
                write_atomically(options.history, lambda path: path.write_text(text_of, encoding="utf-8"))
            speed = history.tokens_seen[-1] / history.seconds[-1]
            print(
                f"{len(history)} steps on {world_size()} process(es): loss {history.loss[0]:.3f} -> "
                f"{history.loss[-1]:.3f} nats per byte, {speed:,.0f} tokens/s"
            )


if __name__ == "__main__":
    main()
