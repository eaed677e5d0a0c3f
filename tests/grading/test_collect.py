"""Collecting: each learner's hand-in stands alone, no name is followed twice, and nothing disappears unsaid."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory

from course_lib.grading import admit
from course_lib.grading import collect as collecting
from course_lib.grading.admit import MOST_DEPTH, NotAdmittedError, hand_in_time, read_beside
from course_lib.grading.collect import SafeCollect, check_owner, refused
from course_lib.grading.exchange import HAS_EXCHANGE, collect, nbgrader_settings, release
from course_lib.workspace import Workspace
from grading.conftest import REPO, make_root

pytestmark = pytest.mark.skipif(not HAS_EXCHANGE, reason="nbgrader has no exchange here")

LAB = "90-tiny"
SECRET = "### BEGIN SOLUTION of somebody else"
SWAPS = 200


@pytest.fixture(scope="module")
def fresh_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with one released lab and a gradebook, which takes seconds to make."""
    workspace = Workspace(make_root(tmp_path_factory.mktemp("fresh") / "course"))
    (workspace.labs / LAB).mkdir(parents=True)
    (workspace.labs / LAB / "lab.ipynb").write_text("{}")
    release(workspace)
    collect(workspace, LAB)
    return workspace.root


@pytest.fixture
def course(fresh_course: Path, tmp_path: Path) -> Workspace:
    """The same for one test."""
    return Workspace(Path(shutil.copytree(fresh_course, tmp_path / "course")))


def inbound(course: Workspace) -> Path:
    return next((course.classroom / "exchange").glob("*/inbound"))


def now(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def hand_in(course: Workspace, who: str, text: str = "{}", when: str | None = None, mark: str = "x") -> Path:
    when = now() if when is None else when
    folder = inbound(course) / f"{who}+{LAB}+{when}+{mark}".replace("/", "")
    folder.mkdir()
    (folder / "lab.ipynb").write_text(text)
    (folder / "timestamp.txt").write_text(when)
    return folder


def submitted(course: Workspace, who: str) -> Path:
    return course.classroom / "submitted" / who / LAB


def reasons(course: Workspace) -> dict[str, str]:
    return {refusal.who: refusal.reason for refusal in refused(course.root, LAB)}


def nest(folder: Path, depth: int) -> None:
    """Make folders so deep that no path reaches the innermost one."""
    number = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d" * 200, dir_fd=number)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=number)
        os.close(number)
        number = inner
    os.close(number)


@pytest.mark.parametrize(
    "when",
    [
        "99999999999999999999",
        "0001-01-01 00:00:00 +0100",
        "01:" + "9" * 30,
        "9999-12-31",
        "9999-12-31 0:0:0 UTC",
    ],
)
def test_no_time_stops_the_class(course: Workspace, when: str) -> None:
    """In the folder's name, in the hand-in and in what was collected before."""
    hand_in(course, "ada")
    hand_in(course, "bad", when=when)
    old = submitted(course, "old")
    old.mkdir(parents=True)
    (old / "timestamp.txt").write_text(when)
    hand_in(course, "old", "new text")
    collect(course, LAB)
    assert (submitted(course, "ada") / "lab.ipynb").is_file()
    came = hand_in_time(submitted(course, "bad"))
    assert came is not None
    assert abs(came - datetime.now(UTC)) < timedelta(minutes=1)
    assert (submitted(course, "old") / "lab.ipynb").read_text() == "new text"


@pytest.mark.parametrize("hours", [2, 24 * 365 * 70])
def test_a_hand_in_from_the_future_counts_from_its_arrival_and_shuts_nobody_out(
    course: Workspace, hours: float
) -> None:
    hand_in(course, "ada", "forged", when=now(hours=-hours))
    collect(course, LAB)
    time.sleep(0.01)
    hand_in(course, "ada", "her own")
    collect(course, LAB)
    assert (submitted(course, "ada") / "lab.ipynb").read_text() == "her own"


def test_folders_nested_beyond_every_path_are_one_learners_sentence(course: Workspace) -> None:
    nest(hand_in(course, "deep"), 40)
    hand_in(course, "ada")
    collect(course, LAB)
    assert submitted(course, "ada").is_dir()
    assert not submitted(course, "deep").exists()
    assert f"nested more than {MOST_DEPTH} deep" in reasons(course)["deep"]


def test_deep_folders_in_a_submission_are_a_reason_too(tmp_path: Path) -> None:
    nest(tmp_path, 40)
    with pytest.raises(NotAdmittedError, match="nested more than"):
        read_beside(tmp_path)


def test_a_sparse_file_counts_with_its_holes_and_many_files_count(course: Workspace) -> None:
    with (hand_in(course, "holes") / "data.csv").open("wb") as file:
        file.truncate(1_900_000_000)
    folder = hand_in(course, "many")
    for number in range(collecting.MOST_FILES + 1):
        (folder / f"{number}.txt").touch()
    hand_in(course, "ada")
    collect(course, LAB)
    assert submitted(course, "ada").is_dir()
    assert not submitted(course, "holes").exists()
    assert not submitted(course, "many").exists()
    assert "160 MB" in reasons(course)["holes"]
    assert "500 files" in reasons(course)["many"]


def test_the_hand_in_before_a_refused_one_counts(course: Workspace) -> None:
    hand_in(course, "ada", "small", when=now(seconds=2))
    time.sleep(0.01)
    with (hand_in(course, "ada") / "data.csv").open("wb") as file:
        file.truncate(1_900_000_000)
    collect(course, LAB)
    assert (submitted(course, "ada") / "lab.ipynb").read_text() == "small"
    assert "can't be taken" in reasons(course)["ada"]


def test_a_refused_hand_in_leaves_what_was_collected_before(course: Workspace) -> None:
    hand_in(course, "ada", "first", when=now(seconds=2))
    collect(course, LAB)
    shutil.rmtree(next(inbound(course).iterdir()))
    nest(hand_in(course, "ada", "second"), 40)
    collect(course, LAB)
    assert (submitted(course, "ada") / "lab.ipynb").read_text() == "first"


AS_NOBODY = """
import os, sys
from pathlib import Path
from course_lib.grading.exchange import collect
from course_lib.workspace import Workspace
course = Workspace(Path(sys.argv[1]))
collect(course, "00-none")  # imports all that collecting needs, while that can still be read
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
collect(course, sys.argv[2])
"""


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_one_learners_sentence(fresh_course: Path) -> None:
    """Root reads everything, so root collects as somebody else here, in a folder that everybody can reach."""
    with tempfile.TemporaryDirectory() as place:
        course = Workspace(Path(shutil.copytree(fresh_course, Path(place) / "course")))
        (hand_in(course, "shut") / "lab.ipynb").chmod(0)
        hand_in(course, "ada")
        if os.geteuid() == 0:
            Path(place).chmod(0o755)
            for path in (course.root, *course.root.rglob("*")):
                os.chown(path, 65534, 65534)
        command = [sys.executable, "-c", AS_NOBODY, str(course.root), LAB]
        subprocess.run(command, cwd=REPO, check=True, timeout=120)
        assert submitted(course, "ada").is_dir()
        assert not submitted(course, "shut").exists()
        assert "Permission denied" in reasons(course)["shut"]


def test_whatever_goes_wrong_with_one_learner_the_class_goes_on(
    course: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at = SafeCollect.look_at

    def broken(self: SafeCollect, who: str, folder: Path) -> collecting.HandIn:
        if who == "bad":
            raise RuntimeError("\x1b[31msomething new")
        return look_at(self, who, folder)

    monkeypatch.setattr(SafeCollect, "look_at", broken)
    for who in ("ada", "bad", "zoe"):
        hand_in(course, who)
    collect(course, LAB)
    assert submitted(course, "ada").is_dir()
    assert submitted(course, "zoe").is_dir()
    assert reasons(course) == {"bad": "The hand-in could not be collected (RuntimeError: [31msomething new)."}


def test_names_that_no_learner_has_are_listed(course: Workspace) -> None:
    for who in ("Ada Lovelace", "O'Brien", "", "-rf", "\x1b[2Jx"):
        hand_in(course, who)
    hand_in(course, "ada")
    collect(course, LAB)
    assert sorted(reasons(course)) == sorted(["Ada Lovelace", "O'Brien", "(no name)", "-rf", "[2Jx"])
    assert all("no learner's name" in reason for reason in reasons(course).values())


def test_of_two_hand_ins_with_one_time_the_last_to_arrive_counts(course: Workspace) -> None:
    when = now()
    hand_in(course, "ada", "first", when, mark="z")
    collect(course, LAB)
    time.sleep(0.01)
    hand_in(course, "ada", "second", when, mark="a")
    for _ in range(2):
        collect(course, LAB)
        assert (submitted(course, "ada") / "lab.ipynb").read_text() == "second"
        assert "the last to arrive counts" in reasons(course)["ada"]


def test_links_are_left_out_and_named(course: Workspace) -> None:
    folder = hand_in(course, "ada")
    (folder / "notes.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    collect(course, LAB)
    assert sorted(p.name for p in submitted(course, "ada").iterdir()) == ["lab.ipynb", "timestamp.txt"]
    assert "notes.txt, pipe" in reasons(course)["ada"]


@pytest.fixture
def collector(course: Workspace) -> Iterator[SafeCollect]:
    with nbgrader_settings(course) as config:
        config.CourseDirectory.assignment_id = LAB
        directory = CourseDirectory(config=config)
        yield SafeCollect(coursedir=directory, authenticator=Authenticator(config=config), config=config)


def test_a_file_swapped_for_a_link_brings_nothing_foreign(
    course: Workspace, collector: SafeCollect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right after each look at a name, the learner may put a link to the solutions in its place, or take it back."""
    solutions = tmp_path / "solutions"
    solutions.mkdir()
    (solutions / "lab.ipynb").write_text(SECRET)
    dice, look = random.Random(0), admit._look

    def look_and_swap(parent: int | str, name: str) -> os.stat_result:
        status = look(parent, name)
        places = [
            path for path in (folder / name, folder / "part" / name) if path.parent.resolve() == path.parent
        ]
        place = dice.choice(places)
        if dice.random() < 0.5 and place.exists() and not place.is_symlink():
            place.rename(tmp_path / f"aside-{dice.random()}")
            place.symlink_to(solutions if name == "part" else solutions / "lab.ipynb")
        return status

    monkeypatch.setattr(admit, "_look", look_and_swap)
    arrived, moment = 0, datetime.now(UTC)
    for number in range(SWAPS):
        folder = hand_in(course, "ada", "own", mark=str(number))
        (folder / "part").mkdir()
        (folder / "part" / "lab.ipynb").write_text("own")
        target = tmp_path / "collected" / str(number)
        try:
            collector.copy(collecting.HandIn("ada", folder, moment, moment, []), target)
        except (NotAdmittedError, OSError):
            continue
        for path in target.rglob("*"):
            assert not path.is_symlink()
            assert not path.is_file() or SECRET not in path.read_text()
        arrived += (target / "lab.ipynb").is_file()
    assert 0 < arrived < SWAPS, "at times the file itself was there"


def test_where_names_are_accounts_the_owner_must_be_the_name(tmp_path: Path) -> None:
    """A hand-in of another account in somebody's name is refused; one's own folders may have any name."""
    me, other = os.geteuid(), next(user for user in pwd.getpwall() if user.pw_uid != os.geteuid())
    nobody = max(user.pw_uid for user in pwd.getpwall()) + 17
    check_owner("ada", me, tmp_path)
    check_owner(other.pw_name, me, tmp_path)
    check_owner(other.pw_name, other.pw_uid, tmp_path)
    check_owner("ada-without-account", nobody, tmp_path)
    with pytest.raises(NotAdmittedError, match=f"the account {other.pw_name} handed it in"):
        check_owner("ada-without-account", other.pw_uid, tmp_path)
    with pytest.raises(NotAdmittedError, match=f"the account number {nobody} handed it in"):
        check_owner(other.pw_name, nobody, tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file somebody else's")
def test_a_hand_in_in_anothers_name_replaces_nothing(course: Workspace) -> None:
    thief = next(user for user in pwd.getpwall() if user.pw_uid != 0)
    hand_in(course, "ada", "her own", when=now(seconds=2))
    folder = hand_in(course, "ada", "forged")
    for path in (*folder.iterdir(), folder):
        os.chown(path, thief.pw_uid, thief.pw_gid)
    collect(course, LAB)
    assert (submitted(course, "ada") / "lab.ipynb").read_text() == "her own"
    assert f"the account {thief.pw_name} handed it in" in reasons(course)["ada"]


def test_the_folders_of_the_exchange_can_be_moved_by_their_owners_only(course: Workspace) -> None:
    def rights(folder: Path) -> int:
        return stat.S_IMODE(folder.stat().st_mode)

    top = inbound(course).parent
    assert rights(top.parent) & (stat.S_IWOTH | stat.S_ISVTX) in (0, stat.S_IWOTH | stat.S_ISVTX)
    assert rights(top) == rights(top / "outbound") == 0o755
    assert rights(inbound(course)) & 0o1777 == 0o1733
    top.chmod(0o777)
    (course.labs / LAB / "lab.ipynb").write_text("{ }")
    release(course)
    assert rights(top) == 0o755


def test_what_is_no_folder_is_refused_and_the_folder_beside_it_counts(course: Workspace) -> None:
    hand_in(course, "ada", "her own", when=now(seconds=2))
    (inbound(course) / f"ada+{LAB}+{now()}+file").write_text("a file")
    (inbound(course) / f"ada+{LAB}+{now()}+link").symlink_to("nowhere")
    (inbound(course) / f"ada+{LAB}+").mkdir()
    (inbound(course) / f"ada+{LAB}+").chmod(0)
    collect(course, LAB)
    assert submitted(course, "ada").is_dir()
    said = [refusal.reason for refusal in refused(course.root, LAB)]
    assert any("is not a folder" in reason for reason in said)
    assert any("+link is a link." in reason for reason in said)
