"""Two real processes over gloo against one, in float64; a model split over both; and the small command."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from course_lib.training.checkpoints import load_checkpoint
from course_lib.training.distributed import main
from course_lib.training.loop import TrainConfig, train

SCRIPT = Path(__file__).with_name("two_processes.py")
script = runpy.run_path(str(SCRIPT))
CASES, STEPS = script["CASES"], script["STEPS"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="this torch has no gloo"),
]


def torchrun(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=240, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    torchrun(str(SCRIPT), str(folder))
    return folder


@pytest.fixture(scope="module")
def both(folder):
    return [json.loads((folder / f"seen-{rank}.json").read_text()) for rank in (0, 1)]


@pytest.fixture(scope="module")
def alone():
    """One process with the whole batch."""
    model, history = script["run"]({}, progress=False)
    return model, history


@pytest.mark.parametrize("case", CASES)
def test_two_processes_compute_what_one_does(both, alone, case):
    model, history = alone
    for seen in both:
        assert seen[case]["loss"] == pytest.approx(history.loss, abs=1e-12)
        assert seen[case]["grad_norm"] == pytest.approx(history.grad_norm, abs=1e-12)
        assert seen[case]["tokens_seen"] == history.tokens_seen
        assert seen[case]["weights"] == pytest.approx(script["weights"](model), abs=1e-10)
    assert [seen[case]["shown"] for seen in both] == [True, False]


def test_a_split_model_is_held_half_by_each(both, alone):
    n = alone[0].num_parameters()
    assert [seen["copied"]["held"] for seen in both] == [n, n]
    halves = [seen["split"]["held"] for seen in both]
    assert sum(halves) == n
    assert max(halves) < 0.6 * n


@pytest.mark.parametrize("kind", ["copied", "split"])
def test_a_stopped_run_goes_on_bit_for_bit(both, kind):
    """The second process alone heard the signal; both stopped after the same step."""
    for seen in both:
        assert seen[f"resumed {kind}"]["loss"] == seen[kind]["loss"]
        assert seen[f"resumed {kind}"]["weights"] == seen[kind]["weights"]


@pytest.mark.parametrize("kind", ["copied", "split"])
def test_one_process_goes_on_where_two_stopped(folder, alone, kind):
    state = folder / f"copy-{kind}.safetensors"
    model, history = script["run"]({}, script["small_gpt"](5), state_path=state, progress=False)
    assert history.loss == pytest.approx(alone[1].loss, abs=1e-12)
    assert script["weights"](model) == pytest.approx(script["weights"](alone[0]), abs=1e-10)


def test_a_split_model_is_saved_whole_by_the_first_process(folder, both):
    model, _, _ = load_checkpoint(folder / "split")
    expected = both[0]["split, cut, course's AdamW"]["weights"]
    assert script["weights"](model.double()) == pytest.approx(expected, rel=1e-5, abs=1e-3)
    left = {path.name for path in folder.iterdir()}
    assert not [name for name in left if name.startswith((".", "state-"))]


def test_both_stop_where_one_goes_wrong(both):
    for seen in both:
        assert "nan at step 3" in seen["nan"]
        assert "8 rows; expected at least 10: 5 for each of 2" in seen["rows"]


def test_splitting_needs_torchrun():
    config = TrainConfig(steps=1, warmup=0, shard=True)
    with pytest.raises(ValueError, match="torchrun"):
        train(script["small_gpt"](), script["batch_of_eight"], config, torch.Generator(), progress=False)


def test_the_command_alone_and_under_torchrun(tmp_path, capsys):
    small = ["--steps", "4", "--rows", "4", "--context", "16", "--n-layer", "1", "--n-embd", "16", "--double"]
    main([*small, "--history", str(tmp_path / "one.json"), "--device", "cpu"])
    assert "4 steps on 1 process(es)" in capsys.readouterr().out
    module = ["-m", "course_lib.training.distributed"]
    done = torchrun(*module, *small, "--history", str(tmp_path / "two.json"), "--device", "cpu")
    assert done.stdout.count("4 steps on 2 process(es)") == 1
    one, two = (json.loads((tmp_path / name).read_text()) for name in ("one.json", "two.json"))
    assert two["loss"] == pytest.approx(one["loss"], abs=1e-12)
    with pytest.raises(SystemExit):
        main(["--rows", "0"])
    assert "--rows is 0; expected at least 1" in capsys.readouterr().err
