"""The quiz of a lesson: questions from `assessments/quizzes/NN.yaml`, where every option explains itself.

Answers stay on this machine, in `work/progress.json`.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from course_lib.errors import CourseError
from course_lib.explore.view import is_frozen, show_live
from course_lib.workspace import find_workspace

# On a narrow page an option goes on in a second line; by itself it would be cut.
WRAPPED = (
    "<style>.widget-radio-box label{display:flex;flex-direction:row-reverse;justify-content:flex-end;"
    "height:auto;white-space:normal;line-height:1.4}"
    ".widget-radio-box label input{flex:none;margin:0 6px 0 1px}</style>"
)


class Option(BaseModel):
    """One answer that can be chosen, and what choosing it should teach."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1)
    right: bool = False
    because: str = Field(min_length=10)


class Question(BaseModel):
    """One question with exactly one right option."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: str = Field(pattern=r"^(concept|decision|risk|evidence)$")
    text: str = Field(min_length=10)
    options: list[Option] = Field(min_length=3, max_length=5)

    @model_validator(mode="after")
    def _one_right(self) -> Question:
        if sum(option.right for option in self.options) != 1:
            raise ValueError(f"question {self.id} needs exactly one right option")
        return self


def load_quiz(path: Path) -> list[Question]:
    """Read and check a quiz bank.

    Raises:
        CourseError: no such file, broken YAML, or a question that does not fit the schema.
    """
    from ruamel.yaml import YAML, YAMLError

    try:
        raw = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        questions = [Question.model_validate(item) for item in raw["questions"]]
    except OSError as error:
        raise CourseError(f"Cannot read the quiz {path}: {error.strerror}.") from error
    except (YAMLError, KeyError, TypeError, ValidationError) as error:
        raise CourseError(f"The quiz {path} is broken: {error}") from error
    if len({question.id for question in questions}) != len(questions):
        raise CourseError(f"The quiz {path} uses a question id twice.")
    return questions


def recorded_answers(path: Path, lesson: str) -> dict[str, Any]:
    """Return what was answered in a lesson's quiz, by question: right, tries, at, choice; {} if nothing can be read."""
    try:
        answers = json.loads(path.read_text(encoding="utf-8"))["quizzes"][lesson]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return answers if isinstance(answers, dict) else {}


def record_answer(path: Path, lesson: str, question: str, right: bool, choice: str = "") -> None:
    """Keep the answer in `path` (JSON), written to a temporary name and renamed; a broken file is kept as .broken."""
    try:
        progress: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError:
        path.replace(path.with_suffix(".broken"))
        progress = {}
    answers = progress.setdefault("quizzes", {}).setdefault(lesson, {})
    tries = answers.get(question, {}).get("tries", 0) + 1
    answers[question] = {
        "right": right,
        "tries": tries,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "choice": choice,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_text(json.dumps(progress, indent=1), encoding="utf-8")
    temporary.replace(path)


def _html(text: str) -> str:
    """Return a text as HTML, with `code` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


class Quiz:
    """A quiz to answer in the notebook; where nothing runs it folds out as a list with explanations."""

    def __init__(self, lesson: str, questions: list[Question], progress: Path) -> None:
        self.lesson, self.questions, self.progress = lesson, questions, progress

    def _ask(self, question: Question, recorded: Mapping[str, Any]) -> Any:
        import ipywidgets

        choice = ipywidgets.RadioButtons(
            options=[(option.text.replace("`", ""), place) for place, option in enumerate(question.options)],
            value=None,
            layout={"width": "auto", "max_width": "100%"},
        )
        reply = ipywidgets.HTML()

        def say(option: Option) -> None:
            verdict = "Right." if option.right else "Not this one."
            reply.value = f'<p role="status" aria-live="polite"><b>{verdict}</b> {_html(option.because)}</p>'

        def answer(change: dict[str, Any]) -> None:
            option = question.options[change["new"]]
            say(option)
            record_answer(self.progress, self.lesson, question.id, option.right, option.text)

        for place, option in enumerate(question.options):
            if recorded.get("choice") == option.text:
                choice.value = place
                say(option)
        choice.observe(answer, names="value")
        return ipywidgets.VBox(
            [ipywidgets.HTML(f"{WRAPPED}<p><b>{_html(question.text)}</b></p>"), choice, reply]
        )

    def widget(self) -> Any:
        """Return the quiz as one ipywidget, with the answers that were given before."""
        import ipywidgets

        answers = recorded_answers(self.progress, self.lesson)
        return ipywidgets.VBox(
            [self._ask(question, answers.get(question.id, {})) for question in self.questions]
        )

    def frozen(self) -> str:
        """Return the quiz as HTML with every option's explanation folded below it."""
        parts = []
        for question in self.questions:
            options = "".join(
                f"<li>{_html(option.text)}<details><summary>why</summary>"
                f"{'Right. ' if option.right else ''}{_html(option.because)}</details></li>"
                for option in question.options
            )
            parts.append(f"<p><b>{_html(question.text)}</b></p><ul>{options}</ul>")
        return "".join(parts)

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if is_frozen():
            display(HTML(self.frozen()))
        else:
            show_live(self.widget(), self.frozen())


def quiz(lesson: str) -> Quiz:
    """Return the quiz of lesson `lesson` (`"02"`), found from the clone that the notebook stands in."""
    workspace = find_workspace()
    bank = workspace.root / "assessments" / "quizzes" / f"{lesson}.yaml"
    return Quiz(lesson, load_quiz(bank), workspace.work / "progress.json")
