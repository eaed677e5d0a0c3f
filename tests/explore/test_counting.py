"""What lesson 01 finds out by counting, held against a second way of counting it."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch

from course_lib.data import facts
from course_lib.data.tale import split_words, tale
from course_lib.evaluation.perplexity import token_loss
from course_lib.explore import counting
from course_lib.explore.counting import Reading
from course_lib.models.gpt import GPT, GPTConfig
from course_lib.models.ngram import NGram


@pytest.fixture(scope="module")
def reading() -> Reading:
    return counting.load_reading()


@pytest.fixture(scope="module")
def little(reading: Reading) -> Reading:
    """The same with a small manual, for what takes long."""
    return Reading(
        reading.gpt, reading.tokenizer, reading.manual_text[:20_000], reading.held_out_text, reading.manual[:6000],
        reading.documents, reading.held_out, reading.new_facts, reading.minutes, False,
    )  # fmt: skip


def test_witten_bell_by_hand_as_the_lesson_shows_it_is_the_model_of_the_library() -> None:
    words = split_words(tale())
    names = sorted(set(words))
    model = NGram([names.index(word) for word in words], len(names), order=3)
    for word in ("baker", "cabinet"):
        p = 1 / len(names)
        for label in ([], ["the"], ["said", "the"]):
            n = len(label)
            slips = Counter(words[i + n] for i in range(len(words) - n) if words[i : i + n] == label)
            p = (slips[word] + len(slips) * p) / (slips.total() + len(slips))
        probs = model.probs([names.index("said"), names.index("the")])
        assert float(probs[names.index(word)]) == pytest.approx(p)


def test_unseen_runs_are_those_that_a_table_has_not(reading: Reading, little: Reading) -> None:
    found = counting.unseen_runs(little, longest=3)
    table = NGram(little.manual, reading.tokenizer.vocab_size, 3)
    ids = little.held_out.ids
    new = sum(table.counts(ids[i : i + 2]).get(ids[i + 2], 0) == 0 for i in range(len(ids) - 2))
    assert found.measured == f"{new / (len(ids) - 2):.0%}"
    assert found.show is not None
    assert found.measured in found.show("20 %").sentence


def test_curves_are_those_of_single_models(little: Reading) -> None:
    curves = counting.measure_curves(little)
    assert len(curves.sizes) == 10
    assert curves.sizes[-1] == len(little.manual)
    alone = NGram(little.manual[: curves.sizes[4]], little.tokenizer.vocab_size, 2).loss(little.held_out.ids)
    assert curves.bits["Witten-Bell"][2][4] == pytest.approx(little.held_out.bits_per_byte(alone))
    assert curves.last_gain == pytest.approx(
        curves.bits["Witten-Bell"][3][-2] - curves.bits["Witten-Bell"][3][-1]
    )
    found = counting.best_memory(little, curves)
    best = min(range(1, 6), key=lambda order: curves.bits["Witten-Bell"][order][-1])
    assert found.measured == str(best)
    doubled = counting.doublings(little, curves, len(little.manual) * 8)
    assert doubled.measured == "3.0"


def test_a_short_context_is_the_gpt_asked_token_by_token() -> None:
    gpt = GPT(
        GPTConfig(vocab_size=11, context=16, n_layer=1, n_head=2, n_embd=8), torch.Generator().manual_seed(0)
    )
    gpt.eval()
    ids = torch.randint(11, (14,), generator=torch.Generator().manual_seed(1)).tolist()
    with torch.no_grad():
        for context in (1, 3, 13, 40):
            losses = [
                -float(
                    gpt(torch.tensor([ids[max(0, i - context) : i]])).logits[0, -1].log_softmax(-1)[ids[i]]
                )
                for i in range(1, len(ids))
            ]
            found = counting.short_context_loss(gpt, ids, context)
            assert found == pytest.approx(sum(losses) / len(losses), abs=1e-5)
    assert counting.short_context_loss(gpt, ids, 16) == pytest.approx(token_loss(gpt, ids), abs=1e-5)
    with pytest.raises(ValueError, match="context=0"):
        counting.short_context_loss(gpt, ids, 0)


@pytest.mark.slow
def test_what_the_lesson_says_about_counts_and_network_holds(reading: Reading) -> None:
    found = counting.against_the_network(reading)
    assert found.show is not None
    rows = [line.split(" | ") for line in found.show(None).data.splitlines()[2:]]
    trigram, longer, cut, whole = [[float(cell.strip(" |")) for cell in row[1:]] for row in rows]
    assert abs(trigram[0] - whole[0]) < 0.1
    assert trigram[1] > 2 * whole[1]
    assert cut[1] > longer[1] > whole[1]
    assert "about as well as" in found.says
    assert float(str(found.measured)) == pytest.approx(trigram[1] / whole[1], abs=0.1)


def test_facts_are_completed_as_a_dictionary_of_contexts_would(reading: Reading) -> None:
    found = counting.facts_by_order(reading)
    after: dict[tuple[int, ...], Counter[int]] = {}
    ids = reading.documents
    for i in range(len(ids) - 4):
        after.setdefault(tuple(ids[i : i + 4]), Counter())[ids[i + 4]] += 1
    right = 0
    for country in facts.COUNTRIES:
        for kind in facts.KINDS:
            answer = f" {getattr(country, kind)}"
            before = facts.statement(country.name, kind).rpartition(answer)[0]
            context = tuple(reading.tokenizer.encode(before)[-4:])
            right += after[context].most_common(1)[0][0] == reading.tokenizer.encode(answer)[0]
    assert found.show is not None
    assert f"order 5 {right}" in found.show(None).sentence


def test_nothing_that_it_read_names_the_invented_countries(reading: Reading) -> None:
    everything = reading.tokenizer.decode(reading.documents) + reading.manual_text
    assert not any(name in everything for name in counting.ALL_INVENTED)
    found = counting.nothing_there(reading)
    model = reading.fact_table(5)
    ids = reading.tokenizer.encode("The capital of Zubrowka is")
    assert found.measured == f"{float(model.probs(ids).max()):.0%}"
    assert found.show is not None
    sentence = found.show("20 %").sentence
    for name in counting.REAL:
        assert f"The capital of {name} is {facts.country(name).capital}." in sentence
    assert "(" + str(found.measured) + ")" in sentence


def test_mean_confidence_is_a_plain_mean(reading: Reading) -> None:
    model = reading.fact_table(3)
    sure = [
        float(model.probs(reading.tokenizer.encode(text.format(name))).max())
        for name in counting.ALL_INVENTED
        for text in counting.BEGINNINGS
    ]
    row = counting.mean_confidence(reading, orders=(3,)).data.splitlines()[-1]
    assert row.endswith(f"{sum(sure) / len(sure):.0%} |")


def test_bits_per_byte_of_bytes_and_of_tokens_are_of_the_same_text(little: Reading) -> None:
    found = counting.perplexity_or_bits(little)
    raw, new = list(little.manual_text.encode()), list(little.held_out_text.encode())
    loss = NGram(raw, 256, 4).loss(new)
    assert found.show is not None
    (bytes_row,) = [line for line in found.show(None).data.splitlines() if line.startswith("| bytes")]
    assert f"{loss / math.log(2) * (len(new) - 1) / len(new):.2f}" in bytes_row
    assert found.measured in ("bytes", "tokens")


def test_reading_again_looks_better_than_new_text(little: Reading) -> None:
    found = counting.read_or_held_out(little, highest=3)
    loss = little.table(3).loss(little.manual)
    n_bytes = len(little.tokenizer.decode(little.manual).encode())
    assert found.measured == f"{loss * (len(little.manual) - 1) / n_bytes / math.log(2):.2f}"


@pytest.mark.slow
def test_longer_memories_copy_more(little: Reading) -> None:
    found = counting.copied_by_order(little, length=300)
    assert found.show is not None
    shares = [float(line.rsplit("| ", 1)[1].strip(" |%")) for line in found.show(None).data.splitlines()[2:]]
    assert shares == sorted(shares)
    assert found.measured == f"{shares[-1]:.0f}%"


def test_the_tale_is_there_to_read() -> None:
    page = counting.tale_to_read().data
    assert page.startswith("<details><summary>")
    assert "the bread is the best in the world" in page
