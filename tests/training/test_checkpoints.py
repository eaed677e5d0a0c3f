"""What is saved comes back; what is not whole is refused in one line."""

import json
from pathlib import Path

import pytest
import torch

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.lora import apply_lora
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.checkpoints import (
    CheckpointError,
    load_checkpoint,
    load_training_state,
    save_checkpoint,
    save_training_state,
)
from course_lib.training.optim import AdamW

TOKENIZER = BytePairTokenizer.train("the cat sat on the mat", 270, ("<|end|>",))
OTHER_TOKENIZER = BytePairTokenizer.train("dogs like bones, dogs like cats", 270)
BIG_TOKENIZER = BytePairTokenizer([(97, i) for i in range(44)])


def small_gpt(seed: int = 0, **options) -> GPT:
    config = GPTConfig(vocab_size=270, context=8, n_layer=1, n_head=2, n_embd=8, **options)
    return GPT(config, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("options", [{}, {"tie_embeddings": False}, {"position": "rotary", "norm": "rms"}])
@pytest.mark.parametrize("dtype", [None, torch.float16])
def test_round_trip(tmp_path, options, dtype):
    model = small_gpt(**options)
    save_checkpoint(tmp_path / "deep" / "m", model, TOKENIZER, {"seed": 3}, dtype)
    again, tokenizer, meta = load_checkpoint(tmp_path / "deep" / "m")
    assert meta == {"seed": 3}
    assert tokenizer.merges == TOKENIZER.merges
    assert again.config == model.config
    for (name, a), (_, b) in zip(model.named_parameters(), again.named_parameters(), strict=True):
        assert b.dtype == torch.float32
        assert torch.equal(a if dtype is None else a.to(dtype).float(), b), name
    if model.config.tie_embeddings:
        assert again.unembed.weight is again.embed.weight
    names = sorted(path.name for path in (tmp_path / "deep").iterdir())
    assert names == ["m-tokenizer.json", "m.json", "m.safetensors"]


@pytest.fixture
def saved(tmp_path):
    save_checkpoint(tmp_path / "m", small_gpt(), TOKENIZER)
    return tmp_path


def cut(path, keep=200):
    path.write_bytes(path.read_bytes()[:keep])


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def shape(path, **changes):
    edit(path, config=json.loads(path.read_text())["config"] | changes)


DAMAGE = {
    "no weights": (lambda d: (d / "m.safetensors").unlink(), "missing"),
    "no record": (lambda d: (d / "m.json").unlink(), "missing"),
    "no tokenizer": (lambda d: (d / "m-tokenizer.json").unlink(), "missing"),
    "weights cut short": (lambda d: cut(d / "m.safetensors"), "cut short or changed"),
    "weights empty": (lambda d: cut(d / "m.safetensors", 0), "cut short or changed"),
    "record cut short": (lambda d: cut(d / "m.json"), "no checkpoint of this course"),
    "tokenizer cut short": (lambda d: cut(d / "m-tokenizer.json", 50), "no byte-pair tokenizer"),
    "foreign record": (
        lambda d: (d / "m.json").write_text('{"model_type": "gpt2"}'),
        "no checkpoint of this course",
    ),
    "list for record": (lambda d: (d / "m.json").write_text("[1]"), "no checkpoint of this course"),
    "binary record": (lambda d: (d / "m.json").write_bytes(b"\xff\xfe\x00"), "no checkpoint of this course"),
    "impossible shape": (
        lambda d: edit(d / "m.json", config={"vocab_size": 0}),
        "no checkpoint of this course",
    ),
    "unknown option": (lambda d: edit(d / "m.json", config={"moe": 8}), "no checkpoint of this course"),
    "other shape": (lambda d: edit(d / "m.json", config={"vocab_size": 9}), "does not hold the model that"),
    "nested record": (lambda d: (d / "m.json").write_text("[" * 100_000), "no checkpoint of this course"),
    "half a layer": (lambda d: shape(d / "m.json", n_layer=1.5), "n_layer=1.5; expected a whole number"),
    "a million layers": (lambda d: shape(d / "m.json", n_layer=10**6), "1 layers; expected 1000000"),
    "endless context": (lambda d: shape(d / "m.json", context=10**12), r"positions.weight is \(8, 8\)"),
    "no biases": (lambda d: shape(d / "m.json", bias=False), r"bias is not expected"),
    "another tokenizer": (
        lambda d: BytePairTokenizer([]).save(d / "m-tokenizer.json"),
        "is another tokenizer than the one",
    ),
}


@pytest.mark.usefixtures("as_a_learner")
@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named_in_one_line(saved, damage, message):
    damage(saved)
    with pytest.raises(CheckpointError, match=message) as error:
        load_checkpoint(saved / "m")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("method", ["write_bytes", "write_text"])
def test_a_failed_save_leaves_the_old_checkpoint(saved, monkeypatch, method):
    """Whichever file the disk has no room for: three files belong together."""
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    write = getattr(Path, method)

    def fail(path, data, **options):
        write(path, data[:100], **options)
        raise OSError("disk full")

    monkeypatch.setattr(Path, method, fail)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(saved / "m", small_gpt(seed=1), OTHER_TOKENIZER)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before


def adapted() -> GPT:
    model = small_gpt()
    apply_lora(model, ["qkv"], rank=2)
    return model


@pytest.mark.parametrize(
    ("model", "tokenizer", "meta", "error", "message"),
    [
        (adapted, TOKENIZER, {}, CheckpointError, r"merge LoRA layers first\): blocks.0.attention.qkv"),
        (small_gpt, BIG_TOKENIZER, {}, CheckpointError, "has 300 ids, but the model's vocab_size is 270"),
        (small_gpt, TOKENIZER, {"x": torch.zeros(1)}, TypeError, "not JSON serializable"),
    ],
    ids=["LoRA", "vocabulary", "meta"],
)
def test_what_could_not_be_loaded_again_is_not_saved(saved, model, tokenizer, meta, error, message):
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    with pytest.raises(error, match=message):
        save_checkpoint(saved / "m", model(), tokenizer, meta)
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before


def test_two_checkpoints_of_one_folder_keep_their_tokenizers(tmp_path):
    save_checkpoint(tmp_path / "a", small_gpt(), TOKENIZER)
    save_checkpoint(tmp_path / "b", small_gpt(), OTHER_TOKENIZER)
    assert load_checkpoint(tmp_path / "a")[1].merges == TOKENIZER.merges
    assert load_checkpoint(tmp_path / "b")[1].merges == OTHER_TOKENIZER.merges


OPTIMIZERS = {
    "adamw": lambda p: torch.optim.AdamW(p, 0.01, betas=(0.8, 0.9)),
    "amsgrad": lambda p: torch.optim.Adam(p, 0.01, amsgrad=True),
    "own-adamw": lambda p: AdamW(p, 0.01),
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01, centered=True, momentum=0.5),
    "adamax": lambda p: torch.optim.Adamax(p, 0.01),
    "nadam": lambda p: torch.optim.NAdam(p, 0.01),
    "asgd": lambda p: torch.optim.ASGD(p, 0.01),
    "rprop": lambda p: torch.optim.Rprop(p, 0.01),
    "adafactor": lambda p: torch.optim.Adafactor(p, 0.01),
}


def make_run(name: str, seed: int = 0) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2))
    first, last = model[0].parameters(), model[2].parameters()
    return model, OPTIMIZERS[name]([{"params": list(first)}, {"params": list(last)}])


def step(model: torch.nn.Module, optimizer: torch.optim.Optimizer, number: int) -> None:
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(number))
    optimizer.zero_grad()
    model(x).square().sum().backward()
    optimizer.step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path, name):
    """Whatever the optimizer keeps, and a learning rate that was changed on the way."""
    model, optimizer = make_run(name)
    generator = torch.Generator().manual_seed(7)
    for number in range(5):
        step(model, optimizer, number)
    optimizer.param_groups[1]["lr"] = 0.003
    save_training_state(tmp_path / "s", model, optimizer, generator, {"a": 1}, {"done": 5})
    other, resumed = make_run(name, seed=1)
    assert load_training_state(tmp_path / "s", other, resumed, torch.Generator(), {"a": 1}) == {"done": 5}
    for group, again in zip(optimizer.param_groups, resumed.param_groups, strict=True):
        settings = {key: value for key, value in group.items() if key != "params"}
        assert {key: value for key, value in again.items() if key != "params"} == settings
    for number in range(5, 8):
        step(model, optimizer, number)
        step(other, resumed, number)
    for ours, theirs in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_what_could_not_be_resumed_is_refused_at_saving(tmp_path):
    model, _ = make_run("sgd")
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=2)
    x = torch.ones(2, 3)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = model(x).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with pytest.raises(CheckpointError, match=r"LBFGS keeps '.*' as list; .* could not be resumed"):
        save_training_state(tmp_path / "s", model, optimizer, torch.Generator(), {}, {})
    assert not (tmp_path / "s").exists()


def test_another_optimizer_is_named(tmp_path):
    model, optimizer = make_run("momentum")
    step(model, optimizer, 0)
    save_training_state(tmp_path / "s", model, optimizer, torch.Generator(), {}, {})
    other, another = make_run("adamw")
    with pytest.raises(CheckpointError, match="a run with SGD, not with AdamW"):
        load_training_state(tmp_path / "s", other, another, torch.Generator(), {})
