"""One evening with JupyterLab: lesson 02 runs, a slider moves by keyboard, the lab is fetched and validated.

JupyterLab runs as `course lab` starts it, on a copy of the clone, and Chromium looks at it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, TimeoutError, expect, sync_playwright

from course_lib.grading.answers import build_submission, load_bank
from course_lib.jupyter.stills import replace_widgets

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking",
    "--disable-component-update --disable-sync",
)
TOKEN = "browser-test"
PATIENCE = 90_000  # milliseconds; a busy machine needs them, an idle one does not
expect.set_options(timeout=PATIENCE)


@dataclass
class Server:
    """A running JupyterLab, started as `course lab` starts it."""

    url: str
    root: Path
    log: Path


@pytest.fixture
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("clone")
    for name in ("lessons", "labs", "solutions", "assessments"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy2(ROOT / "nbgrader_config.py", root)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = root / "lab.log"
    command = [sys.executable, "-m", "course_lib", "lab", "--no-browser", "--port", str(port)]
    own = root / ".jupyter"  # no tabs or settings of an earlier run
    environment = {
        **os.environ,
        "JUPYTER_TOKEN": TOKEN,
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(own),
    }
    environment |= {
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "tabs"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
    }
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, f"JupyterLab ended early:\n{log.read_text()}"
                assert time.monotonic() < deadline, f"JupyterLab did not start:\n{log.read_text()}"
                time.sleep(0.2)
        yield Server(f"http://127.0.0.1:{port}", root, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def seen() -> list[str]:
    """What went wrong on the page; empty when all is well."""
    return []


@pytest.fixture
def page(server: Server, chromium: str, seen: list[str]) -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=" ".join(CHROMIUM_ARGUMENTS).split())
        tab = browser.new_page(viewport={"width": 1400, "height": 1000})
        tab.set_default_timeout(PATIENCE)
        tab.on("pageerror", lambda error: seen.append(f"page error: {error}"))
        tab.on("response", lambda r: seen.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        tab.on("console", lambda m: seen.append(f"console: {m.text}") if m.type == "error" else None)
        yield tab
        browser.close()


FIRST, LAB = "00-start-here", "02-how-ai-models-work"
PICTURES = os.environ.get("COURSE_SCREENSHOTS")  # a folder to keep screenshots in


def keep(page: Page, name: str) -> None:
    """Keep a screenshot where COURSE_SCREENSHOTS says, if it says so."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def open_lab(page: Page, server: Server, path: str = "") -> None:
    """Open JupyterLab as it first comes up, or the notebook `path` in a window of its own, and wait for its kernel."""
    place = f"lab/workspaces/{Path(path).parent.name}/tree/{path}" if path else ""
    page.goto(f"{server.url}/{place}?token={TOKEN}")
    name = Path(path).name if path else "Start.ipynb"
    tab = page.locator(".jp-Activity.lm-mod-current, .lm-DockPanel-tabBar .lm-mod-current").get_by_text(name)
    expect(tab).to_be_visible()
    idle = page.locator(".jp-NotebookPanel:visible .jp-Notebook-ExecutionIndicator[data-status='idle']")
    expect(idle).to_be_visible()
    expect(page.get_by_text("Python 3 (ipykernel) | Idle").first).to_be_visible()


def find_view(page: Page, label: str) -> tuple[Locator, Locator]:
    """Scroll to the view whose slider has this label; return the view and the slider."""
    labelled = page.locator(".widget-slider").filter(has=page.get_by_text(label, exact=True))
    view = page.locator(".jp-OutputArea .widget-vbox").filter(has=labelled).last
    slider = view.locator(".widget-slider").filter(has=page.get_by_text(label, exact=True))
    slider.scroll_into_view_if_needed()
    return view, slider


def command(page: Page, menu: str, entry: str) -> None:
    """Choose a menu entry as a person does."""
    page.locator("#jp-MainMenu").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).first.click()


def test_lesson_02_runs_and_a_slider_moves_by_keyboard(page: Page, server: Server, seen: list[str]) -> None:
    # JupyterLab shows widgets as text if cells run before its widget manager is up: then the page is loaded again.
    for attempt in range(3):
        open_lab(page, server, f"work/lessons/{LAB}.ipynb")
        page.wait_for_timeout(3000)
        command(page, "Run", "Run All Cells")
        question = page.get_by_text("Where does its 200 come from?").first  # in the last cell
        try:
            question.wait_for(state="attached", timeout=100_000)
            break
        except TimeoutError:
            assert attempt < 2, "the quiz, which is the last cell, did not appear"
    expect(page.locator(".jp-InputPrompt").get_by_text("[*]")).to_have_count(0)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    for image in page.locator(".jp-OutputArea img").all():
        assert (image.get_attribute("alt") or "").strip(), "an image has no text alternative"

    view, slider = find_view(page, "temperature T")
    line = view.locator("[role=status]")
    before = line.inner_text()
    slider.locator(".noUi-handle").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(line).not_to_have_text(before)
    expect(line).to_contain_text("At T = 1.58")  # four steps of 0.05 in log10
    keep(page, "lesson-02-slider")

    view, stage = find_view(page, "stage")
    shown = view.locator("[role=status]")
    expect(shown).to_contain_text("Stage 1 of")
    stage.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    expect(shown).to_contain_text("Stage 2 of")

    option = page.get_by_text("It was adjusted step by step until predictions fitted past sales.")
    option.scroll_into_view_if_needed()
    option.click()
    expect(page.get_by_text("That is learning.")).to_be_visible()
    keep(page, "lesson-02-quiz")
    assert seen == []


def test_a_quiz_keeps_its_keys_its_answer_and_its_still(page: Page, server: Server, seen: list[str]) -> None:
    """Keys pressed in a quiz change no cell; a second visit shows the answer, and before that no dead widget."""
    path = server.root / "work" / "quiz" / "quiz.ipynb"
    path.parent.mkdir(parents=True)
    cells = [
        new_code_cell("1"),
        new_code_cell("from course_lib.explore.quiz import quiz\nquiz('02')"),
        new_code_cell("2"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
    open_lab(page, server, "work/quiz/quiz.ipynb")
    page.wait_for_timeout(3000)  # until the widget manager is up
    command(page, "Run", "Run All Cells")
    option = page.get_by_text("It was adjusted step by step until predictions fitted past sales.")
    quiz = page.locator(".jp-OutputArea .widget-vbox").first

    def notebook() -> tuple[int, int]:
        """How many cells there are, and which one is selected."""
        found = page.locator(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell")
        return found.count(), [
            cell.get_attribute("class").count("jp-mod-selected") for cell in found.all()
        ].index(1)

    option.click()
    expect(page.get_by_text("That is learning.")).to_be_visible()
    before = notebook()
    assert before[0] == 3
    for place in ("on an option", "on the text of a question"):
        if place != "on an option":
            quiz.locator("b").first.click()
            page.wait_for_timeout(500)  # nobody types faster
        for key in ("ArrowDown", "ArrowUp", "d", "d", "x", "a", "b", "j", "k"):
            page.keyboard.press(key)
            page.wait_for_timeout(200)  # or answers to two arrows cross on a busy machine
        assert notebook() == before, place
    expect(page.get_by_text("That is learning.")).to_be_visible()  # down and up again
    page.keyboard.press("Control+s")
    keep(page, "quiz-keys")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)

    saved = json.loads(path.read_text())
    assert replace_widgets(saved) == 1, "Ctrl+S reached JupyterLab, and the widget is in the file"
    path.write_text(json.dumps(saved))
    page.goto("about:blank")
    open_lab(page, server, "work/quiz/quiz.ipynb")
    expect(page.get_by_text("Run the cell again (Shift+Enter) and the controls work.")).to_be_visible()
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    keep(page, "quiz-still")
    command(page, "Run", "Run All Cells")
    expect(page.locator("input[type=radio]:checked")).to_have_count(1)
    expect(page.get_by_text("That is learning.").first).to_be_visible()
    keep(page, "quiz-again")
    assert seen == []


def test_from_the_start_page_to_a_lab_its_cards_and_validate(
    page: Page, server: Server, seen: list[str]
) -> None:
    open_lab(page, server)
    assert "Start.ipynb" in page.url
    expect(page.get_by_text("Next: read lesson 00")).to_be_visible()
    keep(page, "start-page")
    row = page.locator(".jp-OutputArea tr").filter(has=page.get_by_role("link", name="Start here"))
    row.get_by_role("link", name="not begun").click()
    lab = page.locator(".jp-NotebookPanel:visible")
    expect(lab.get_by_role("heading", name="Lab 00 - Start here")).to_be_visible()
    expect(page.get_by_text("Python 3 (ipykernel) | Idle").first).to_be_visible()
    check = lab.locator(".jp-Cell").filter(has_text="_run(_check_seeded_sample)").first
    lab.locator(".jp-Cell").filter(has_text="warnings.simplefilter").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    lab.locator(".jp-Cell").filter(has_text="def seeded_sample").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    check.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(check).to_contain_text("seeded_sample: not begun")
    assert check.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    button = check.locator("summary").first
    expect(button).to_contain_text("Hint 1 of 3")
    button.focus()
    page.keyboard.press("Enter")
    expect(check.get_by_text("Hint 2 of 3")).to_be_visible()
    keep(page, "card")

    command(page, "Nbgrader", "Assignment List")
    expect(page.get_by_role("button", name="Submit").first).to_be_visible()
    keep(page, "assignment-list")
    page.locator("#jp-MainMenu").get_by_text("Nbgrader", exact=True).click()
    entries = page.locator(".lm-Menu-item:not(.lm-mod-hidden) .lm-Menu-itemLabel")
    expect(entries.first).to_be_visible()
    assert entries.all_inner_texts() == ["Assignment List"], "learners see no entry of instructors"
    keep(page, "menu")
    page.keyboard.press("Escape")
    for title in ("Create Assignment", "Formgrader", "Course List"):
        assert (
            page.locator(f".jp-SideBar [title*='{title}'], .jp-LauncherCard[title*='{title}']").count() == 0
        )

    open_lab(page, server, f"work/{FIRST}/lab.ipynb")
    page.locator(".jp-NotebookPanel:visible").get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog-content")
    expect(dialog).to_contain_text("You did not provide a response", timeout=180_000)
    keep(page, "validate-to-do")
    assert seen == []


def test_a_solved_lab_passes_validate(page: Page, server: Server, seen: list[str]) -> None:
    bank = load_bank(ROOT / "tests" / "answers" / LAB)
    right = {answer.exercise: answer.source for answer in bank if answer.right}
    solved = build_submission(
        server.root / "labs" / LAB / "lab.ipynb", {**right, "advice": "At T = 0: it repeats."}
    )
    folder = server.root / "work" / "solved"
    folder.mkdir(parents=True)
    nbformat.write(solved, folder / "lab.ipynb")
    open_lab(page, server, "work/solved/lab.ipynb")
    page.locator(".jp-NotebookPanel:visible").get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog-content")
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.", timeout=180_000)
    keep(page, "validate-success")
    assert seen == []
