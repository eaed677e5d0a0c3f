"""The exact versions that we ship install on every Python that README and pyproject.toml promise."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0"])
def test_no_pinned_version_needs_another_python(python: str) -> None:
    pinned = {canonicalize_name(name): version for name, version in PINS.items()}
    asked = {
        f"{found.name} {found.version} needs Python {found.metadata.get('Requires-Python')}"
        for found in distributions()
        if pinned.get(canonicalize_name(found.name)) == found.version.partition("+")[0]
        and not SpecifierSet(found.metadata.get("Requires-Python") or "").contains(python)
    }
    assert not asked


def test_what_is_installed_is_what_is_pinned() -> None:
    """Otherwise the test above would look at nothing."""
    versions = {canonicalize_name(found.name): found.version.partition("+")[0] for found in distributions()}
    here = [name for name, version in PINS.items() if versions.get(canonicalize_name(name)) == version]
    assert len(here) > 0.95 * len(PINS)


def test_the_lowest_python_is_said_everywhere() -> None:
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert lowest == ">=3.11"
    assert "Python 3.11 or newer" in (ROOT / "README.md").read_text()
    assert re.search(r"sys\.version_info < \(3, 11\)", (ROOT / "Makefile").read_text())
