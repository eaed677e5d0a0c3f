"""What `course lab` shows to a learner and to an instructor."""

import json
import os
import sys
from pathlib import Path

import pytest

from course_lib.jupyter.start import LEARNER, jupyterlab_environment
from course_lib.workspace import Workspace

EXTENSION = Path(sys.prefix) / "share/jupyter/labextensions/@jupyter/nbgrader/static"


@pytest.mark.parametrize("instructor", [False, True])
def test_only_a_learner_is_spared_the_instructors_panels(instructor: bool) -> None:
    environment = jupyterlab_environment(Workspace(Path("/clone")), instructor)
    hidden = str(LEARNER) in environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert hidden is not instructor


def test_every_panel_that_is_taken_away_is_one_of_nbgraders() -> None:
    """A newer nbgrader may give its plugins other names: then they would be back."""
    page = json.loads((LEARNER / "labconfig" / "page_config.json").read_text())
    taken = set(page["disabledExtensions"])
    code = "".join(path.read_text(encoding="utf-8") for path in EXTENSION.glob("*.js"))
    assert taken
    assert {plugin for plugin in taken if f'"{plugin}"' in code} == taken
    for plugin in ("assignment-list", "validate-assignment", "menu"):
        assert f'"@jupyter/nbgrader:{plugin}"' in code
        assert f"@jupyter/nbgrader:{plugin}" not in taken
