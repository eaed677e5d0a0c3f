"""HTML pages for people, from the templates beside this file; whatever is put into them is text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(template: str, **values: Any) -> str:
    """Return a page. Raises jinja2.UndefinedError if the template names a value that is not there."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{round(value, 2):g}"
    environment.filters["percent"] = lambda share: f"{share:.0%}".replace("%", "\u00a0%")
    environment.filters["words"] = lambda name: name.replace("_", " ")
    return environment.get_template(template).render(**values)
