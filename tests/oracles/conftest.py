"""Largest deviations from each oracle are collected and shown as a table when the run ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small are faster without a second thread, above all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


ROWS: dict[tuple[str, str, str], list[float]] = {}


def deviation(ours: torch.Tensor, theirs: torch.Tensor, scale: float | None = None) -> float:
    """Return the largest difference, as a share of the largest number that the oracle gives."""
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    scale = float(theirs.detach().abs().max()) if scale is None else scale
    return float((ours.detach() - theirs.detach()).abs().max()) / scale


@pytest.fixture(scope="session")
def near() -> Callable[..., None]:
    """Assert that two results agree, relative to their scale, and keep the deviation for the table."""

    def check(row: str, oracle: str, ours: torch.Tensor, theirs: torch.Tensor, limit: float, scale=None):
        found = deviation(ours, theirs, scale)
        dtype = str(ours.dtype).removeprefix("torch.")
        ROWS.setdefault((row, oracle, dtype), []).append(found)
        assert found <= limit, f"{row}: {found:.2e} from {oracle}; expected at most {limit:.0e}"

    return check


@pytest.fixture(scope="session")
def same() -> Callable[..., None]:
    """Assert that two results are equal, and count the case for the table."""

    def check(row: str, oracle: str, ours: object, theirs: object) -> None:
        ROWS.setdefault((row, oracle, "exact"), []).append(0.0 if ours == theirs else float("inf"))
        assert ours == theirs

    return check


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("largest deviation from each oracle")
        for (row, oracle, dtype), found in sorted(ROWS.items()):
            terminalreporter.write_line(f"{row:44} {oracle:26} {dtype:9} {max(found):8.1e} {len(found):5}")
