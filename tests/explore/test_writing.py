"""The text that learns to write: marks that are honest, a reader's own page, and a run held against another."""

from __future__ import annotations

import re
from typing import Any

import pytest
from IPython.display import Markdown

from course_lib.explore import first_model, writing
from course_lib.explore.figure import Picture
from course_lib.explore.first_model import FirstRun
from course_lib.explore.letters import Span, equal_spans, one_line, word_spans


@pytest.fixture(scope="module")
def run() -> FirstRun:
    return first_model.train_first_model(first_model.small_world(), seed=0, steps=6, stages=(0, 3, 6))


def texts_of(figure: Any) -> list[str]:
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def marked(text: str, spans: list[Span]) -> list[str]:
    return [text[span.start : span.stop] for span in spans if span.mark]


def test_known_words_are_marked_and_every_letter_is_in_one_span() -> None:
    text = "The cat sat zzz it's on th"
    spans = word_spans(text, {"cat", "sat", "it's", "on", "th"}, begin=4)
    assert marked(text, spans) == ["cat", "sat", "it's", "on"]  # "th" may be cut off
    assert "".join(text[span.start : span.stop] for span in spans) == text[4:]


def test_what_agrees_at_the_same_place_is_marked() -> None:
    assert equal_spans("abcd", "abXd!") == [
        Span(0, 2, True), Span(2, 3, False), Span(3, 4, True), Span(4, 5, False),
    ]  # fmt: skip
    assert equal_spans("ab", "") == []
    assert one_line("a\nb\tc") == "a⏎b c"


def test_stages_to_come_leave_their_lines_empty(run: FirstRun) -> None:
    known = first_model.words_of(run.read)
    whole = texts_of(writing.draw_writing(run.stages, [0, 3, 6], run.prompt, known))
    begun = texts_of(writing.draw_writing(run.stages[:1], [0, 3, 6], run.prompt, known))
    assert sum(text.endswith("%") for text in whole) == 3
    assert sum(text.endswith("%") for text in begun) == 1
    assert {"0", "3", "6"} <= set(begun)


def test_what_is_seen_while_it_trains_says_the_step_and_escapes_the_text(run: FirstRun) -> None:
    stage = first_model.Stage(3, 1.0, "The cat <b> sat on", 0.5, {"a": 1.0})
    page = writing.progress_page([stage], [3, 6], "The cat ", {"sat"}, [4.0, 3.0, 2.5])
    assert "step 3 of 6, loss 2.50" in page
    assert 'points="1,20.0 2,40.0 3,50.0"' in page
    assert "<i>The cat </i>&lt;b&gt; <b><u>sat</u></b> on" in page
    assert page.count("<tr>") == 3
    assert "50%" in page


@pytest.mark.parametrize(
    ("guess", "said"), [(3, "your guess"), ("5 steps", "your guess"), (900, "your guess: 900 ↓")]
)
def test_the_guess_is_drawn(run: FirstRun, guess: object, said: str) -> None:
    shown = writing.learned_to_write(run).show
    assert shown is not None
    assert said in texts_of(shown(guess).figure)
    assert not any("your guess" in text for text in texts_of(shown("soon").figure))


def test_the_finding_names_the_first_stage_that_is_good_enough(run: FirstRun) -> None:
    assert writing.learned_to_write(run).measured == "never"
    stages = [
        first_model.Stage(step, 1.0, run.stages[0].text, share, {"a": 1.0})
        for step, share in ((1, 0.2), (2, 0.95), (3, 0.93))
    ]
    better = FirstRun(run.model, run.tokenizer, run.prompt, run.read, stages, run.losses, 1, 1.0)
    assert writing.learned_to_write(better).measured == "2"


def test_bars_keep_their_letters_from_stage_to_stage(run: FirstRun) -> None:
    labels = []
    for number in range(3):
        figure, sentence = writing.learning(run, number)
        labels.append([label.get_text() for label in figure.axes[-1].get_xticklabels()])
        assert f"After {run.stages[number].step} steps" in sentence
    assert labels[0] == labels[1] == labels[2]
    assert len(labels[0]) == len(set(labels[0])) <= 9
    likeliest = next(iter(run.stages[-1].chances))
    assert likeliest in writing.watched(run)


@pytest.mark.slow
def test_moving_the_slider_changes_sentence_and_picture_and_frames_differ(run: FirstRun) -> None:
    view = writing.LearningView(run)
    image = view.widget().children[-2]
    before, said = image.value, view.sentence
    view.controls["number"].value = 2
    assert "After 6 steps" in view.sentence
    assert (image.value, view.sentence) != (before, said)
    assert len(set(re.findall(r'alt="([^"]+)"', view.frozen()))) == 3
    assert view.play.max == 2


# --- a reader's own text


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda *things, **_: found.extend(things))
    return found


@pytest.mark.parametrize(
    ("text", "said"), [("  \n", "nothing was trained"), ("Too short. " * 9, "98 characters")]
)
def test_an_empty_or_short_text_is_answered_with_a_sentence(shown: list[Any], text: str, said: str) -> None:
    writing.imitate(text)
    (only,) = shown
    assert isinstance(only, Markdown)
    assert said in only.data


def test_an_own_text_in_any_script_is_imitated(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "OWN_STAGES", (0, 2))
    text = "Öl und Brot kosten 3 €, ändern wir’s? Да. | $x$ " * 30
    writing.imitate(text)
    picture, page, says = shown
    assert isinstance(picture, Picture)
    assert "it goes on" in page.data
    assert f"{len(text.strip()):,} characters" in says.data


@pytest.mark.parametrize(
    ("text", "prompt"), [("The old man", "The old "), ("Übergrößenträger", "Übergröß"), ("a b", "a ")]
)
def test_the_prompt_is_the_beginning_of_the_text(text: str, prompt: str) -> None:
    assert writing.own_prompt(text) == prompt


def test_copied_letters_are_counted_by_hand() -> None:
    assert writing.copied_letters("abcdX", "zabcd", run=2) == 0.75
    assert writing.copied_letters("abc", "abc", run=3) == 1.0
    assert writing.copied_letters("ab", "abc", run=3) == 0.0


def test_own_sentences_are_looked_up_one_by_one(run: FirstRun) -> None:
    read = FirstRun(run.model, run.tokenizer, "", "The cat\nsat. It rained. ", [], [], 1, 1.0)
    found = writing.own_sentences(read, "begin. The cat sat. It snowed. It rained. It snowed. cut")
    assert found.measured == "50%"
    assert found.question.startswith("share of its 4 sentences")
    assert found.show is not None
    assert "It snowed" in found.show(None).data


# --- same seed, same text


def test_runs_are_held_against_the_first_one_place_by_place() -> None:
    text = first_model.small_world()
    changed = text.replace("cat", "rat")  # so many that two steps are sure to read one
    plans = {"one": (text, 1), "again": (text, 1), "changed": (changed, 1), "other": (text, 2)}
    runs = {
        name: first_model.train_first_model(read, seed, steps=2, stages=(2,))
        for name, (read, seed) in plans.items()
    }
    found = writing.same_dice(runs)
    written = {name: one.stages[-1].text.removeprefix(one.prompt) for name, one in runs.items()}
    by_hand = sum(a == b for a, b in zip(written["one"], written["changed"], strict=True))
    assert found.measured == str(by_hand)
    assert found.show is not None
    sentence = found.show(3).sentence
    assert f"again: “{one_line(written['one'])}”, {first_model.SHOWN} the same" in sentence
    assert "changed, other dice" in sentence
    rows = writing.compare_weights(runs).data
    assert "| again | 0% | not at all |" in rows
    assert re.search(r"\| changed \| \d+% \| by less than a fifth", rows)
    assert "| other | 100% | by about their size |" in rows
