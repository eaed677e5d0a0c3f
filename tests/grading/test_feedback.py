"""What is shown of a submission: all that a reader needs, nothing that a browser runs, no hidden test."""

from __future__ import annotations

import itertools
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader.handlers import template_path
from traitlets.config import Config, PyFileConfigLoader

from course_lib.grading.answers import build_submission
from course_lib.grading.classroom import generate_feedback, grade_submissions, make_release
from course_lib.grading.feedback import OnlyTextAndPictures, flat_markdown
from course_lib.jupyter.start import jupyterlab_command, jupyterlab_environment
from course_lib.workspace import Workspace

from .conftest import TINY, add_tiny, cell_of, make_root, submit

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
RUNS = "void(top.pwned='{}')"
PAYLOADS = {
    "script": "<script>{}</script>",
    "error": '<img src="nothing" onerror="{}">',
    "svg": '<svg onload="{}"></svg>',
    "svg-script": "<svg><script>{}</script></svg>",
    "details": '<details open ontoggle="{}">x</details>',
    "frame": '<iframe srcdoc="<script>{}</script>"></iframe>',
    "frame-address": '<iframe src="javascript:{}"></iframe>',
    "object": '<object data="javascript:{}"></object>',
    "link": '<a href="javascript:{}">click</a>',
    "hidden-link": '<a href="java&#10;script:{}">click</a>',
    "markdown-link": "[click](javascript:{})",
    "markdown-data": "[click](data:text/html,<script>{}</script>)",
    "focus": '<input autofocus onfocus="{}">',
    "style": '<style onload="{}">p {{ color: red }}</style>',
    "animation": '<p style="animation: x 1s" onanimationstart="{}">x</p>',
    "meta": '<meta http-equiv="refresh" content="0;url=javascript:{}">',
    "form": '<form action="javascript:{}"><button>click</button></form>',
    "math": '<math><mtext></p><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={}&gt;">',
    "tex": "$</script><script>{}</script>$",
    "code": "```html\n</pre><script>{}</script>\n```",
    "heading": '# <img src="nothing" onerror="{}">',
}
SHOW = """
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
for number, text in enumerate({payloads!r}):
    print(text)
    display(HTML(text), Markdown(text), Latex(text))
display(Javascript("window.pwned='javascript'"))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg"><script>window.pwned="svg"</script></svg>'))
broken = {{"image/png": "x", "text/plain": "a picture"}}
display(broken, metadata={{"image/png": {{"width": "1 onerror=window.pwned='width'"}}}}, raw=True)
broken = {{"image/png": "x' onerror='window.pwned=1", "text/plain": "a picture"}}
display(broken, raw=True)
raise ValueError({payloads!r}[1])
"""
RIGHT = {"double": "def double(x):\n    return x + x", "triple": "def triple(x):\n    return x * 3"}
WRONG = {**RIGHT, "triple": "def triple(x):\n    return abs(x) * 3"}


def payloads() -> list[str]:
    return [text.format(RUNS.format(name)) for name, text in PAYLOADS.items()]


def harmless(html: str) -> BeautifulSoup:
    """Assert that nothing in a piece of a page could run or load something, and return it."""
    soup = BeautifulSoup(html, "html.parser")
    for name in (
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "meta",
        "base",
        "svg",
        "math",
        "style",
        "link",
    ):
        assert not soup.find(name), name
    for tag in soup.find_all(True):
        assert not [
            attribute for attribute in tag.attrs if attribute.startswith("on") or attribute == "style"
        ]
        assert re.match(r"(https?://|mailto:|#)", tag.get("href", "#")), tag
        assert tag.get("src", "data:image/png;base64,").startswith("data:image/"), tag
    return soup


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_in_a_text_runs(name: str) -> None:
    harmless(flat_markdown(PAYLOADS[name].format(RUNS.format(name))))


def test_a_text_keeps_what_it_says() -> None:
    text = (
        "# Answer\n\n**Bold**, `a < b` and $x < y$.\n\n- one\n\n| a | b |\n|:-:|---|\n| 1 | 2 |\n\n"
        "[site](https://example.org) [file](evil.html) ![lost](attachment:x.png)\n\n"
        f"![dot](data:image/png;base64,{DOT}) ![kept](attachment:dot.png)\n\n```python\nx = 1\n```\n"
    )
    soup = harmless(flat_markdown(text, {"dot.png": {"image/png": DOT}}))
    assert [tag.get_text() for tag in soup.find_all("strong")] == ["Answer", "Bold"], (
        "headings are the page's own"
    )
    assert soup.code
    assert soup.code.get_text() == "a < b"
    assert "$x < y$" in soup.get_text()
    assert soup.li
    assert soup.table
    assert soup.find(class_="highlight")
    assert [(a.get_text(), a.get("href")) for a in soup.find_all("a")] == [
        ("site", "https://example.org"),
        ("file", None),
    ]
    assert [image["alt"] for image in soup.find_all("img")] == ["dot", "kept"]
    assert "[picture: lost]" in soup.get_text()


def test_outputs_are_text_and_pictures() -> None:
    data = {"text/html": "<b>", "text/plain": "plain", "image/png": DOT, "image/svg+xml": "<svg/>"}
    outputs = [
        new_output("display_data", data, metadata={"image/png": {"width": "1 onerror=x"}, "alt": "A dot"}),
        new_output("display_data", {"image/png": "x' onerror='y", "text/plain": "p"}),
        new_output("display_data", {"text/html": "<b>"}),
        new_output("stream", text="<b>"),
    ]
    nb = new_notebook(cells=[new_code_cell("x", outputs=outputs)])
    shown = OnlyTextAndPictures().preprocess(nb, {})[0].cells[0].outputs
    assert (shown[0].data, shown[0].metadata) == ({"text/plain": "plain", "image/png": DOT}, {"alt": "A dot"})
    assert shown[1].data == {"text/plain": "p"}
    assert shown[2].data == {"text/plain": "(not shown: text/html)"}
    assert shown[3].text == "<b>"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class: ada wrote well, ben has a wrong sign, mallory wrote for other people's browsers."""
    root = make_root(tmp_path_factory.mktemp("class"))
    add_tiny(root)
    make_release(root, TINY)
    release = root / "labs" / TINY / "lab.ipynb"
    ada = build_submission(release, {**RIGHT, "why": "Because, as I drew: ![my dot](attachment:dot.png)"})
    cell_of(ada, "grade_why").attachments = {"dot.png": {"image/png": DOT}}
    draw = f"import base64\nfrom IPython.display import Image, display\ndisplay(Image(base64.b64decode('{DOT}')))"
    ada.cells.insert(2, new_code_cell(draw))
    submit(root, TINY, "ada", ada)
    submit(root, TINY, "ben", build_submission(release, {**WRONG, "why": "Because of the sign."}))
    mallory = build_submission(release, {**WRONG, "why": "\n\n".join(payloads())})
    mallory.cells[1:1] = [new_markdown_cell(text) for text in payloads()]
    mallory.cells.insert(3, new_code_cell(SHOW.format(payloads=payloads())))
    cell_of(mallory, "solve_double").source += "\n# </pre><script>window.pwned='code'</script>"
    submit(root, TINY, "mallory", mallory)
    (root / "class" / "exchange").mkdir(mode=0o777)
    (root / "class" / "exchange").chmod(0o777)
    assert [outcome.status for outcome in grade_submissions(root, TINY)] == ["graded"] * 3
    with gradebook(root) as book:
        book.find_comment(
            "solve_triple", "lab", TINY, "ben"
        ).manual_comment = "See *lesson 2*.<script>x</script>"
        book.find_student("mallory").first_name = PAYLOADS["script"].format(RUNS.format("first-name"))
        book.find_student("mallory").last_name = PAYLOADS["error"].format(RUNS.format("last-name"))
        grade = book.find_grade("grade_why", "lab", TINY, "ben")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_submission_notebook("lab", TINY, "ben").late_submission_penalty = 2.0
        book.db.commit()
    return root


@contextmanager
def gradebook(root: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{root / 'class' / 'gradebook.db'}", "how-ai-models-work") as book:
        yield book


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, str]:
    return {page.parts[-3]: page.read_text() for page in generate_feedback(root, TINY)}


def words(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


@pytest.mark.slow
def test_a_feedback_page_is_complete_and_accessible(pages: dict[str, str]) -> None:
    for page in pages.values():
        soup = BeautifulSoup(page, "html.parser")
        assert soup.html
        assert soup.html["lang"] == "en"
        assert soup.title
        assert TINY in soup.title.get_text()
        levels = [int(tag.name[1]) for tag in soup.find_all(re.compile("^h[1-6]$"))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
        tables = [table for table in soup.find_all("table") if not table.find_parent(class_="text")]
        assert tables
        assert all(table.caption for table in tables)
        assert all(th.get("scope") for table in tables for th in table.find_all("th"))
        assert all(image.get("alt") for image in soup.find_all("img"))
        policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
        assert policy
        assert "default-src 'none'" in policy["content"]
        assert not soup.find(["script", "link", "iframe", "object"])
        assert not re.search(r"url\(|@import|src=.https?:", page)
    assert "A picture that your code drew" in pages["ada"]


@pytest.mark.slow
def test_a_feedback_page_tells_points_checks_and_what_waits(pages: dict[str, str]) -> None:
    ada, ben = words(pages["ada"]), words(pages["ben"])
    assert "8 of 10 points so far; 2 more wait for a person" in ada
    assert "why waits, up to 2" in ada
    assert "return x + x" in ada
    assert "triple: 1 of 4 points" in ben
    assert "negative 0 of 3 ✗ lost. Negative numbers go wrong." in ben
    assert "positive 1 of 1 ✓ passed" in ben
    assert "why 1.5 of 2" in ben
    assert "Handed in late −2" in ben
    assert "4.5 of 10 points" in ben
    assert "See lesson 2 ." in ben
    assert "<em>lesson 2</em>" in pages["ben"]
    assert "waits" not in ben


@pytest.mark.slow
def test_a_picture_pasted_into_an_answer_is_shown_to_learner_and_grader(
    root: Path, pages: dict[str, str]
) -> None:
    def pictures(html: str) -> list[str]:
        found = BeautifulSoup(html, "html.parser").find_all("img", alt="my dot")
        return [image["src"] for image in found]

    shown = [f"data:image/png;base64,{DOT}"]
    assert pictures(pages["ada"]) == shown
    graded = nbformat.read(root / "class" / "autograded" / "ada" / TINY / "lab.ipynb", as_version=4)
    config = Config(
        HTMLExporter=PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config().HTMLExporter
    )
    config.HTMLExporter.template_name = "formgrade"  # as nbgrader's FormgradeExtension says
    config.HTMLExporter.extra_template_basedirs = [template_path]
    page = {"base_url": "/", "mathjax_url": "", "notebook_path": "x", "index": 0, "total": 1}
    page |= dict.fromkeys(("student", "assignment_id", "notebook_id", "submission_id"), "x")
    html, _ = HTMLExporter(config=config).from_notebook_node(graded, resources=page)
    assert pictures(html) == shown, "in the formgrader"


@pytest.mark.slow
def test_a_feedback_page_shows_no_hidden_test_and_runs_nothing(pages: dict[str, str]) -> None:
    for page in pages.values():
        for leak in ("secret_input", ">41<", "HIDDEN TESTS", "course_lib.grading", "checks.check("):
            assert leak not in page
        soup = BeautifulSoup(page, "html.parser")
        assert soup.main
        for heading in soup.find_all("meta"):
            heading.decompose()
        harmless(str(soup.main))


CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
CLICK_ALL = """() => { for (const a of document.querySelectorAll('a, button, summary, input')) {
    if (!a.closest('nav') && !/^(https?:|\\/)/.test(a.getAttribute('href') || '')) a.click(); } }"""

PRESS = "async url => (await fetch(url, {method: 'POST'})).json()"


@pytest.mark.slow
@pytest.mark.browser
def test_chromium_loads_nothing_with_a_feedback_page(
    root: Path, pages: dict[str, str], chromium: str
) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        tab = browser.new_page()
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url.partition(",")[0]))
        file = (root / "class" / "feedback" / "mallory" / TINY / "lab.html").as_uri()
        tab.goto(file)
        tab.evaluate(CLICK_ALL)
        tab.wait_for_timeout(300)
        assert tab.evaluate("window.pwned") is None
        assert {url for url in asked if not url.startswith("data:image/")} == {file}
        assert tab.url.startswith(file)
        browser.close()


@contextmanager
def jupyterlab(root: Path, log: Path) -> Iterator[str]:
    """JupyterLab as `course lab` starts it, on the course folder `root`; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = jupyterlab_command(Workspace(root), root / "labs" / TINY / "lab.ipynb", port, browser=False)
    environment = {**jupyterlab_environment(Workspace(root)), "JUPYTER_TOKEN": "t"}
    environment |= {"JUPYTER_CONFIG_DIR": str(root / ".jupyter")}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("ours", [True, False], ids=["our-settings", "nbgraders-own"])
def test_a_hostile_submission_runs_nothing_in_the_graders_browser(
    ours: bool, root: Path, chromium: str, tmp_path: Path
) -> None:
    """With nbgrader's own settings the same page does run the payloads: the test can tell the difference."""
    from playwright.sync_api import Route, sync_playwright

    settings = root / "nbgrader_config.py"
    before = settings.read_text()
    if not ours:
        settings.write_text(re.sub(r"(?m)^c\.HTMLExporter\..*$", "", before))
    try:
        with gradebook(root) as book:
            submission = book.find_submission_notebook("lab", TINY, "mallory").id
        with jupyterlab(root, tmp_path / "log") as url, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
            tab = browser.new_page(extra_http_headers={"Authorization": "token t"})
            tab.set_default_timeout(60_000)

            def only_local(route: Route) -> None:
                route.continue_() if route.request.url.startswith(url) else route.abort()

            tab.route("**/*", only_local)
            tab.goto(f"{url}/formgrader/submissions/{submission}/")
            tab.locator("input.score").last.wait_for()
            assert tab.locator("#grade_why").count() == 1, "the grader can give points"
            assert "return abs(x)*3" in tab.locator("#notebook").first.inner_text().replace(" * ", "*")
            tab.evaluate(CLICK_ALL)
            tab.wait_for_timeout(1000)
            ran = tab.evaluate("window.pwned")
            if not ours:
                assert ran, "the payloads are blunt"
                return
            assert ran is None
            assert "<script>" in tab.locator("nav .name-shown").first.inner_text(), "a name is shown as it is"
            assert tab.url.startswith(f"{url}/formgrader/submissions/{submission}/")
            for cell in tab.locator(".rendered_html, .output, .input_area").all():
                harmless(cell.inner_html())
            page = root / "class" / "feedback" / "mallory" / TINY / "lab.html"
            page.unlink(missing_ok=True)
            done = tab.evaluate(PRESS, f"/formgrader/api/assignment/{TINY}/mallory/generate_feedback")
            assert done["success"], done
            assert "default-src 'none'" in page.read_text(), "the formgrader's button makes the same pages"
            browser.close()
    finally:
        settings.write_text(before)


STRANGE = ["a.xhtm", "b.XHT", "c.svgz", "d", "e.png.html", "f.svg", "g'\"h.xml", "k.pdf", "l.npy"]
SHOWN = {"m.html.png": "image/png", "n.TXT": "text/plain", "o.md": "text/plain", "p.py": "text/plain"}


@pytest.mark.slow
def test_the_formgrader_serves_no_file_of_a_submission_as_a_page(root: Path, tmp_path: Path) -> None:
    """Whatever its name ends in; a graded folder of an older version may still hold anything."""
    folder = root / "class" / "autograded" / "mallory" / TINY
    with gradebook(root) as book:
        submission = book.find_submission_notebook("lab", TINY, "mallory").id
    for name in (*STRANGE, *SHOWN):
        (folder / name).write_text("<script>window.pwned = 1</script>")
    try:
        with jupyterlab(root, tmp_path / "log") as url:
            for name in (*STRANGE, *SHOWN):
                address = f"{url}/formgrader/submissions/{submission}/{quote(name)}"
                request = Request(address, headers={"Authorization": "token t"})
                with urlopen(request, timeout=60) as answer:
                    headers = answer.headers
                assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
                assert headers["X-Content-Type-Options"] == "nosniff"
                kind = SHOWN.get(name, "application/octet-stream")
                assert headers["Content-Type"].startswith(kind), name
                assert headers["Content-Disposition"] == (None if name in SHOWN else "attachment")
    finally:
        for name in (*STRANGE, *SHOWN):
            (folder / name).unlink()


@pytest.mark.slow
def test_plain_nbgrader_makes_the_same_pages(root: Path, pages: dict[str, str]) -> None:
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["nbgrader", "generate_feedback", TINY, "--student", "ben", "--force"]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "FeedbackExporter" not in done.stderr, "a setting that nobody knows is warned about"
    assert (root / "class" / "feedback" / "ben" / TINY / "lab.html").read_text() == pages["ben"]
