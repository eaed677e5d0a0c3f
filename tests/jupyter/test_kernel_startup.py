"""A name that is used before its cell gets a sentence, in any notebook of the course."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from course_lib.jupyter.start import jupyterlab_environment
from course_lib.workspace import Workspace


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    own = tmp_path_factory.mktemp("own") / "startup.py"
    own.write_text("import os\nos.environ['OWN_STARTUP'] = 'ran'\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONSTARTUP", str(own))
        environment = jupyterlab_environment(Workspace(Path("/clone")))
    manager, client = start_new_kernel(env={**os.environ, **environment}, kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client: Any, code: str) -> dict[str, Any]:
    """What a cell shows: its error if it has one, else what it printed."""
    found: dict[str, Any] = {"text": ""}

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "error":
            found.update(error=content["ename"], text="\n".join(content["traceback"]))
        if message["msg_type"] == "stream":
            found["text"] += content["text"]

    client.execute_interactive(code, output_hook=hear, timeout=60)
    return found


@pytest.mark.parametrize(
    "code", ["def f(x: torch.Tensor): pass", "np.zeros(3)", "desk.check()", "[x for x in rows]"]
)
def test_a_name_before_its_cell_gets_a_sentence(kernel: Any, code: str) -> None:
    found = run(kernel, code)
    assert found["error"] == "NameError"
    assert "Run the first cell of this notebook" in found["text"]
    assert "Traceback" in found["text"], "Python's own words stay"


def test_a_stopped_cell_is_one_sentence_and_takes_its_names_with_it(kernel: Any) -> None:
    run(kernel, "before, run_of_it = 1, 'from an earlier run'")
    stopped = run(
        kernel, "before = 2\nimport signal\nrun_of_it = signal.raise_signal(signal.SIGINT) or 3\nlast = 4"
    )
    assert stopped["error"] == "KeyboardInterrupt"
    assert stopped["text"].startswith("Stopped, as you asked")
    assert "`run_of_it`, `last` will be there" in stopped["text"]
    assert "Traceback" not in stopped["text"]
    assert "The cell that makes `run_of_it` was stopped" in run(kernel, "print(run_of_it)")["text"]
    assert run(kernel, "print(before)")["text"].strip() == "2"
    run(kernel, "run_of_it = 5")
    assert run(kernel, "print(run_of_it)")["text"].strip() == "5"


def test_a_guess_is_read_as_people_write_it(kernel: Any) -> None:
    run(kernel, "from course_lib.explore.figure import compare")
    code = "my_share = 20 %  # share\nprint(my_share, compare('q', my_share, '20%').data)"
    assert "Right, to the point." in run(kernel, code)["text"]


def test_other_errors_stay_as_they_are(kernel: Any) -> None:
    for code in ("1 / 0", "def f():\n    x += 1\nf()"):
        assert "first cell" not in run(kernel, code)["text"]


def test_nothing_is_left_behind_and_the_readers_own_startup_ran(kernel: Any) -> None:
    code = "import os\nprint([n for n in globals() if 'install' in n or 'explain' in n], os.environ['OWN_STARTUP'])"
    assert run(kernel, code)["text"].strip() == "[] ran"
