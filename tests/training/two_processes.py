"""What each of two processes does in test_distributed.py: several runs, noted in one file per process."""

import contextlib
import io
import json
import math
import signal
import sys
from pathlib import Path
from typing import Any

import torch

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.checkpoints import save_checkpoint
from course_lib.training.distributed import processes, rank, whole
from course_lib.training.loop import History, TrainConfig, next_token_loss, train

STEPS = 8
CASES: dict[str, dict[str, Any]] = {
    "copied": {},
    "copied, cut, course's AdamW": {"accumulate": 2, "optimizer": "course"},
    "split": {"shard": True},
    "split, cut, course's AdamW": {"shard": True, "accumulate": 2, "optimizer": "course"},
}


def small_gpt(seed: int = 0) -> GPT:
    config = GPTConfig(vocab_size=256, context=12, n_layer=2, n_head=2, n_embd=16)
    return GPT(config, torch.Generator().manual_seed(seed)).double()


def batch_of_eight(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows that count upwards; some targets do not count, in the second half hardly any."""
    rows = torch.randint(17, (8, 1), generator=generator) + torch.arange(13)
    limit = torch.tensor([[12, 12, 10, 8, 3, 0, 0, 0]]).T
    return rows[:, :-1] % 17, (rows[:, 1:] % 17).masked_fill(torch.arange(12) >= limit, -100)


def run(options: dict[str, Any], model: GPT | None = None, **more: Any) -> tuple[GPT, History]:
    model = small_gpt() if model is None else model
    config = TrainConfig(steps=STEPS, lr=1e-2, warmup=2, grad_clip=0.5, **options)
    return model, train(model, batch_of_eight, config, torch.Generator().manual_seed(1), **more)


def weights(model: GPT) -> list[float]:
    """The weights' sums, and their sums weighted by place."""
    sums = []
    for parameter in model.parameters():
        values = whole(parameter.detach()).flatten()
        sums += [float(values.sum()), float(values @ torch.arange(len(values), dtype=values.dtype))]
    return sums


def main(folder: Path) -> None:
    seen: dict[str, Any] = {}
    with processes("cpu"):
        for name, options in CASES.items():
            shown = io.StringIO()
            # other weights in the second process: the first one's hold, unless the model is split
            model = small_gpt(0 if options.get("shard") else rank())
            with contextlib.redirect_stderr(shown):
                model, history = run(options, model, progress=True)
            seen[name] = {
                "loss": history.loss,
                "grad_norm": history.grad_norm,
                "tokens_seen": history.tokens_seen,
                "weights": weights(model),
                "shown": "loss=" in shown.getvalue(),
                "held": sum(getattr(p, "to_local", lambda p=p: p)().numel() for p in model.parameters()),
            }
        tokenizer = BytePairTokenizer([])
        save_checkpoint(folder / "split", model, tokenizer)  # gathered from both

        for kind in ("copied", "split"):
            state = folder / f"state-{kind}.safetensors"

            def stop(history: History) -> None:
                if len(history) == 3 and rank() == 1:
                    signal.raise_signal(signal.SIGINT)  # only one process hears it

            with contextlib.suppress(KeyboardInterrupt):
                run(CASES[kind], state_path=state, on_step=stop, progress=False)
            if rank() == 0:
                (folder / f"copy-{kind}.safetensors").write_bytes(state.read_bytes())
            model, history = run(CASES[kind], small_gpt(7), state_path=state, progress=False)
            seen[f"resumed {kind}"] = {"loss": history.loss, "weights": weights(model)}

        calls = []

        def broken(model: torch.nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
            calls.append(1)
            return next_token_loss(model, batch) * (math.nan if len(calls) == 3 and rank() == 1 else 1.0)

        try:
            run({}, loss_function=broken, counted=lambda batch: 1, progress=False)
        except FloatingPointError as error:
            seen["nan"] = str(error)
        try:
            run({"accumulate": 5}, progress=False)
        except ValueError as error:
            seen["rows"] = str(error)
        (folder / f"seen-{rank()}.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
