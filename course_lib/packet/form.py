"""A form for one section of the packet, in a notebook: native controls with the schema's own help.

The form saves what fits and says what does not; it stands outside graded cells, and while a lab is graded it shows
nothing.
"""

from __future__ import annotations

import html
import os
from typing import TYPE_CHECKING, Any

from course_lib.packet.files import PacketError
from course_lib.packet.interview import Question, answers, nested, questions
from course_lib.packet.load import Tree, load_packet
from course_lib.packet.schema import PacketModel

if TYPE_CHECKING:
    from course_lib.packet.notebook import Desk


class Form:
    """Controls for one section, or for one entry of a list section.

    Args:
        desk: the open packet.
        section: for example "use_case" or "risks".
        entry: in a list section the entry's id (changelog: the lesson); a new one is added at the end.

    Raises:
        PacketError: if there is no such section, or a list section comes without an entry.
    """

    def __init__(self, desk: Desk, section: str, entry: str | None = None) -> None:
        import ipywidgets

        if section not in PacketModel.model_fields or section == "evidence":
            names = ", ".join(name for name in PacketModel.model_fields if name != "evidence")
            raise PacketError(f"There is no form for '{section}'; choose from {names}.")
        self.desk, self.section, self.entry = desk, section, entry
        self.is_list = PacketModel.model_fields[section].default_factory is not None
        if self.is_list and not entry:
            raise PacketError(
                f"'{section}' has several entries; name one, for example form('{section}', 'ID')."
            )
        self.key = "lesson" if section == "changelog" else "id"
        asked = questions(section, desk.lesson)
        self.questions = [one for one in asked if not (self.is_list and one.path == f"{section}.{self.key}")]
        now = self._current()
        self.controls = {one.path: self._control(one, _value(now, one)) for one in self.questions}
        self.button = ipywidgets.Button(description="Save", button_style="primary", tooltip=f"Save {section}")
        self.button.on_click(lambda _button: self.save())
        self.line = ipywidgets.HTML()

    def _current(self) -> Tree:
        """The section as it stands in packet.yaml: {section: ...}, a list section as its one entry."""
        value = load_packet(self.desk.folder).tree.get(self.section)
        if self.is_list:
            entries = [one for one in value or [] if isinstance(one, dict)]
            value = next((one for one in entries if one.get(self.key) == self.entry), {})
        return {self.section: value}

    @staticmethod
    def _control(question: Question, value: str) -> Any:
        import ipywidgets

        name = question.path.partition(".")[2] or question.path
        wide = ipywidgets.Layout(width="95%")
        style = {"description_width": "16em"}
        common = {"description": name, "tooltip": question.help, "layout": wide, "style": style}
        if question.choices:
            options = [("", ""), *((choice, choice) for choice in question.choices)]
            return ipywidgets.Dropdown(
                options=options, value=value if value in question.choices else "", **common
            )
        kind = ipywidgets.Textarea if question.long else ipywidgets.Text
        return kind(value=value, placeholder=question.help, **common)

    def save(self) -> bool:
        """Write what was filled in if all of it fits; say what does not. Return whether it was written."""
        given: dict[str, Any] = {}
        problems = []
        for question in self.questions:
            text = str(self.controls[question.path].value).strip()
            problem = question.problem(text) if text else None
            if problem:
                problems.append(problem)
            given[question.path] = answers(text) if question.many else text
        try:
            if not problems:
                changes = nested(given)
                if self.is_list:
                    changes = {self.section: [{self.key: self.entry, **changes.get(self.section, {})}]}
                self.desk.write(changes)
        except PacketError as problem:
            problems.append(str(problem))
        said = problems or [
            f"Saved {self.section}{f' {self.entry}' if self.entry else ''}. Now run the check."
        ]
        lines = "<br>".join(html.escape(line) for line in said)
        self.line.value = f'<p role="status" aria-live="polite">{lines}</p>'
        return not problems

    def widget(self) -> Any:
        """Return the form as one widget."""
        import ipywidgets

        help_text = PacketModel.model_fields[self.section].description or ""
        title = html.escape(f"{self.section} {self.entry or ''}".strip())
        head = ipywidgets.HTML(
            f"<p><strong>{title}</strong>: {html.escape(help_text)} Blank fields stay as they are.</p>"
        )
        return ipywidgets.VBox([head, *self.controls.values(), self.button, self.line])

    def _ipython_display_(self) -> None:
        from course_lib.explore.view import show_live

        if os.environ.get("NBGRADER_EXECUTION") != "autograde":
            show_live(
                self.widget(),
                f"<p>The form of {html.escape(self.section)}; what was saved is in the packet.</p>",
            )


def _value(now: Tree, question: Question) -> str:
    """A field's present text; several entries one a line."""
    value: Any = now
    for name in question.path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return "" if value is None or isinstance(value, dict) else str(value)
