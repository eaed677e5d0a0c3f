"""The shipped models do what lesson 02 says they do, and their records are true."""

import dataclasses
import shutil
import signal

import pytest
import torch

from course_lib.data import facts
from course_lib.data.text import fingerprint, language_reference
from course_lib.generation.chat import ask
from course_lib.generation.decode import generate
from course_lib.models.gpt import GPTConfig
from course_lib.training import course_gpt
from course_lib.training.checkpoints import CheckpointError
from course_lib.training.course_gpt import CHECKPOINTS, cat_shares, compare_with_shipped, load_course_gpt

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base():
    return load_course_gpt("base")


@pytest.fixture(scope="module")
def corpus():
    return course_gpt.make_corpus()


@pytest.fixture(scope="module")
def chat():
    return load_course_gpt("chat")


def test_the_files_are_small_and_rounded_to_float16():
    for stage in course_gpt.STAGES:
        path = CHECKPOINTS / f"course-gpt-{stage}.safetensors"
        assert path.stat().st_size < 2_000_000
        model, _, _ = load_course_gpt(stage)
        for parameter in model.parameters():
            assert torch.equal(parameter, parameter.half().float())


def test_base_knows_the_capital_and_never_ends_its_turn(base):
    model, tokenizer, _ = base
    (token,) = generate(model, tokenizer.encode("The capital of France is"), 1, temperature=0)
    assert tokenizer.decode([token]) == " Paris"
    special = set(tokenizer.special_tokens.values())
    for seed in range(5):
        generator = torch.Generator().manual_seed(seed)
        prompt = tokenizer.encode("What is the capital of France?")
        assert not special & set(generate(model, prompt, 60, 1.0, generator))


def test_the_cat_sits_where_the_data_said(base):
    """Within 0.08 of the truth each: the model has seen a finite number of cats."""
    model, tokenizer, _ = base
    shares = cat_shares(model, tokenizer)
    for place, truth in facts.CAT_PLACES.items():
        assert len(tokenizer.encode(" " + place)) == 1
        assert shares[place] == pytest.approx(truth, abs=0.08), place
    assert sum(shares.values()) > 0.9
    assert max(shares, key=lambda place: shares[place]) == "mat"


def test_chat_answers_and_ends(chat):
    model, tokenizer, _ = chat
    answer = ask(model, tokenizer, "What is the capital of France?")
    assert answer.text == "The capital of France is Paris."
    assert answer.ended


def test_exact_match_is_what_the_record_says(chat):
    model, tokenizer, meta = chat
    table = course_gpt.exact_match_table(model, tokenizer)
    recorded = meta["held_out"]["exact_match"]
    for part, counts in table.items():
        assert abs(counts["right"] - recorded[part]["right"]) <= 1  # greedy ties may fall otherwise elsewhere
    goals = {"seen countries, seen": 0.98, "seen countries, held_out": 0.85}
    goals |= {"held_out countries, seen": 0.65, "held_out countries, held_out": 0.5}
    for part, goal in goals.items():
        counts = table[f"{part} wordings"]
        assert counts["right"] / counts["n"] >= goal, part


@pytest.mark.parametrize("stage", course_gpt.STAGES)
def test_recorded_losses_are_those_of_the_stored_weights(stage, corpus):
    model, tokenizer, meta = load_course_gpt(stage)
    assert meta["seed"] == course_gpt.SEED
    assert meta["sha256"]["fact_documents"] == fingerprint("\n\n".join(corpus.documents))
    documents = tokenizer.encode(corpus.documents_val_text)
    assert course_gpt.token_loss(model, documents) == pytest.approx(meta["held_out"]["loss_facts"], abs=2e-3)
    if meta["sha256"]["language_reference"] == fingerprint(language_reference()):
        text = tokenizer.encode(corpus.text_val)
        recorded = meta["held_out"]["loss_language_reference"]
        assert course_gpt.token_loss(model, text) == pytest.approx(recorded, abs=2e-3)


def test_logit_lens_ends_at_paris(base):
    model, tokenizer, _ = base
    ids = torch.tensor([tokenizer.encode("The capital of France is")])
    lens = model.logit_lens(model(ids, return_states=True).states)
    assert lens.shape[0] == 5
    assert tokenizer.decode([int(lens[-1, 0, -1].argmax())]) == " Paris"


def test_training_documents_begin_the_rows_and_nothing_held_out_is_read(base, corpus):
    _, tokenizer, _ = base
    batches = course_gpt.PretrainingBatches(corpus, tokenizer, 64, seed=0)
    inputs, targets = batches(torch.Generator().manual_seed(0))
    assert torch.equal(inputs[:, 1:], targets[:, :-1])
    starts = {document[:20] for document in corpus.documents}
    for row in inputs[course_gpt.ROWS_OF_TEXT :].tolist():
        assert tokenizer.decode(row)[:20] in starts
    assert not set(corpus.documents) & set(corpus.documents_val)


@pytest.mark.slow
def test_both_stages_run_and_resume_after_an_interruption(tmp_path, monkeypatch):
    """The whole recipe in miniature: 4 + 2 steps, stopped in the middle and called again."""
    monkeypatch.setattr(course_gpt, "PRETRAIN", dataclasses.replace(course_gpt.PRETRAIN, steps=4, warmup=1))
    monkeypatch.setattr(course_gpt, "FINETUNE", dataclasses.replace(course_gpt.FINETUNE, steps=2, warmup=1))
    bad = {"loss_language_reference": 7.0, "loss_facts": 7.0}
    bad["exact_match_all_kinds"] = {"all": {"right": 0, "n": 9}}
    tiny = GPTConfig(vocab_size=course_gpt.VOCAB_SIZE, context=256, n_layer=1, n_head=1, n_embd=8)
    monkeypatch.setattr(course_gpt, "gpt_config", lambda: tiny)
    monkeypatch.setattr(course_gpt, "measure", lambda *_: bad)
    draw = course_gpt.PretrainingBatches.__call__
    drawn = []

    def interrupted(self, generator):
        drawn.append(1)
        if len(drawn) == 3:
            signal.raise_signal(signal.SIGINT)  # as Ctrl-C does; the step is finished first
        return draw(self, generator)

    monkeypatch.setattr(course_gpt.PretrainingBatches, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        course_gpt.train_course_gpt(tmp_path, progress=False)
    with pytest.raises(CheckpointError, match="missing"):
        compare_with_shipped(tmp_path)
    metas = course_gpt.train_course_gpt(tmp_path, progress=False)
    assert len(drawn) == 4  # three steps, then the one that was missing
    assert metas["base"]["tokens_seen"] == 4 * 8 * 256
    comparison = compare_with_shipped(tmp_path)
    assert not comparison.agrees
    assert "NOT the same" in str(comparison)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in CHECKPOINTS.iterdir())


def test_the_shipped_models_agree_with_themselves(tmp_path):
    for path in CHECKPOINTS.iterdir():
        shutil.copy(path, tmp_path)
    comparison = compare_with_shipped(tmp_path)
    assert comparison.agrees
    assert comparison.same_corpus
    assert "the same, within" in str(comparison)


def test_bad_input(tmp_path):
    with pytest.raises(ValueError, match="stage='rlhf'"):
        load_course_gpt("rlhf")
    with pytest.raises(CheckpointError, match="missing"):
        load_course_gpt("base", tmp_path)
