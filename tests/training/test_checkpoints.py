"""What is saved comes back; what is not whole is refused in one line."""

import json

import pytest
import torch

from course_lib.models.gpt import GPT, GPTConfig
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.checkpoints import CheckpointError, load_checkpoint, save_checkpoint

TOKENIZER = BytePairTokenizer.train("the cat sat on the mat", 270, ("<|end|>",))


def small_gpt(**options) -> GPT:
    config = GPTConfig(vocab_size=TOKENIZER.vocab_size, context=8, n_layer=1, n_head=2, n_embd=8, **options)
    return GPT(config, torch.Generator().manual_seed(0))


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
    assert names == ["m.json", "m.safetensors", "tokenizer.json"]


@pytest.fixture
def saved(tmp_path):
    save_checkpoint(tmp_path / "m", small_gpt(), TOKENIZER)
    return tmp_path


def cut(path, keep=200):
    path.write_bytes(path.read_bytes()[:keep])


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGE = {
    "no weights": (lambda d: (d / "m.safetensors").unlink(), "missing"),
    "no record": (lambda d: (d / "m.json").unlink(), "missing"),
    "no tokenizer": (lambda d: (d / "tokenizer.json").unlink(), "missing"),
    "weights cut short": (lambda d: cut(d / "m.safetensors"), "cut short or changed"),
    "weights empty": (lambda d: cut(d / "m.safetensors", 0), "cut short or changed"),
    "record cut short": (lambda d: cut(d / "m.json"), "no checkpoint of this course"),
    "tokenizer cut short": (lambda d: cut(d / "tokenizer.json", 50), "no byte-pair tokenizer"),
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
    "other shape": (lambda d: edit(d / "m.json", config={"vocab_size": 9}), "does not hold this model"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named_in_one_line(saved, damage, message):
    damage(saved)
    with pytest.raises(CheckpointError, match=message) as error:
        load_checkpoint(saved / "m")
    assert "\n" not in str(error.value)


def test_a_failed_save_leaves_the_old_checkpoint(saved, monkeypatch):
    before = (saved / "m.safetensors").read_bytes()

    def fail(path, data):
        path.open("wb").write(data[:100])
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(saved / "m", small_gpt(), TOKENIZER)
    assert (saved / "m.safetensors").read_bytes() == before
    assert sorted(p.name for p in saved.iterdir()) == ["m.json", "m.safetensors", "tokenizer.json"]
