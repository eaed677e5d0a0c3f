"""The three stages in miniature, their split, and the table; what they reach is for `course train facts`."""

import bz2
import dataclasses
import signal
from functools import partial

import pytest
import torch

from course_lib.data import facts
from course_lib.models.gpt import GPTConfig
from course_lib.training import three_stages
from course_lib.training.course_gpt import Corpus
from course_lib.training.loop import TrainConfig
from course_lib.training.three_stages import (
    PADDING,
    PARTS,
    Recipe,
    SeedsTable,
    Split,
    StageRow,
    StageTable,
    compressors,
    make_split,
    run_seeds,
    run_three_stages,
)


def test_test_split_is_the_fact_worlds():
    split = make_split()
    assert list(split.parts) == list(PARTS)
    assert sum(len(part) for part in split.parts.values()) == len(facts.questions("all"))
    assert all(q.seen_country and q.seen_wording for q in split.seen)
    assert all(q.seen_country and not q.seen_wording for q in split.new_wording)
    assert all(not q.seen_country and q.seen_wording for q in split.new_country)
    assert not any(q.seen_country or q.seen_wording for q in split.both)
    assert len(split.held_out) == len(facts.questions("all")) - len(split.seen)


def test_validation_split_never_looks_at_the_test_split():
    split = make_split("validation")
    together = split.seen + split.held_out
    assert sorted(q.text for q in together) == sorted(q.text for q in make_split().seen)
    countries, wordings = ({(q.country,) for q in split.seen}, {(q.kind, q.wording) for q in split.seen})
    assert all((q.country,) in countries for q in split.new_wording)
    assert all((q.kind, q.wording) in wordings for q in split.new_country)
    assert not any((q.country,) in countries for q in split.new_country + split.both)
    assert not any((q.kind, q.wording) in wordings for q in split.new_wording + split.both)
    assert {q.kind for q in split.both} == set(facts.KINDS)


def test_compressors():
    """A validation text that stands in the training text costs xz almost nothing, and bz2 as much as ever."""
    letters = torch.randint(97, 123, (6000,), generator=torch.Generator().manual_seed(0)).tolist()
    text = "".join(map(chr, letters))
    bz2_bits, xz_bits = compressors(Corpus(text, text[:3000], [], []))
    assert bz2_bits == 8 * len(bz2.compress(text[:3000].encode())) / 3000
    assert xz_bits < 0.2 < 4.7 < bz2_bits  # log2 26 = 4.7


def table(seed: int, seen_after: int) -> StageTable:
    def row(stage, right, **more):
        asked = dict.fromkeys(PARTS, 10)
        return StageRow(stage, 2.5, dict.fromkeys(PARTS, right), asked, 0.5, 60.0, 100.0, 1000, **more)

    rows = [
        row("base", 0),
        row("sft", 10, win_rate=0.5, brief=0.4),
        row("dpo", seen_after, win_rate=0.95, brief=0.9, kl=0.5),
    ]
    return StageTable(seed, rows, 2.6, 2.0, 2)


def test_table_by_hand():
    one = table(0, 9)
    assert one.seconds == 180
    assert one.seen_change == pytest.approx(-0.1)
    lines = str(one).splitlines()
    assert lines[0] == "|  | after pre-training | after SFT | after DPO |"
    assert "| exact match, both | 0.0% | 100.0% | 90.0% |" in lines
    assert "| exact match, seen: change | - | - | -10.0 |" in lines
    assert "| win rate of the brief answer | - | 50.0% | 95.0% |" in lines
    assert "180 s in all" in lines[-1]
    assert "bz2 2.60" in lines[-1]


def test_several_seeds_show_mean_and_spread():
    lines = str(SeedsTable([table(0, 9), table(1, 10), table(2, 5)])).splitlines()
    line = "| exact match, seen | 0.0% (0.0% to 0.0%) | 100.0% (100.0% to 100.0%) | 80.0% (50.0% to 100.0%) |"
    assert line in lines
    assert "| exact match, seen: change | - | - | -20.0 (-50.0 to +0.0) |" in lines
    assert "Seeds 0, 1, 2;" in lines[-1]


def test_rich_table_has_the_same_cells():
    rich_console = pytest.importorskip("rich.console")
    console = rich_console.Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(table(0, 9))
    assert "after DPO" in (text := console.export_text())
    assert "-10.0" in text


@pytest.fixture
def small(monkeypatch) -> Recipe:
    """A model of one layer, little text, few questions and few steps."""
    monkeypatch.setattr(
        three_stages,
        "gpt_config",
        lambda: GPTConfig(vocab_size=1024, context=256, n_layer=1, n_head=1, n_embd=8),
    )
    text = three_stages.language_reference()[:12_000]
    monkeypatch.setattr(three_stages, "language_reference", lambda: text)
    whole = make_split()
    few = Split(whole.seen[:2], *([part[0]] for part in (whole.new_wording, whole.new_country, whole.both)))
    monkeypatch.setattr(three_stages, "make_split", lambda part: few)
    monkeypatch.setattr(three_stages, "DOCUMENTS_PER_COUNTRY", 1)
    tokenizer = three_stages.train_tokenizer(three_stages.make_corpus(7))
    monkeypatch.setattr(three_stages, "train_tokenizer", lambda corpus: tokenizer)
    for name in ("ask_all", "sample_answers"):
        monkeypatch.setattr(three_stages, name, partial(getattr(three_stages, name), max_new_tokens=4))
    monkeypatch.setattr(three_stages, "KL_PROMPTS", 2)
    monkeypatch.setattr(three_stages, "KL_EVERY", 1)
    return Recipe(TrainConfig(4, warmup=1), TrainConfig(3, warmup=1), TrainConfig(2, warmup=1))


@pytest.mark.slow
def test_an_interrupted_run_goes_on_with_the_next_stage(small, tmp_path, monkeypatch):
    """Stopped in pre-training, in SFT and in DPO; at the end the same figures as of one run without stops."""
    whole = run_three_stages(7, None, False, small)
    calls = []
    draw = three_stages.PretrainingBatches.__call__

    def counted(self, generator):
        calls.append("base")
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)  # Ctrl-C waits for the end of the step
        return draw(self, generator)

    monkeypatch.setattr(three_stages.PretrainingBatches, "__call__", counted)
    for stage in ("finetune_on_examples", "align_on_preferences"):
        real = getattr(three_stages, stage)
        stopped = []

        def once(*args, real=real, stopped=stopped, **kwargs):
            if not stopped:
                stopped.append(1)
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        monkeypatch.setattr(three_stages, stage, once)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            run_three_stages(7, tmp_path, False, small)
    resumed = run_three_stages(7, tmp_path, False, small)
    assert len(calls) == 4  # three, then the one that was missing
    timed = {"seconds": 0.0, "cpu_seconds": 0.0}
    for ours, theirs in zip(resumed.rows, whole.rows, strict=True):
        assert dataclasses.replace(ours, **timed) == dataclasses.replace(theirs, **timed)
    assert run_seeds([7], tmp_path, False, small).tables[0].rows == resumed.rows  # nothing is trained again
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    other = dataclasses.replace(small, finetune=TrainConfig(1, warmup=0))
    assert run_three_stages(7, tmp_path, False, other).row("sft").tokens != resumed.row("sft").tokens


def test_tuning_reads_seen_questions_only_and_half_of_the_answers_are_padded(small, monkeypatch):
    read = {}

    class Enough(Exception):  # noqa: N818
        pass

    def keep(name):
        def instead(model, rows, *args, **kwargs):
            read[name] = rows
            raise Enough

        return instead

    run = three_stages._Run(7, None, False, small, "test", 1)
    monkeypatch.setattr(three_stages, "finetune_on_examples", keep("sft"))
    monkeypatch.setattr(three_stages, "align_on_preferences", keep("dpo"))
    for stage in (run.sft, run.dpo):
        with pytest.raises(Enough):
            stage()
    expected = [q.answer + end + facts.END for q in run.split.seen for end in ("", PADDING)]
    decode = run.tokenizer.decode
    assert [decode(e.ids[e.prompt_length :]) for e in read["sft"]] == expected
    assert [decode(p.chosen.ids[p.chosen.prompt_length :]) for p in read["dpo"]] == expected[::2]
    assert [decode(p.rejected.ids[p.rejected.prompt_length :]) for p in read["dpo"]] == expected[1::2]


def test_bad_input():
    with pytest.raises(ValueError, match="seeds is empty"):
        run_seeds([])
    with pytest.raises(ValueError, match="threads=0"):
        run_three_stages(threads=0)
