"""The views of the lessons: they say their result in words, live and frozen."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from course_lib.errors import CourseError
from course_lib.explore.figure import Marked, Picture, compare, new_figure, table
from course_lib.explore.quiz import Quiz, load_quiz, record_answer
from course_lib.explore.temperature import temperature_explorer

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
