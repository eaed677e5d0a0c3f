"""The page: what a reviewer needs is there and true, and nothing that a learner typed can do harm."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from course_lib.packet.commands import packet_app
from course_lib.packet.files import assessments
from course_lib.packet.load import load_packet, update_packet
from course_lib.packet.lock import seal_packet
from course_lib.packet.page import build_html, build_markdown, headline, print_text
from course_lib.packet.render import Numbers, money, number, quantity
from course_lib.packet.start import new_packet
from course_lib.packet.view import View, collect
from course_lib.plain import markdown

from .hostile import poison
from .samples import DAY, NOON

run = CliRunner()
EXAMPLE = assessments("examples/ticket-triage")


@pytest.fixture(scope="module")
def view(complete_full_packet: Path) -> View:
    return collect(complete_full_packet, today=DAY)


@pytest.fixture(scope="module")
def soup(view: View) -> BeautifulSoup:
    return BeautifulSoup(build_html(view), "html.parser")


def spaced(words: str) -> str:
    """Words with single plain spaces between them."""
    return " ".join(words.split())


def text(part: BeautifulSoup | Tag | None) -> str:
    assert part is not None
    return spaced(part.get_text(" "))


def page_of(folder: Path, today: date = DAY, lesson: str | None = None) -> BeautifulSoup:
    return BeautifulSoup(build_html(collect(folder, lesson, today)), "html.parser")


# --- what it says -------------------------------------------------------------------------------------------


def test_the_gate_stands_first_with_every_reason(view: View, soup: BeautifulSoup) -> None:
    assert view.verdict is not None
    first = soup.find("h2")
    assert first is not None
    assert text(first) == f"Gate: {view.verdict.value}"
    gate = text(soup.find(id="gate"))
    assert headline(view) in gate
    assert view.verdict.reasons
    for reason in view.verdict.reasons:
        assert " ".join(reason.text.split()) in gate.replace(" ,", ",").replace(" :", ":")


def test_the_gate_is_the_computed_one_not_the_declared_one(full: Path) -> None:
    update_packet(full, {"thresholds": [{"id": "T-QUAL", "value": 0.99}], "gate": {"declared": "PASS"}})
    gate = text(page_of(full).find(id="gate"))
    assert gate.startswith("Gate: FAIL")
    assert "The author declares PASS, computed is FAIL." in gate


def test_every_number_in_prose_is_rendered_and_leads_to_its_evidence(view: View, soup: BeautifulSoup) -> None:
    assert "{{" not in text(soup)
    links = soup.find_all("a", class_="cited")
    assert links
    for link in links:
        target = soup.find(id=str(link["href"])[1:])
        assert target is not None
        assert "SHA-256" in text(target)
    accuracy = view.numbers.measured["E-CAND"]["accuracy"]
    model = next(one for one in view.model.decisions if one.topic == "model")
    assert f"{accuracy:.1%}" in text(soup.find(id=model.id))


def test_a_threshold_shows_point_interval_and_need(view: View, soup: BeautifulSoup) -> None:
    metrics = view.numbers.measured["E-CAND"]
    row = soup.find("tr", id="T-QUAL")
    assert row is not None
    shares = [quantity(metrics[f"accuracy{end}"], "share") for end in ("", "_low", "_high")]
    for part in ("at least 85 %", "400 rows", "E-CAND", *shares):
        assert spaced(part) in text(row)
    assert "Needed is at least" in text(row.find("desc"))


def test_figures_say_in_words_what_they_show(view: View, soup: BeautifulSoup) -> None:
    figures = soup.find_all("svg")
    assert len(figures) >= 2 + len([row for row in view.thresholds if row.measured])
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for figure in figures:
        for name in str(figure["aria-labelledby"]).split():
            assert text(figure.find(id=name))
    told = text(soup.find(id="risk-matrix-text"))
    for row in view.risks:
        assert f"{row.number}, {row.risk.id}: {row.before}," in told
    assert view.cost is not None
    assert money(view.cost.total_month) in soup.find(id="cost-bars-text").get_text()
    matrix = soup.find(id="risk-matrix-text").find_parent("svg")
    assert len(matrix.find_all("circle", class_="before")) == len(view.risks)


def test_a_residual_without_a_passing_test_is_not_proven(full: Path) -> None:
    test = {"evidence": "E-INJ", "metric": "failure_rate", "op": "<=", "value": 0}
    update_packet(full, {"risks": [{"id": "R-INJECTION", "residual_likelihood": 1, "mitigation_test": test}]})
    soup = page_of(full)
    assert "so the test does not pass" in text(soup.find("tr", id="R-INJECTION"))
    assert "R-INJECTION: 12, then 3, not proven by a test." in text(soup.find(id="risk-matrix-text"))
    assert "so the test passes" in text(soup.find("tr", id="R-DISCLOSURE"))
    assert len(soup.find_all("line", class_="unproven")) == 1


def test_the_cost_is_computed_again(full: Path) -> None:
    update_packet(full, {"cost_model": {"model_cost_month_usd": 99999}})
    view = collect(full, today=DAY)
    assert view.cost is not None
    row = text(page_of(full).find(id="cost").find_parent("section").find("tbody").find("tr")).replace(
        "\u00a0", " "
    )
    assert money(view.cost.model_cost_month).replace("\u00a0", " ") in row
    assert "99,999 USD" in row


def test_what_is_stale_and_when_the_rest_will_be(full: Path) -> None:
    claim = next(one for one in load_packet(full).model.claims if one.kind == "price")
    assert claim.as_of is not None
    last = claim.as_of + timedelta(days=30)  # a price may be 30 days old
    assert not any(due.over for due in collect(full, today=DAY).dues)
    for today, over in ((last, False), (last + timedelta(days=1), True)):
        due = next(due for due in collect(full, today=today).dues if due.subjects == claim.id)
        assert due.over is over
    assert "overdue" in text(page_of(full, last + timedelta(days=1)).find(id="stale").find_parent("section"))
    evidence = next(due for due in collect(full, today=DAY).dues if "E-CAND" in due.subjects)
    assert evidence.day == NOON.date() + timedelta(days=121)


def test_what_is_assumed(full: Path) -> None:
    update_packet(
        full,
        {
            "claims": [{"id": "C-LAW", "illustration": True}],
            "use_case": {"today_cost_per_item_usd": {"na": True, "because": "nobody does this work today"}},
        },
    )
    assumed = text(page_of(full).find(id="assumed").find_parent("section"))
    assert "C-LAW an illustration, on which no decision rests" in assumed
    assert "use_case.today_cost_per_item_usd does not apply: nobody does this work today" in assumed
    assert "Made-up texts" in assumed  # the limits of E-CAND
    assert "planned, not measured" in assumed


def test_findings_stand_under_their_severity(full: Path) -> None:
    update_packet(
        full, {"decisions": [{"id": "DEC-MODEL", "review_date": "2026-01-01", "evidence": ["E-GHOST"]}]}
    )
    section = page_of(full).find(id="findings").find_parent("section")
    tables = {text(table.caption).split()[0]: text(table) for table in section.find_all("table")}
    assert "E-GHOST" in tables["Errors"]
    assert "DEC-04" in tables["Warnings"]
    assert "DEC-04" not in tables["Errors"]


def test_what_changed_since_the_seal(packet: Path) -> None:
    assert "never sealed" in text(page_of(packet))
    seal_packet(packet, "02", now=NOON)
    update_packet(packet, {"thresholds": [{"id": "T-QUAL", "value": 0.8}]})
    changed = text(page_of(packet).find(id="changed").find_parent("section"))
    assert "1 threshold moved" in changed
    assert "T-QUAL : value was 0.9 and is 0.8, which is easier to meet." in changed


def test_edited_evidence_is_marked_wherever_it_is_cited(full: Path) -> None:
    file = full / "evidence" / "E-CAND.json"
    envelope = json.loads(file.read_text())
    honest = envelope["metrics"]["accuracy"]
    envelope["metrics"]["accuracy"] = 0.999
    file.write_text(json.dumps(envelope))
    soup = page_of(full)
    assert "✗ Not confirmed: E-CAND says accuracy 0.999" in text(soup.find(id="E-CAND"))
    assert f"{honest:.1%} [not confirmed]" in text(soup.find(id="DEC-MODEL"))
    assert "but the evidence is doubted" in text(soup.find("tr", id="T-QUAL"))
    assert "Please look at the evidence." in text(soup)
    assert "That is a question, not a verdict" in text(soup)


def test_a_cited_number_that_does_not_exist(full: Path) -> None:
    update_packet(full, {"summary": "It reaches {{E-CAND#acuracy}} and {{E-GHOST}}."})
    said = text(page_of(full))
    assert "[E-CAND#acuracy does not exist]" in said
    assert "[E-GHOST does not exist]" in said


# --- packets that are not finished --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["blank", "use case", "lesson 02", "example"])
def test_an_unfinished_packet_makes_a_page_as_good(name: str, packet: Path, tmp_path: Path) -> None:
    folder, today = packet, DAY
    if name in ("blank", "use case"):
        folder = tmp_path / "new"
        new_packet(folder, use_case="ticket-triage" if name == "use case" else None, today=DAY)
    elif name == "example":
        folder, today = EXAMPLE, date(2026, 11, 21)
    soup = page_of(folder, today)
    assert "Gate: not computed yet" in text(soup)
    assert "No verdict yet: the gate is computed from lesson 04 on" in text(soup)
    for word in ("None", "Undefined", "nan", "{{", "{%"):
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text(soup)), word
    for section in soup.find_all("section"):
        assert len(text(section)) > len(text(section.find(["h2"]))) + 10
    assert "\ufffd" not in text(soup)  # folded text brings no control characters along
    in_markdown = build_markdown(collect(folder, None, today))
    assert in_markdown.startswith("<!-- course-packet-export")
    assert "None" not in in_markdown


def test_sections_of_later_lessons_are_named_once(packet: Path) -> None:
    soup = page_of(packet)
    assert soup.find(id="cost") is None
    assert "Not part of this packet yet: claims (lesson 03)" in text(soup)


def test_values_that_do_not_fit_still_give_a_page(packet: Path) -> None:
    update_packet(packet, {"risks": [{"id": "R-INJECTION", "severity": "very bad"}], "oversight": "somebody"})
    assert "severity must be a whole number 1-5" in text(page_of(packet))


# --- how it is made -----------------------------------------------------------------------------------------


def test_the_page_is_one_file_with_ordered_headings(soup: BeautifulSoup) -> None:
    assert soup.html["lang"] == "en"
    assert not soup.find_all(["script", "link", "img", "iframe", "object", "form"])
    assert "default-src 'none'" in str(soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"}))
    assert "@page { size: A4" in str(soup.style)
    skip = soup.body.find("a")
    assert skip["class"] == ["skip"]
    levels = [int(heading.name[1]) for heading in soup.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for link in soup.find_all("a"):
        href = str(link["href"])
        assert href.startswith("https://") or soup.find(id=href[1:]) is not None, href
    for table in soup.find_all("table"):
        assert table.caption
        assert all(head.get("scope") for head in table.find_all("th"))


def harmless(soup: BeautifulSoup) -> None:
    """Fails if anything in the page could run, load or lead to anything but https and the page itself."""
    assert not soup.find_all(["script", "img", "iframe", "object", "embed", "form", "input", "base"])
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            assert not name.startswith("on"), tag
            if name in ("href", "src"):
                assert str(value).startswith(("#", "https://")), tag


def test_nothing_that_is_typed_becomes_markup(full: Path) -> None:
    assert poison(full) > 100
    view = collect(full, today=DAY)
    page = build_html(view)
    harmless(BeautifulSoup(page, "html.parser"))
    assert page.count("&lt;script&gt;window.pwned") > 100
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|\b49\b", page)


def test_a_hostile_address_of_a_source_stays_an_address(full: Path) -> None:
    address = 'https://x/"onmouseover=alert(1)<b>'
    update_packet(full, {"claims": [{"id": "C-PRICE", "source_url": address}]})
    link = page_of(full).find("a", href=address)
    assert link is not None
    assert set(link.attrs) == {"class", "rel", "href"}


def test_markdown_and_terminal_are_harmless_too(full: Path, capsys: pytest.CaptureFixture[str]) -> None:
    poison(full)
    view = collect(full, today=DAY)
    as_html = MarkdownIt("commonmark", {"html": True}).enable("table").render(build_markdown(view))
    soup = BeautifulSoup(as_html, "html.parser")
    harmless(soup)
    assert all(len(row.find_all("td")) in (0, 4, 6) for row in soup.find_all("tr"))
    print_text(view, width=100)
    out = capsys.readouterr().out
    assert "\x1b]" not in out
    assert "pwned" in out


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_loads_nothing_and_prints_whole_pages(full: Path, chromium: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    pages = {"honest": build_html(collect(full, today=DAY))}
    poison(full)
    pages["hostile"] = build_html(collect(full, today=DAY))
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=arguments)
        for name, page in pages.items():
            file = tmp_path / f"{name}.html"
            file.write_text(page, encoding="utf-8")
            tab = browser.new_page(viewport={"width": 390, "height": 800})
            asked: list[str] = []
            tab.on("request", lambda request, asked=asked: asked.append(request.url))
            tab.goto(file.as_uri())
            assert asked == [file.as_uri()]
            assert tab.evaluate("window.pwned") is None
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390  # tables scroll, the page does not
            tab.emulate_media(media="print")
            tab.set_viewport_size({"width": 680, "height": 990})  # the text of an A4 page, in CSS pixels
            tables = "[...document.querySelectorAll('table')].filter(one => one.scrollWidth > 682)"
            assert tab.evaluate(f"{tables}.map(one => one.caption.textContent)") == []  # none is cut
            document = tab.pdf(prefer_css_page_size=True)
            assert re.search(rb"/MediaBox \[0 0 59[45][\d.]* 84[12]", document)
            tab.close()
        browser.close()


# --- words and numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (0.9275, "0.9275"),
        (400.0, "400"),
        (12345.678, "12,346"),
        (0.05, "0.05"),
        (1.2e20, "1.200e+20"),
        (3.14159, "3.142"),
        (-2.5, "-2.5"),
        (0, "0"),
        (2e-7, "2.000e-07"),
    ],
)
def test_numbers(given: float, written: str) -> None:
    assert number(given) == written


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0.925, "share", "92.5 %"),
        (0.005, "share", "0.5 %"),
        (0.000079, "share", "0.0079 %"),
        (2000, "milliseconds", "2,000 ms"),
        (0.1434, "usd", "0.143 USD"),
        (7, "count", "7"),
        (None, "usd", "not given"),
    ],
)
def test_units(value: float | None, unit: str, written: str) -> None:
    assert spaced(quantity(value, unit)) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [(4860, "4,860 USD"), (5.59, "5.59 USD"), (0.6, "0.60 USD"), (0.000155, "0.000155 USD"), (0, "0.00 USD")],
)
def test_money(amount: float, written: str) -> None:
    assert spaced(money(amount)) == written


@pytest.mark.parametrize(
    ("cited", "shown"),
    [
        ("{{E-A#x:.1%}}", "92.7%"),
        ("{{ E-A#x }}", "0.9275"),
        ("{{E-A#x:,}}", "0.9275"),
        ("{{E-A}}", "E-A"),
        ("{{E-A#x:>99999999}}", "0.9275"),
        ("{{E-A#y}}", "[E-A#y does not exist]"),
        ("{{x}}", "{{x}}"),
    ],
)
def test_citations(cited: str, shown: str) -> None:
    assert Numbers({"E-A": {"x": 0.92749}}).plain(f"It is {cited}.") == f"It is {shown}."


def test_a_summary_keeps_lists_and_emphasis_only() -> None:
    numbers = Numbers({"E-A": {"x": 0.5}})
    typed = "# A\n\n**b** {{E-A#x}}\n\n- one [l](https://x)\n- `c`\n\n<b>raw</b> \ue0000\ue001"
    page = BeautifulSoup(numbers.paragraphs(typed), "html.parser")
    assert {tag.name for tag in page.find_all(True)} == {"p", "strong", "a", "ul", "li", "code"}
    assert [link["href"] for link in page.find_all("a")] == ["#E-A"]
    assert "<b>raw</b>" in page.get_text()


@pytest.mark.parametrize(
    "line",
    [
        "# a",
        "> a",
        "- a",
        "+ a",
        "1. a",
        "1) a",
        "*a*",
        "_a_",
        "`a`",
        "[a](b)",
        "![a](b)",
        "<b>a</b>",
        "a | b",
        "~~a~~",
        "&lt;",
        "===",
        "\\*a",
    ],
)
def test_no_character_of_markdown_has_a_meaning(line: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown(line))
    soup = BeautifulSoup(html, "html.parser")
    assert soup.get_text().strip() == line
    assert {tag.name for tag in soup.find_all(True)} == {"p"}


# --- the command --------------------------------------------------------------------------------------------


def test_show_writes_the_page_and_says_where(packet: Path, tmp_path: Path) -> None:
    result = run.invoke(packet_app, ["show", str(packet)])
    assert result.exit_code == 0, result.output
    assert f"Wrote {packet / 'page.html'}." in result.stdout.replace("\n", "")
    assert "Readiness packet" in (packet / "page.html").read_text()
    assert run.invoke(packet_app, ["show", str(packet), "--output", str(tmp_path / "x.html")]).exit_code == 0
    assert (tmp_path / "x.html").is_file()


def test_show_text(packet: Path) -> None:
    result = run.invoke(packet_app, ["show", str(packet), "--text"])
    assert result.exit_code == 0
    assert "Gate: not computed yet" in result.stdout
    assert "(#e-" not in result.stdout
    assert not (packet / "page.html").exists()


def test_show_opens_a_browser_only_when_asked(packet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    run.invoke(packet_app, ["show", str(packet)])
    assert opened == []
    run.invoke(packet_app, ["show", str(packet), "--open"])
    assert opened == [(packet / "page.html").as_uri()]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "There is no packet.yaml"),
        (["{packet}", "--lesson", "77"], "There is no lesson '77'"),
        (["{packet}", "--output", "{packet}/packet.yaml"], "give --output a name that ends in .html"),
    ],
)
def test_bad_input_gives_one_sentence(arguments: list[str], says: str, packet: Path) -> None:
    before = (packet / "packet.yaml").read_bytes()
    result = run.invoke(packet_app, ["show", *(argument.format(packet=packet) for argument in arguments)])
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert (packet / "packet.yaml").read_bytes() == before
