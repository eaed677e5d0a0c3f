"""An interactive view: native controls, one figure, and one line of text that says the same.

In a live notebook the controls work with mouse and arrow keys. Where nothing runs (a page on a code host, a printed
lesson) three frozen frames stand in: set COURSE_FROZEN=1 while a lesson is executed to keep those as its outputs. A
still goes along with every live view, for the day when its kernel is gone (see course_lib.jupyter.stills).
"""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.explore.figure import Picture, image_tag

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.figure import Figure

    Draw = Callable[..., tuple[Figure, str]]


WIDE = "704px"  # a control is as wide as a figure


def is_frozen() -> bool:
    """Return whether views show frozen frames instead of widgets."""
    return os.environ.get("COURSE_FROZEN") == "1"


def show_live(widget: Any, still: str) -> None:
    """Display a widget that keeps its keys, and `still` (HTML) as what stands in where no kernel answers it."""
    from IPython.display import Javascript, display

    display({**widget._repr_mimebundle_(), "text/html": still}, raw=True)
    display(Javascript(Path(__file__).with_name("keys.js").read_text(encoding="utf-8")))


class View:
    """Controls around `draw`.

    Args:
        draw: called with one keyword per control; returns a figure and the sentence that says its result.
        controls: ipywidgets by name; each needs a `value` and a description.
        frames: three settings of the controls that stand in where nothing runs.

    Source: built in lesson 02, used in all lessons.
    """

    def __init__(
        self, draw: Draw, controls: Mapping[str, Any], frames: Sequence[Mapping[str, object]]
    ) -> None:
        self.draw = draw
        self.controls = dict(controls)
        self.frames = list(frames)
        self.sentence = ""
        self.still = ""

    def values(self) -> dict[str, Any]:
        """Return what the controls are set to."""
        return {name: control.value for name, control in self.controls.items()}

    def widget(self) -> Any:
        """Return the live view as one ipywidget; it redraws when a control changes."""
        import ipywidgets

        image, line = ipywidgets.HTML(), ipywidgets.HTML()

        def redraw(_change: object = None) -> None:
            figure, self.sentence = self.draw(**self.values())
            image.value = image_tag(figure, self.sentence)
            said = html.escape(self.sentence)
            line.value = f'<p role="status" aria-live="polite" class="course-says">{said}</p>'
            self.still = f"{image.value}<p>{said}</p>"

        for control in self.controls.values():
            control.layout.width, control.layout.max_width = "100%", WIDE
            control.observe(redraw, names="value")
        redraw()
        return ipywidgets.VBox([*self.controls.values(), image, line])

    def frozen(self) -> str:
        """Return three frozen frames as HTML; each says its settings and its result."""
        shown = []
        for frame in self.frames:
            settings = {**self.values(), **frame}
            shown.append(Picture(*self.draw(**settings)).html())
        note = "<p><em>Run this cell in JupyterLab to move the controls; here are three settings.</em></p>"
        return note + "".join(shown)

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if is_frozen():
            display(HTML(self.frozen()))
        else:
            widget = self.widget()
            show_live(widget, self.still)
