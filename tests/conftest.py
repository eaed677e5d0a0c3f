"""Set-up that every test shares: shapes are checked, and a missing part is said aloud."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import jaxtyping
import pytest

from course_lib.doctor import find_chromium, find_postgresql, sandbox_problem

# Shapes and types of the model wing are enforced under pytest and free at run time.
MODEL_WING = ("models", "training", "generation", "alignment", "evaluation", "tokenizers")
jaxtyping.install_import_hook([f"course_lib.{room}" for room in MODEL_WING], "beartype.beartype")


BY_LAB = ("test_answers.py", "test_contracts.py")  # long, and what takes long in them is made for each lab


def need(part: str, present: object, advice: str) -> None:
    """Skip the calling test loudly when `part` is missing; under CI=true that is a failure."""
    if present:
        return
    message = f"{part} is missing here: {advice}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def together(file: str, values: dict[str, object]) -> str:
    """Return the name of what one worker runs when several run side by side: a file, or what it says of one lab."""
    return f"{file} {values['lab']}" if "lab" in values and Path(file).name in BY_LAB else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file share fixtures that take long; the banks of answers are long enough to be split by lab."""
    for item in items:
        values = getattr(getattr(item, "callspec", None), "params", {})
        item.add_marker(pytest.mark.xdist_group(together(item.nodeid.partition("::")[0], values)))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium to drive."""
    path = find_chromium()
    need("Chromium", path, "apt install chromium, or playwright install chromium")
    assert path is not None
    return path


@pytest.fixture(scope="session")
def bubblewrap() -> None:
    """A sandbox can be made here."""
    problem = sandbox_problem()
    need("bubblewrap", problem is None, f"{problem}; apt install bubblewrap")


@pytest.fixture(scope="session")
def postgresql() -> Path:
    """The folder of a PostgreSQL server's programs."""
    folder = find_postgresql()
    need("PostgreSQL", folder, "apt install postgresql")
    assert folder is not None
    return folder


@pytest.fixture
def as_a_learner() -> Iterator[None]:
    """Without the shape checks of the tests, so that the library's own messages are what is seen."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def cuda() -> str:
    """The name of a CUDA device; tests that ask for it rest on machines without one, CI included."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip("CUDA is missing here: this test rests")
    return "cuda"
