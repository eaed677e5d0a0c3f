"""The table has its rows and the peers their weights; how fast anything is, no test says."""

import importlib

import pytest
import torch

from course_lib import bench
from course_lib.errors import CourseError
from course_lib.models.gpt import GPT

PEERS = {
    "training": ["transformers"],
    "generation": ["transformers"],
    "tokenizer": ["tokenizers", "tiktoken"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", bench.BENCHES)
def test_every_benchmark_has_ours_and_its_peers(name, capsys):
    for peer in PEERS[name]:
        pytest.importorskip(peer, reason=f"{peer} is missing here: nothing to compare with")
    rows = bench.run_bench([name], quick=True)
    assert {row.bench for row in rows} == {name}
    for who in ("course_lib", *PEERS[name]):
        assert any(who in row.what and row.value is not None for row in rows), who
    for row in rows:
        assert row.value is not None
        assert row.value > 0
        assert row.what.startswith("limit") or row.ratio is not None
        assert not row.note.startswith("other tokens")
    assert "ours / this" in capsys.readouterr().out


@pytest.mark.slow
def test_missing_peers_are_named(monkeypatch):
    monkeypatch.setattr(bench, "_peer", lambda name: None)
    monkeypatch.setattr(bench, "language_reference", lambda: "the cat sat on the mat " * 40)
    for name in ("generation", "tokenizer"):
        absent = [row for row in bench.run_bench([name], quick=True, show=False) if row.value is None]
        assert all("pip install" in row.note for row in absent)
        assert [row.what.split()[0] for row in absent] == PEERS[name]


def test_other_logits_are_refused(monkeypatch):
    pytest.importorskip("transformers", reason="transformers is missing here: no logits to compare with")
    save = bench.save_pretrained

    def save_other_weights(folder: str, model: GPT) -> None:
        save(folder, model)
        with torch.no_grad():
            model.embed.weight[0] *= 2

    monkeypatch.setattr(bench, "save_pretrained", save_other_weights)
    with pytest.raises(CourseError, match="logits differ"):
        bench.run_bench(["training"], quick=True, show=False)


def test_other_ids_are_refused(monkeypatch):
    pytest.importorskip("tiktoken", reason="tiktoken is missing here: no ids to compare with")
    monkeypatch.setattr(
        bench, "_peer", lambda name: importlib.import_module(name) if name == "tiktoken" else None
    )
    encode = bench.BytePairTokenizer.encode
    monkeypatch.setattr(bench.BytePairTokenizer, "encode", lambda self, text: encode(self, text)[::-1])
    with pytest.raises(CourseError, match="ids differ from those of tiktoken"):
        bench.run_bench(["tokenizer"], quick=True, show=False)


def test_contenders_take_turns_and_start_in_turn():
    order: list[str] = []
    contenders = {n: bench.Contender(lambda _, n=n: order.append(n), work=2.0) for n in "abc"}
    results = bench.interleave(contenders, rounds=3)
    assert ["".join(order[i : i + 3]) for i in range(3, 12, 3)] == ["abc", "bca", "cab"]
    assert [len(results[name].work_per_s) for name in "abc"] == [3, 3, 3]


def test_ratios_are_taken_within_rounds():
    """A round in which the machine is busy slows both; the ratio stays."""
    ours, theirs = bench.Result([20.0, 2.0, 40.0]), bench.Result([10.0, 1.0, 30.0])
    assert ours.over(theirs) == 2.0
    assert ours.speed == 20.0


def test_ten_times_the_text_is_other_text():
    text = "the cat sat on the mat\n" * 50
    longer = bench.more_english(text, 10 * len(text))
    assert longer.startswith(text)
    assert len(longer) == 10 * len(text)
    paragraphs = longer[len(text) :].strip().split("\n\n")
    assert len(set(longer[len(text) :].split())) > 300
    assert len(set(paragraphs)) > 0.9 * len(paragraphs)


def test_unknown_names_are_refused():
    with pytest.raises(CourseError, match="no benchmark 'speed'"):
        bench.run_bench(["speed"])
