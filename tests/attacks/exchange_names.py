"""Puts folders into the exchange whose names are no names, no times, too short, paths, plain files or dead links."""

from pathlib import Path

NAMES = (
    "exchange_names+91-attacked+never+x",
    "exchange_names+91-attacked+9999-99-99 99:99:99 UTC+x",
    "exchange_names+91-attacked+",
    "..+91-attacked+2026-01-01 00:00:00 UTC+x",
    "+91-attacked+2026-01-01 00:00:00 UTC+x",
)


def exchange(inbound: Path) -> None:
    for name in NAMES:
        (inbound / name).mkdir()
        (inbound / name / "lab.ipynb").write_text('{"@MARK@": 1}')
    (inbound / "exchange_names+91-attacked+2026-01-02 00:00:00 UTC+x").write_text("a file")
    (inbound / "exchange_names+91-attacked+2026-01-03 00:00:00 UTC+x").symlink_to("nowhere")
