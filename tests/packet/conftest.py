"""The complete packet for the tests, and how to change one thing in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from course_lib.packet.checks import CHECKS, Report, check_packet
from course_lib.packet.lock import seal_packet

from .full import make_full_packet
from .samples import DAY, NOON, make_packet


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What checks a packet of all lessons takes a third of a second each, and there are hundreds."""
    for item in items:
        if "complete_full_packet" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def complete_packet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packet that other tests copy; never change it."""
    return make_packet(tmp_path_factory.mktemp("complete") / "packet")


@pytest.fixture
def packet(complete_packet: Path, tmp_path: Path) -> Path:
    """A copy of the complete packet."""
    return Path(shutil.copytree(complete_packet, tmp_path / "packet"))


@pytest.fixture(scope="session")
def complete_full_packet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packet for lessons 00 to 04 that other tests copy; never change it."""
    return make_full_packet(tmp_path_factory.mktemp("full") / "packet")


@pytest.fixture
def full(complete_full_packet: Path, tmp_path: Path) -> Path:
    """A copy of the packet for lessons 00 to 04."""
    return Path(shutil.copytree(complete_full_packet, tmp_path / "full"))


@pytest.fixture(scope="session")
def sealed_packet(complete_full_packet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packet for lessons 00 to 04, sealed after lesson 04; never change it."""
    folder = Path(shutil.copytree(complete_full_packet, tmp_path_factory.mktemp("sealed") / "packet"))
    seal_packet(folder, "04", now=NOON)
    return folder


@pytest.fixture
def sealed(sealed_packet: Path, tmp_path: Path) -> Path:
    """A copy of the sealed packet."""
    return Path(shutil.copytree(sealed_packet, tmp_path / "sealed"))


@pytest.fixture
def made_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the checks that run evidence again: they rightly refuse rows that a test makes by hand."""
    for id in ("DAT-02", "DAT-04", "EVD-06", "EVD-07", "EVD-08", "EVD-09"):
        monkeypatch.delitem(CHECKS, id)


@pytest.fixture
def edit(packet: Path) -> Callable[[str, str], None]:
    """Replace a piece of packet.yaml, which must stand there."""

    def replace(old: str, new: str) -> None:
        file = packet / "packet.yaml"
        text = file.read_text()
        assert old in text, f"{old!r} is not in the packet"
        file.write_text(text.replace(old, new, 1))

    return replace


@pytest.fixture
def check(packet: Path) -> Callable[..., Report]:
    """Check the packet on a fixed day."""

    def run(lesson: str = "02", today: date = DAY) -> Report:
        return check_packet(packet, lesson, today)

    return run
