"""What is let in: times that a clock can show, files that a browser cannot run, notebooks that fit into memory."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course_lib.grading import admit
from course_lib.grading.admit import (
    NotAdmittedError,
    clock_time,
    hand_in_time,
    may_keep,
    parse_notebook,
    read_time,
    shown_as,
)


@pytest.mark.parametrize(
    "text",
    [
        "99999999999999999999",
        "0001-01-01 00:00:00 +0100",
        "01:" + "9" * 30,
        "9999-12-31",
        "9999-12-31 23:59:59 -1200",
        "2026-13-01 00:00:00 UTC",
        "2026-01-01 00:00:00 +9999",
        "2026-01-01 00:00:00 ../../etc/passwd",
        "2026-01-01 00:00:00 /etc/passwd",
        "2026-01-01 00:00:00 Nowhere",
        "5",
        "",
        "\ud800",
        "\u0662\u0660\u0662\u0666-01-01 00:00:00 UTC\0",
    ],
)
def test_a_text_that_is_no_time_gives_none_and_raises_nothing(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31 12:00:00.500000 UTC",
        "2026-01-31 12:00:00.5",
        "2026-01-31T12:00:00.5Z",
        "2026-01-31 13:00:00.5 Europe/Berlin",
        "2026-01-31 13:00:00.5 +0100",
        "2026-01-31 06:30:00.5-05:30\n",
    ],
)
def test_a_time_is_read_in_utc(text: str) -> None:
    assert read_time(text) == datetime(2026, 1, 31, 12, 0, 0, 500_000, UTC)


def test_a_time_in_the_future_is_none() -> None:
    assert read_time(str(datetime.now(UTC) + timedelta(days=8))) is None


def test_the_time_of_a_hand_in_is_read_from_a_plain_small_file(tmp_path: Path) -> None:
    assert hand_in_time(tmp_path) is None
    stamp = tmp_path / "timestamp.txt"
    stamp.write_text("2026-01-31 12:00:00 UTC")
    assert hand_in_time(tmp_path) == datetime(2026, 1, 31, 12, tzinfo=UTC)
    stamp.write_bytes(b"\xff\xfe" * 20)
    assert hand_in_time(tmp_path) is None
    stamp.write_text("2026-01-31 12:00:00 UTC" + " " * 1000)
    assert hand_in_time(tmp_path) is None


ACTIVE = [
    "a.html",
    "a.HTM",
    "a.xhtm",
    "a.xht",
    "a.svg",
    "a.SVGZ",
    "a.xml",
    "a.js",
    "a.mht",
    "a.png.html",
    "a.txt.XHTML",
]
ODD = ["a", "html", ".html", "a.", "a.html ", "a.\nhtml", 'a.h"tml', "a.png\n", "a.png/", ""]


@pytest.mark.parametrize("name", [*ACTIVE, *ODD[:-2], "a.png?x.html", "\ud800"])
def test_what_a_browser_might_run_is_neither_shown_nor_kept(name: str) -> None:
    assert shown_as(name) is None
    assert not may_keep(name)


@pytest.mark.parametrize(
    "name", ["a.PNG", "a.html.png", "b c.csv", "x.ipynb.txt", "packet.yaml", "größe (2).json", "数据.csv"]
)
def test_texts_and_pictures_are_shown_and_kept(name: str) -> None:
    assert shown_as(name) in ("image/png", "text/plain; charset=utf-8")
    assert may_keep(name)


@pytest.mark.parametrize(
    "name", ["a'\".json", "<img src=x>.py", "a\nb.csv", "\udcff.csv", "a\u202e.csv", "`x`.md"]
)
def test_a_name_that_means_something_to_a_page_or_a_shell_is_not_kept(name: str) -> None:
    assert not may_keep(name)


@pytest.mark.parametrize("name", ["a.npy", "a.pdf", "lab.ipynb", "model.safetensors"])
def test_other_data_is_kept_and_downloaded(name: str) -> None:
    assert shown_as(name) is None
    assert may_keep(name)


def notebook(cells: str, metadata: str = "{}") -> bytes:
    return f'{{"cells": [{cells}], "metadata": {metadata}, "nbformat": 4, "nbformat_minor": 5}}'.encode()


CELL = (
    '{"cell_type": "code", "id": "c%d", "metadata": {}, "source": [], "outputs": [], "execution_count": null}'
)


def test_too_many_cells_are_a_sentence() -> None:
    most = admit.MOST_CELLS
    assert len(parse_notebook(notebook(",".join(CELL % n for n in range(most))), "lab.ipynb").cells) == most
    with pytest.raises(NotAdmittedError, match="has 2,001 cells; at most 2,000"):
        parse_notebook(notebook(",".join(CELL % n for n in range(most + 1))), "lab.ipynb")


def output(text: str) -> bytes:
    stream = f'{{"output_type": "stream", "name": "stdout", "text": {text}}}'
    return notebook((CELL % 1).replace('"outputs": []', f'"outputs": [{stream}]'))


BOMBS = {
    "empty objects": lambda: notebook(",".join(["{}"] * 10_000_000)),
    "objects in objects": lambda: notebook("", '{"a":' * 5_000_000 + "1" + "}" * 5_000_000),
    "objects in the metadata": lambda: notebook("", '{"a": [' + ",".join(["{}"] * 450_000) + "]}"),
    "objects in the cells": lambda: notebook('{"source": [' + ",".join(["{}"] * 450_000) + "]}"),
    "40 MB of output": lambda: output('"' + "x, {[" * 8_000_000 + '"'),
    "64 MB of output in lines": lambda: output("[" + ",".join(['"' + "x" * 76 + '\\n"'] * 800_000) + "]"),
}
MEASURE = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from grading.test_admit import BOMBS
from course_lib.grading.admit import NotAdmittedError, parse_notebook
data = BOMBS[sys.argv[2]]()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    said = f"{len(parse_notebook(data, 'lab.ipynb').cells)} cells"
except NotAdmittedError as problem:
    said = str(problem)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
print(said)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="others count memory in other units")
@pytest.mark.parametrize(
    ("bomb", "says"),
    [
        ("empty objects", "more than 1,000,000 values"),
        ("objects in objects", "more than 1,000,000 values"),
        ("objects in the metadata", "0 cells"),  # nobody looks at them
        ("objects in the cells", "more than 400,000 values beside its outputs"),
        ("40 MB of output", "1 cells"),
        ("64 MB of output in lines", "1 cells"),
    ],
)
def test_no_notebook_takes_more_than_a_gigabyte(bomb: str, says: str) -> None:
    """30 MB of `{}` took 4.4 GB; 40 MB of honest output still count as a notebook."""
    command = [sys.executable, "-c", MEASURE, str(Path(__file__).parents[1]), bomb]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    megabytes, said = done.stdout.strip().split("\n", 1)
    assert says in said
    assert int(megabytes) < 1024


def test_the_clock_of_a_hand_in_without_a_time_is_that_of_its_files(tmp_path: Path) -> None:
    """Today and in a year the same; and never later than now."""
    assert clock_time(tmp_path) is None
    for day, expected in ((1, 1), (3, 3), (2, 3)):
        file = tmp_path / f"{day}.txt"
        file.write_text("x")
        moment = datetime(2026, 3, day, 12, tzinfo=UTC).timestamp()
        os.utime(file, (moment, moment))
        assert clock_time(tmp_path) == datetime(2026, 3, expected, 12, tzinfo=UTC)
    os.utime(file, (2**40, 2**40))
    found = clock_time(tmp_path)
    assert found is not None
    assert abs((found - datetime.now(UTC)).total_seconds()) < 60
    (tmp_path / "timestamp.txt").write_text("2026-02-01 00:00:00 UTC")
    assert clock_time(tmp_path) == datetime(2026, 2, 1, tzinfo=UTC)
