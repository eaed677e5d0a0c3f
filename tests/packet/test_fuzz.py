"""Whatever stands in a packet's files, the checker answers, and only an honest packet passes the gate.

A packet that cannot be read is refused with PacketError and one sentence; nothing else may be raised.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.packet import lock
from course_lib.packet.checks import check_packet
from course_lib.packet.checks.core import Context, check_loaded
from course_lib.packet.files import PacketError
from course_lib.packet.gate import Value, compute_gate
from course_lib.packet.load import Packet, load_packet, parse_packet
from course_lib.packet.schema import PacketModel

from .samples import DAY, NOON

QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
SLOW = settings(QUICK, max_examples=8)
SECTIONS = tuple(PacketModel.model_fields)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        [
            "E-CAND",
            "E-GHOST",
            "T-QUAL",
            "04",
            "2026-11-02",
            "PASS",
            ">=",
            "blocking",
            "{{E-CAND#x:%}}",
            "1e999",
        ]
    ),
)
NAMES = st.one_of(
    st.sampled_from(
        ["id", "na", "because", "value", "metric", "op", "evidence", "severity", "dimension", "thresholds"]
    ),
    st.text(max_size=8),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def verdict(packet: Packet) -> Value:
    """Check a packet, whose report has to be writable, and return its gate."""
    report = check_loaded(packet, "04", DAY)
    json.loads(report.to_json())
    assert 0 <= report.points() <= 12
    return compute_gate(Context(packet, "04", DAY, report.findings)).value


def refused_or_not_passed(text: str, folder: Path) -> None:
    try:
        packet = parse_packet(text)
    except PacketError:
        return
    packet.folder = folder
    assert verdict(packet) != "PASS"


@QUICK
@given(
    text=st.text(alphabet="abc:-[]{}&*!|>'\"#%@`,? \n\t0.\u0660\ufeff", max_size=60) | st.text(max_size=60)
)
def test_any_text(text: str, tmp_path: Path) -> None:
    refused_or_not_passed(text, tmp_path)


@QUICK
@given(data=st.dictionaries(st.sampled_from(SECTIONS), ANYTHING, max_size=8))
def test_any_values_in_the_right_sections(data: dict[str, Any], tmp_path: Path) -> None:
    refused_or_not_passed(json.dumps(data), tmp_path)


@SLOW
@given(random=st.randoms(use_true_random=False), value=ANYTHING, drop=st.booleans())
def test_a_full_packet_with_one_thing_changed(
    random: Any, value: Any, drop: bool, sealed_packet: Path
) -> None:
    tree = json.loads(json.dumps(load_packet(sealed_packet).tree))
    node: Any = tree
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        place = random.choice(places)
        if not (isinstance(node[place], dict | list) and node[place]) or random.random() < 0.1:
            break
        node = node[place]
    if drop:
        del node[place]
    else:
        node[place] = value
    refused_or_not_passed(json.dumps(tree), sealed_packet)


@contextmanager
def instead_of(file: Path, content: bytes) -> Iterator[None]:
    """Exchange the content of a file for a while."""
    before = file.read_bytes()
    try:
        file.write_bytes(content)
        yield
    finally:
        file.write_bytes(before)


@SLOW
@given(
    content=st.binary(max_size=80) | ANYTHING.map(lambda value: json.dumps(value).encode()),
    name=st.sampled_from(
        ["evidence/E-CAND.json", "evidence/E-CAND.rows.jsonl", "evidence/E-DRILL.rows.jsonl", lock.LOCK_NAME]
    ),
)
def test_any_bytes_in_evidence_and_lock(content: bytes, name: str, sealed: Path) -> None:
    with instead_of(sealed / name, content):
        assert verdict(load_packet(sealed)) != "PASS"


@SLOW
@given(
    field=st.sampled_from(
        ["metrics", "raw", "inputs", "code", "env", "seed", "kind", "created_at", "schema"]
    ),
    value=ANYTHING,
)
def test_any_value_in_an_envelope(field: str, value: Any, sealed: Path) -> None:
    file = sealed / "evidence/E-CAND.json"
    envelope = {**json.loads(file.read_text()), field: value}
    with instead_of(file, json.dumps(envelope).encode()):
        assert verdict(load_packet(sealed)) != "PASS"


@SLOW
@given(
    id=st.sampled_from(["E-TOK", "E-CAND", "E-CTX", "E-EMB", "E-MEM", "E-LAT", "E-INJ", "E-PII", "E-DRILL"]),
    values=st.lists(ANYTHING, min_size=1, max_size=4),
)
def test_any_value_in_a_row(id: str, values: list[Any], sealed: Path) -> None:
    file = sealed / f"evidence/{id}.rows.jsonl"
    lines = file.read_text().splitlines()
    row = json.loads(lines[0])
    for name, value in zip(row, values, strict=False):
        row[name] = value
    with instead_of(file, "\n".join([json.dumps(row), *lines[1:]]).encode()):
        assert verdict(load_packet(sealed)) != "PASS"


# --- bad input that people really have ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("meta:", "meta: [", r"Line \d+, column \d+: this is not valid YAML"),
        (
            "gate:\n",
            "gate:\n  declared: PASS\n",
            r"Line \d+, column 3: 'declared' appears twice \(first in line \d+\)",
        ),
        ("gate:\n", "summary: again\ngate:\n", r"Line \d+, column 1: '\w+' appears twice"),
        (
            "provider: our own team",
            "provider: !!python/name:os.system",
            r"Line \d+, column \d+: tags such as",
        ),
        ("gate:\n", "gate: &gate\n", r"Line \d+, column \d+: anchors and aliases"),
        ("meta:", "meta:\n\tcurrency: USD", r"Line \d+, column \d+: this is not valid YAML"),
    ],
)
def test_broken_yaml_is_told_with_its_place(old: str, new: str, says: str, sealed: Path) -> None:
    file = sealed / "packet.yaml"
    text = file.read_text()
    file.write_text(text.replace(old, new, 1))
    kept = file.read_bytes()
    for run in (load_packet, lambda path: lock.seal_packet(path, "04")):
        with pytest.raises(PacketError, match=says) as problem:
            run(sealed)
        assert "\n" not in str(problem.value)
    assert file.read_bytes() == kept


@pytest.mark.parametrize(
    "name", ["packet.yaml", "packet.lock.json", "evidence/E-CAND.json", "evidence/E-CAND.rows.jsonl"]
)
def test_a_huge_file_is_refused_without_reading_it(name: str, sealed: Path) -> None:
    with (sealed / name).open("r+b") as file:
        file.truncate(100 * 1024 * 1024)
    if name == "packet.yaml":
        with pytest.raises(PacketError, match="has 104,857,600 bytes; the limit is"):
            check_packet(sealed, "04", DAY)
    else:
        said = [one.message for one in check_packet(sealed, "04", DAY).errors]
        assert any("has 104,857,600 bytes; the limit is" in message for message in said)
    assert (sealed / name).stat().st_size == 100 * 1024 * 1024


def test_evidence_behind_a_link_is_not_followed(sealed: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    shutil.move(sealed / "evidence/E-CAND.json", secret)
    (sealed / "evidence/E-CAND.json").symlink_to(secret)
    said = [one.message for one in check_packet(sealed, "04", DAY).errors if one.check == "EVD-01"]
    assert len(said) == 1
    assert "passes through a symbolic link" in said[0]


def test_evidence_of_a_newer_schema_is_named(sealed: Path) -> None:
    file = sealed / "evidence/E-CAND.json"
    file.write_text(file.read_text().replace("course-evidence/1", "course-evidence/2"))
    said = [one.message for one in check_packet(sealed, "04", DAY).errors if one.subject == "E-CAND"]
    assert any(
        "schema 'course-evidence/2'; this course reads 'course-evidence/1'" in message for message in said
    )


def test_a_clock_in_the_past_is_suspected(sealed: Path) -> None:
    said = [one.message for one in check_packet(sealed, "04", DAY.replace(year=2025)).errors]
    assert any("Check this computer's clock" in message for message in said)
    assert any("is in the future" in message for message in said)


@pytest.mark.parametrize("interrupted", [0, 1, 2])
def test_a_seal_is_whole_or_can_be_finished(
    interrupted: int, complete_full_packet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seal writes a copy, the lock and the packet; pulled out before any of them, it leaves no half file."""
    folder = Path(shutil.copytree(complete_full_packet, tmp_path / "packet"))
    before = (folder / "packet.yaml").read_bytes()
    calls = iter(range(9))

    def stopping(write: Any) -> Any:
        def run(*arguments: Any) -> Any:
            if next(calls) == interrupted:
                raise KeyboardInterrupt
            return write(*arguments)

        return run

    with monkeypatch.context() as patch:
        patch.setattr(lock, "write_atomic", stopping(lock.write_atomic))
        patch.setattr(lock, "update_packet", stopping(lock.update_packet))
        with pytest.raises(KeyboardInterrupt):
            lock.seal_packet(folder, "04", now=NOON)
    assert (folder / "packet.yaml").read_bytes() == before
    assert not list(folder.rglob("*.tmp"))
    entry = lock.seal_packet(folder, "04", now=NOON)
    assert lock.read_lock(folder)[-1] == entry
    assert check_packet(folder, "04", DAY).errors == []


@pytest.mark.parametrize("value", [[1], {}, 10**400], ids=["a list", "a group", "a huge number"])
def test_no_field_of_an_envelope_crashes_the_checker(value: object, full: Path) -> None:
    file = full / "evidence" / "E-CAND.json"
    envelope = json.loads(file.read_text())
    inner = [(envelope, name) for name in envelope]
    inner += [
        (envelope[group], name) for group in ("inputs", "raw", "code", "env") for name in envelope[group]
    ]
    for holder, name in inner:
        before = holder[name]
        holder[name] = value
        file.write_text(json.dumps(envelope))
        holder[name] = before
        assert check_packet(full, "04", DAY).errors, name
