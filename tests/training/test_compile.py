"""torch.compile as an option: the same losses, and one clear sentence where there is no compiler."""

import shutil
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from course_lib.training.loop import TrainConfig, train


@dataclass
class Output:
    loss: Tensor


class Regression(nn.Module):
    """The smallest thing that `train` trains."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Linear(3, 1)

    def forward(self, x: Tensor, y: Tensor) -> Output:
        return Output(((self.layers(x) - y) ** 2).mean())


def points(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    x = torch.randn(16, 3, generator=generator)
    return x, x.sum(dim=1, keepdim=True)


def losses(**options) -> list[float]:
    config = TrainConfig(steps=8, lr=1e-2, warmup=1, **options)
    return train(Regression(), points, config, torch.Generator().manual_seed(1), progress=False).loss


@pytest.fixture(autouse=True)
def forget():
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is missing here: nothing to compile with")
def test_compiled_losses_are_the_same():
    from torch._inductor import config

    with config.patch(compile_threads=1):
        assert losses(compile=True) == pytest.approx(losses(), abs=1e-5)


@pytest.mark.slow
def test_no_compiler_is_said_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    from torch._inductor import config

    with (
        config.patch({"cpp.cxx": ("no-such-compiler",), "fx_graph_cache": False}),
        pytest.raises(RuntimeError, match=r"install a C\+\+ compiler such as g\+\+, or set compile=False"),
    ):
        losses(compile=True)
