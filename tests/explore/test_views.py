"""The views of the lessons: they say their result in words, live and frozen."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
import torch
from markdown_it import MarkdownIt

from course_lib.data import facts
from course_lib.data.houses import PRICE_PER_SQFT, house_sales
from course_lib.errors import CourseError
from course_lib.explore.figure import Marked, Picture, compare, new_figure, table
from course_lib.explore.lens import lens_by_group
from course_lib.explore.loss_valley import critical_rate, descend, loss_valley, valley
from course_lib.explore.mistakes import next_words, train_tiny
from course_lib.explore.pipeline import trace
from course_lib.explore.quiz import Quiz, load_quiz, record_answer
from course_lib.explore.temperature import CAT_SENTENCE, temperature_bars, temperature_explorer
from course_lib.training.course_gpt import load_course_gpt

QUIZZES = sorted((Path(__file__).resolve().parents[2] / "assessments" / "quizzes").glob("*.yaml"))


def test_a_picture_carries_its_sentence_as_text_alternative_and_caption() -> None:
    figure, _ = new_figure()
    page = Picture(figure, 'bars: "mat" has 35 % & more').html()
    assert 'alt="bars: &quot;mat&quot; has 35 % &amp; more"' in page
    assert "<figcaption>" in page
    with pytest.raises(ValueError, match="in words"):
        Picture(figure, " ")


def test_moving_a_control_changes_the_sentence_and_the_image() -> None:
    view = temperature_explorer()
    box = view.widget()
    image, line = box.children[-2:]
    before = (image.value, line.value)
    view.controls["temperature"].value = 0.1
    assert "T = 0.10" in view.sentence
    assert image.value != before[0]
    assert line.value != before[1]
    assert 'role="status"' in line.value


def test_frozen_frames_stand_in_with_three_different_sentences() -> None:
    x, y = house_sales()
    for view in (temperature_explorer(), loss_valley(x, y)):
        page = view.frozen()
        alternatives = re.findall(r'alt="([^"]+)"', page)
        assert len(set(alternatives)) == 3


def test_temperature_explorer_agrees_with_hand_computed_shares() -> None:
    """p_i^(1/T) / sum: at T = 0.5 the shares are squared and scaled."""
    squares = {word: p**2 for word, p in CAT_SENTENCE.items()}
    _, sentence = temperature_bars(CAT_SENTENCE, 0.5)
    assert f"'mat' has {squares['mat'] / sum(squares.values()):.1%}" in sentence


@pytest.mark.parametrize(("share", "ends"), [(0.9, "reaches"), (1.0, "bounces"), (1.1, "leaves")])
def test_the_critical_rate_divides_learning_from_breaking(share: float, ends: str) -> None:
    x, y = house_sales()
    best = float((x * y).mean() / (x * x).mean())
    path = descend(x, y, share * critical_rate(x), 200)
    if ends == "reaches":
        assert path[-1] == pytest.approx(best, rel=1e-6)
    elif ends == "bounces":
        assert path[-1] == pytest.approx(path[-3], rel=1e-6)
        assert abs(path[-1] - path[-2]) > best
    else:
        assert abs(path[-1]) > 1e6 * best


def test_valley_says_which_of_the_three_happens() -> None:
    x, y = house_sales()
    assert "from the bottom" in valley(x, y, 0.5, 10)[1]
    assert "side to side" in valley(x, y, 1.0, 10)[1]
    assert "further away" in valley(x, y, 1.1, 10)[1]


def test_house_sales_hide_the_weight_in_noise() -> None:
    x, y = house_sales(2000, seed=3)
    assert float((x * y).sum() / (x * x).sum()) == pytest.approx(PRICE_PER_SQFT, rel=0.01)
    assert torch.equal(house_sales(5, 1)[1], house_sales(5, 1)[1])
    with pytest.raises(ValueError, match="at least 1"):
        house_sales(0)


def test_a_prediction_is_shown_beside_the_result_or_asked_for() -> None:
    assert "no prediction yet" in compare("price?", None, 5).data
    assert "| you predicted | 4 |" in compare("price?", 4, 5).data


@pytest.mark.parametrize(
    "written",
    ["__mod__", "*x* **y**", "[a](b)", "![](x)", "`c`", "<b>x</b>", "a | b", "&lt;", "one\n\n# two", "$x$"],
)
def test_what_a_model_wrote_is_never_taken_for_markdown(written: str) -> None:
    reader = MarkdownIt("commonmark").enable("table")
    for shown in (
        table(["model", "text"], [["one", written]]),
        compare(written, "x", "y"),
        compare("q", written, 1),
    ):
        page = reader.render(shown.data)
        assert html.escape(" ".join(written.split()), quote=False) in page
        assert page.count("<strong>") == shown.data.count("| measured |")
        assert set(re.findall(r"<(\w+)", page)) <= {"table", "thead", "tbody", "tr", "th", "td", "strong"}


def test_a_cell_may_say_that_it_is_markdown() -> None:
    assert "| [a](b) |" in table(["link"], [[Marked("[a](b)")]]).data


@pytest.mark.parametrize("path", QUIZZES, ids=lambda path: path.stem)
def test_quiz_banks_have_four_to_eight_questions_and_every_option_explains_itself(path: Path) -> None:
    questions = load_quiz(path)
    assert 4 <= len(questions) <= 8
    assert {question.kind for question in questions} == {"concept", "decision", "risk", "evidence"}
    page = Quiz(path.stem, questions, Path("unused")).frozen()
    assert page.count("<details>") == sum(len(question.options) for question in questions)


def test_the_longest_option_is_rarely_the_right_one() -> None:
    """Whoever knows nothing and takes the longest option fares no better than chance; places are spread, too."""
    questions = [question for path in QUIZZES for question in load_quiz(path)]
    longest = first = 0
    for question in questions:
        lengths = [len(option.text) for option in question.options]
        right = next(i for i, option in enumerate(question.options) if option.right)
        longest += lengths[right] == max(lengths)
        first += right == 0
    assert longest <= 0.4 * len(questions)
    assert 0.2 * len(questions) <= first <= 0.5 * len(questions)


def test_answering_a_quiz_explains_and_records(tmp_path: Path) -> None:
    (question, *_) = load_quiz(QUIZZES[0])
    right = next(place for place, option in enumerate(question.options) if option.right)
    made = Quiz("00", [question], tmp_path / "progress.json")
    _, choice, reply = made.widget().children[0].children
    choice.value = (right + 1) % len(question.options)
    assert "Not this one" in reply.value
    choice.value = right
    assert "Right." in reply.value
    assert '"tries": 2' in (tmp_path / "progress.json").read_text()


def test_a_quiz_keeps_its_answers(tmp_path: Path) -> None:
    questions = load_quiz(QUIZZES[0])
    record = tmp_path / "progress.json"
    _, choice, reply = Quiz("00", questions, record).widget().children[1].children
    choice.value = 2
    said, before = reply.value, record.read_text()

    boxes = Quiz("00", questions, record).widget().children  # the cell runs again, perhaps tomorrow
    assert (boxes[1].children[1].value, boxes[1].children[2].value) == (2, said)
    assert (boxes[0].children[1].value, boxes[0].children[2].value) == (None, "")
    assert record.read_text() == before, "showing an answer again is no new try"
    assert Quiz("01", questions, record).widget().children[1].children[1].value is None


@pytest.mark.parametrize("text", ["{", "[]", '{"quizzes": {"00": 3}}', '{"quizzes": {"00": {"q": {}}}}'])
def test_a_record_that_says_nothing_leaves_the_quiz_open(tmp_path: Path, text: str) -> None:
    (tmp_path / "progress.json").write_text(text)
    box = Quiz("00", load_quiz(QUIZZES[0]), tmp_path / "progress.json").widget()
    assert {one.children[1].value for one in box.children} == {None}


def test_a_broken_progress_file_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text("{broken")
    record_answer(path, "02", "q", True)
    assert '"right": true' in path.read_text()
    assert path.with_suffix(".broken").read_text() == "{broken"


@pytest.mark.parametrize("text", ["questions: [", "questions:\n- id: a\n", "other: 1", "[]"])
def test_broken_quizzes_are_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "q.yaml"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"quiz .* is broken"):
        load_quiz(path)


def test_next_words_are_probabilities_and_a_tiny_model_learns_them_from_its_data() -> None:
    _, tokenizer, _ = load_course_gpt("base")
    documents = ["The cat sat on the mat."] * 200
    chances = next_words(train_tiny(tokenizer, documents, seed=0, steps=30), tokenizer, "The cat sat on the")
    assert sum(chances.values()) == pytest.approx(1.0, abs=1e-4)
    assert max(chances, key=lambda word: chances[word]) == "mat"
    with pytest.raises(ValueError, match="expected more than 33"):
        train_tiny(tokenizer, ["too short"], seed=0)


def test_the_lens_ends_at_the_models_own_guesses_and_sorts_every_token() -> None:
    model, tokenizer, _ = load_course_gpt("base")
    result = lens_by_group(model, tokenizer)
    documents = facts.fact_documents(2, 1_000_003)
    ids = [tokenizer.encode(document) for document in documents]
    assert sum(result.counted.values()) == sum(len(row) - 1 for row in ids)
    right = sum(
        int((model(torch.tensor([row])).logits[0, :-1].argmax(-1) == torch.tensor(row[1:])).sum())
        for row in ids
    )
    ours = sum(result.accuracy[group][-1] * result.counted[group] for group in result.counted)
    assert ours == pytest.approx(right)
    assert result.accuracy["knowledge"][1] < result.accuracy["word pairs"][1]


def test_the_trace_is_the_models_own_pass() -> None:
    model, tokenizer, _ = load_course_gpt("base")
    text = "The capital of France is"
    stages = {stage.name: stage for stage in trace(model, tokenizer, text)}
    logits = model(torch.tensor([tokenizer.encode(text)])).logits[0, -1]
    assert torch.allclose(stages["output (logits)"].numbers, logits, atol=1e-4)
    assert stages["detokenizer"].value.startswith("'The capital of France is Paris")
    with pytest.raises(ValueError, match="empty"):
        trace(model, tokenizer, "")
