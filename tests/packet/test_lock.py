"""Sealing: a chain that shows changes, survives interruption, and never leaves half a seal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.packet import lock
from course_lib.packet.checks import Report
from course_lib.packet.files import PacketError
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.lock import read_lock, seal_packet

from .samples import NOON

Check = Callable[..., Report]


def prev_lock(packet: Path) -> str | None:
    meta = load_packet(packet).model.meta
    return meta.prev_lock if meta else None


def test_each_seal_names_the_one_before(packet: Path, check: Check) -> None:
    first = seal_packet(packet, "00", now=NOON)
    second = seal_packet(packet, "02", now=NOON)
    assert first["prev"] is None
    assert second["prev"] == first["hash"]
    assert prev_lock(packet) == second["hash"]
    assert [entry["lesson"] for entry in read_lock(packet)] == ["00", "02"]
    assert second["thresholds"]["T-QUAL"]["value"] == 0.9
    assert check().findings == []


def test_sealing_again_without_a_change_does_nothing(packet: Path, edit: Callable[[str, str], None]) -> None:
    first = seal_packet(packet, "02", now=NOON)
    edit("# ---- lesson 00", "# ---- LESSON 00")  # a comment is no change
    before = (packet / "packet.yaml").read_bytes()
    assert seal_packet(packet, "02") == first
    assert (packet / "packet.yaml").read_bytes() == before
    edit("peak_rps: 0.2 ", "peak_rps: 0.3 ")
    assert seal_packet(packet, "02")["prev"] == first["hash"]


def test_an_interrupted_seal_is_seen_and_finished(
    packet: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(lock, "update_packet", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            seal_packet(packet, "02", now=NOON)
    assert "If sealing was interrupted, seal again." in check().findings[0].message
    entry = seal_packet(packet, "02")
    assert prev_lock(packet) == entry["hash"]
    assert len(read_lock(packet)) == 1
    assert check().findings == []


def test_a_seal_that_cannot_be_written_changes_nothing(packet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (packet / "packet.yaml").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(PacketError, match="No space left"):
        seal_packet(packet, "02")
    assert (packet / "packet.yaml").read_bytes() == before
    assert not (packet / "packet.lock.json").exists()
    assert not list(packet.glob(".*.tmp"))


def test_a_changed_lock_is_seen(packet: Path, check: Check) -> None:
    seal_packet(packet, "02", now=NOON)
    file = packet / "packet.lock.json"
    data = json.loads(file.read_text())
    data["entries"][0]["thresholds"]["T-QUAL"]["value"] = 0.5
    file.write_text(json.dumps(data))
    report = check()
    assert "Seal 1 in packet.lock.json was changed after it was made" in report.findings[0].message
    assert report.integrity
    file.unlink()
    assert "packet.lock.json is gone" in check().findings[0].message


def test_a_replaced_chain_does_not_fit_the_packet(packet: Path, check: Check) -> None:
    seal_packet(packet, "02", now=NOON)
    file = packet / "packet.lock.json"
    data = json.loads(file.read_text())
    entry = data["entries"][0]
    entry["thresholds"]["T-QUAL"]["value"] = 0.5
    entry["hash"] = lock.entry_hash(entry)
    file.write_text(json.dumps(data))
    assert "meta.prev_lock is not the hash" in check().findings[0].message


@pytest.mark.parametrize(
    ("lesson", "changes", "says"),
    [
        ("", {}, "Name the lesson to seal with --lesson"),
        ("13", {}, "found '13'"),
        ("03", {}, "lesson_completed says 02, so lesson 03 is not finished"),
        ("02", {"use_case": {"autonomy": "oracle"}}, "Not sealed. use_case.autonomy must be one of"),
        ("02", {"meta": {"prev_lock": "b" * 64}}, "meta.prev_lock is not the hash"),
        (
            "02",
            {"evidence": [{"id": "E-TEMP", "sha256": "b" * 64}]},
            "E-TEMP.json changed after it was registered",
        ),
        ("02", {"evidence": [{"id": "E-TEMP", "path": "evidence/E-GONE.json"}]}, "does not exist"),
    ],
)
def test_what_cannot_be_sealed(packet: Path, lesson: str, changes: dict, says: str) -> None:
    update_packet(packet, changes)
    with pytest.raises(PacketError) as caught:
        seal_packet(packet, lesson)
    assert says in str(caught.value)
    assert not (packet / "packet.lock.json").exists()


def test_a_closed_lesson_stays_closed(packet: Path) -> None:
    seal_packet(packet, "02", now=NOON)
    with pytest.raises(PacketError, match="lesson 01 is closed"):
        seal_packet(packet, "01")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"entries": [1]}', '{"entries": [{}]}', "{" * 9999, "null"]
)
def test_any_lock_file(packet: Path, check: Check, text: str) -> None:
    (packet / "packet.lock.json").write_text(text)
    assert "LOG-02" in {finding.check for finding in check().findings} or text == '{"entries": []}'
