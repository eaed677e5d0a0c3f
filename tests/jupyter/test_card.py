"""Cards below check cells, in a kernel that is asked as JupyterLab asks: by a person, who gets no traceback."""

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

from course_lib.grading.answers import load_bank
from course_lib.jupyter.card import Outcome, card, overview, statement, summary
from course_lib.jupyter.start import jupyterlab_environment
from course_lib.workspace import Workspace

REPO = Path(__file__).parents[2]
LAB = "01-what-is-a-language-model"
CELLS = {
    cell.id: cell.source for cell in nbformat.read(REPO / "labs" / LAB / "lab.ipynb", as_version=4).cells
}
EXERCISES = [id.removeprefix("check_") for id in CELLS if id.startswith("check_")]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    place = tmp_path_factory.mktemp("work") / LAB
    place.mkdir()
    environment = jupyterlab_environment(Workspace(REPO))
    manager, client = start_new_kernel(
        env={**os.environ, **environment, "PYTHONPATH": str(REPO)}, kernel_name="python3", cwd=str(place)
    )
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client: Any, code: str, person: bool = True) -> dict[str, Any]:
    """What a cell shows: text and page of its displays, its error, and whether it counts as failed."""
    content = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
    }
    message = client.session.msg("execute_request", content, metadata={"cellId": "a"} if person else {})
    client.shell_channel.send(message)
    found: dict[str, Any] = {"text": "", "page": "", "error": ""}
    while True:
        heard = client.get_iopub_msg(timeout=60)
        if heard["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        body = heard["content"]
        if heard["msg_type"] == "status" and body["execution_state"] == "idle":
            break
        if heard["msg_type"] == "error":
            found["error"] = f"{body['ename']}: {body['evalue']}"
        if heard["msg_type"] == "stream":
            found["text"] += body["text"]
        if heard["msg_type"] == "display_data":
            found["text"] += body["data"]["text/plain"]
            found["page"] += body["data"].get("text/html", "")
    while (reply := client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != message["header"][
        "msg_id"
    ]:
        pass  # an answer to an earlier question, such as whether the kernel is ready
    found["status"] = reply["content"]["status"]
    return found


@pytest.fixture
def lab(kernel: Any) -> Any:
    """The lab as it was fetched: set up, nothing written."""
    run(kernel, "%reset -f")
    run(kernel, CELLS["setup"])
    for name in EXERCISES:
        run(kernel, CELLS[f"solve_{name}"])
    return kernel


def test_what_is_not_begun_says_so_and_offers_the_first_hint(lab: Any) -> None:
    found = run(lab, CELLS["check_bits_per_byte"])
    assert found["text"].startswith("bits_per_byte: not begun. Not written yet")
    assert found["error"] == ""
    assert found["status"] == "ok", "Run All goes on, to the overview"
    titles = re.findall(r"<summary[^>]*>(Hint [^<]*)</summary>", found["page"])
    assert [title[:11] for title in titles] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3"]
    assert re.search(
        r"Hint 1.*<details>.*Hint 2.*<details>.*Hint 3.*</details>.*</details>.*</details>",
        found["page"],
        re.DOTALL,
    )


def test_a_wrong_answer_hears_what_passed_and_the_first_thing_that_did_not(lab: Any) -> None:
    run(lab, "def bits_per_byte(loss, n_tokens, text):\n    return loss * n_tokens / math.log(2) / len(text)")
    found = run(lab, CELLS["check_bits_per_byte"])
    assert "2 checks passed, the next one did not" in found["page"]
    assert "is one character and two bytes" in found["text"]
    assert "expect(bits_per_byte(math.log(2), 4," in html.unescape(found["page"]), (
        "what was asked, on request"
    )
    assert (found["error"], found["status"]) == ("", "ok")


def test_an_error_is_named_with_the_learners_own_line(lab: Any) -> None:
    run(lab, "def bits_per_byte(loss, n_tokens, text):\n    size = text['bytes']\n    return loss / size")
    found = run(lab, CELLS["check_bits_per_byte"])
    assert "Your code stopped in `size = text['bytes']`: TypeError" in found["text"]
    run(lab, "def bits_per_byte(loss, n_tokens, text):\n    assert n_tokens > 100\n    return loss")
    assert (
        "stopped in `assert n_tokens > 100`: AssertionError" in run(lab, CELLS["check_bits_per_byte"])["text"]
    )


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("def bits_per_byte(loss, n_tokens, text):\n    print(loss)", "Your function returned None"),
        ("del bits_per_byte", "`bits_per_byte` is not defined: run the cell above"),
    ],
)
def test_common_stumbles_have_their_words(lab: Any, answer: str, sentence: str) -> None:
    run(lab, answer)
    assert sentence in run(lab, CELLS["check_bits_per_byte"])["text"]


def test_a_loop_without_end_is_stopped_and_named(lab: Any) -> None:
    run(lab, "import course_lib.jupyter.visible as v\nlimit, v.LIMIT = v.LIMIT, 1")
    body = "while True:\n        try:\n            n_tokens\n        except Exception:\n            pass"
    loop = f"def bits_per_byte(loss, n_tokens, text):\n    {body}"
    run(lab, loop)
    assert "is there a loop that never ends?" in run(lab, CELLS["check_bits_per_byte"])["text"]
    found = run(lab, CELLS["check_bits_per_byte"], person=False)
    assert "is there a loop that never ends?" in found["error"]
    run(lab, "v.LIMIT = limit")


def test_no_card_and_a_plain_error_where_a_program_runs_the_notebook(lab: Any) -> None:
    run(lab, "def bits_per_byte(loss, n_tokens, text): return loss")
    found = run(lab, CELLS["check_bits_per_byte"], person=False)
    assert found["error"].startswith("AssertionError: ")
    assert found["page"] == ""
    assert run(lab, "from course_lib.jupyter.visible import check\ncheck()", person=False)["text"] == ""


def test_the_overview_tells_every_exercise(lab: Any) -> None:
    right = {}
    for answer in load_bank(REPO / "tests" / "answers" / LAB):
        if answer.right and answer.exercise in EXERCISES:
            right.setdefault(answer.exercise, answer.source)
    done, wrong, *rest = EXERCISES
    run(lab, right[done])
    run(lab, re.sub(r"raise NotImplementedError\(\)", "return None", CELLS[f"solve_{wrong}"]))
    found = run(lab, "from course_lib.jupyter.visible import check\ncheck()")
    assert found["error"] == ""
    assert (
        f"1 of {len(EXERCISES)} exercises pass their visible checks; {len(rest)} not begun." in found["text"]
    )
    assert f"{wrong}: not yet. Your function returned None" in found["text"]
    assert "read by a person" in found["page"]
    assert run(lab, "print([name for name in dir() if name.startswith('_check')])")["text"].strip() == "[]"


def test_a_card_holds_no_mark_up_of_a_learner() -> None:
    for page in (
        card(
            Outcome("e", "failed", ["<b>x</b>"], "<script>1</script>", "<script>2</script>"),
            [("Hint 1 of 1", "*x*")],
        ),
        overview([Outcome("e", "failed", [], "<script>1</script>")], []),
    ):
        assert "<script" not in page
        assert "<b>x</b>" not in page


def test_summary_counts() -> None:
    found = [Outcome("a", "passed"), Outcome("b", "failed"), Outcome("c", "not begun")]
    assert summary(found) == "1 of 3 exercises pass their visible checks; 1 not begun."
    assert summary(found[:1]) == "1 of 1 exercises pass their visible checks."


def test_the_failed_statement_is_whole() -> None:
    body = "    expect(\n        f(1),\n        2,\n    )\n    for a in b:\n        expect(a, 1)\n"
    source = f"def _check_x(expect):\n{body}"
    assert statement(source, 3) == "expect(\n    f(1),\n    2,\n)"
    assert statement(source, 7) == "expect(a, 1)"
