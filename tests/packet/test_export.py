"""Exports: valid in the other tool's eyes, honest about their source, and never over somebody's file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from course_lib.packet.commands import packet_app
from course_lib.packet.export import FORMATS, cyclonedx, model_card, systems, write_export
from course_lib.packet.files import PacketError, assessments
from course_lib.packet.load import update_packet
from course_lib.packet.page import MARK
from course_lib.packet.start import new_packet
from course_lib.packet.view import View, collect

from .hostile import poison
from .samples import DAY, NOON

run = CliRunner()


@pytest.fixture(scope="module")
def view(complete_full_packet: Path) -> View:
    return collect(complete_full_packet, today=DAY)


def valid(text: str) -> dict[str, Any]:
    """The document, after the strict schema of CycloneDX 1.6 has accepted it."""
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert problem is None, problem
    return json.loads(text)


def properties(part: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in part.get("properties", [])}


# --- CycloneDX ----------------------------------------------------------------------------------------------


def test_the_validator_can_refuse(view: View) -> None:
    document = json.loads(cyclonedx(view, NOON))
    document["components"][0]["modelCard"]["accuracy"] = 1
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(document)) is not None


def test_a_model_card_with_measured_numbers(view: View) -> None:
    document = valid(cyclonedx(view, NOON))
    assert document["metadata"]["timestamp"] == "2026-11-02T12:00:00Z"
    models = [one for one in document["components"] if one["type"] == "machine-learning-model"]
    card = models[0]["modelCard"]
    metrics = view.numbers.measured["E-CAND"]
    accuracy = next(
        one
        for one in card["quantitativeAnalysis"]["performanceMetrics"]
        if one["type"] == "accuracy" and "E-CAND" in one["slice"]
    )
    assert float(accuracy["value"]) == pytest.approx(metrics["accuracy"])
    assert float(accuracy["confidenceInterval"]["lowerBound"]) == pytest.approx(
        metrics["accuracy_low"], rel=1e-5
    )
    sources = {one["url"]: one for one in models[0]["externalReferences"]}
    listed = next(one for one in view.model.evidence if one.id == "E-CAND")
    assert sources["evidence/E-CAND.json"]["hashes"] == [{"alg": "SHA-256", "content": listed.sha256}]
    considered = card["considerations"]
    assert len(considered["ethicalConsiderations"]) == len(view.model.risks)
    assert any(text.startswith("Not meant for: ") for text in considered["technicalLimitations"])
    assert "{{" not in json.dumps(document)


def test_the_document_says_that_it_is_an_export_and_what_the_gate_is(view: View) -> None:
    assert view.verdict is not None
    told = properties(valid(cyclonedx(view, NOON))["metadata"])
    assert "remain the source" in told[MARK]
    assert told["course:packet_sha256"] == view.packet.content_sha256
    assert told["course:gate_computed"] == view.verdict.value


def test_data_cards_and_what_was_measured_on(view: View) -> None:
    document = valid(cyclonedx(view, NOON))
    data = {one["name"]: one for one in document["components"] if one["type"] == "data"}
    card = view.model.data[0]
    assert data[str(card.name)]["data"][0]["classification"] == card.sensitivity
    assert data["ticket-triage@v1"]["hashes"][0]["alg"] == "SHA-256"
    model = document["components"][0]
    assert data["ticket-triage@v1"]["bom-ref"] in [
        one["ref"] for one in model["modelCard"]["modelParameters"]["datasets"]
    ]
    refs = {one["ref"] for one in document["dependencies"]}
    assert refs == {"packet", *(one["bom-ref"] for one in document["components"])}


def test_the_same_packet_on_the_same_day_gives_the_same_document(view: View) -> None:
    assert cyclonedx(view, NOON) == cyclonedx(view, NOON)


def test_doubted_evidence_is_left_out_by_name(full: Path) -> None:
    file = full / "evidence" / "E-CAND.json"
    envelope = json.loads(file.read_text())
    envelope["metrics"]["accuracy"] = 0.999
    file.write_text(json.dumps(envelope))
    view = collect(full, today=DAY)
    document = valid(cyclonedx(view, NOON))
    assert properties(document["metadata"])["course:left_out_as_not_confirmed"] == "E-CAND"
    assert "0.999" not in json.dumps(document)
    assert "E-CAND" not in json.dumps(document["components"])
    card = model_card(view)
    assert "Left out, since a check could not confirm it: E-CAND." in card
    assert "0.999" not in card


@pytest.mark.parametrize("name", ["blank", "lesson 02", "example", "hostile"])
def test_every_packet_gives_a_valid_document_and_card(
    name: str, packet: Path, full: Path, tmp_path: Path
) -> None:
    folder, today = packet, DAY
    if name == "blank":
        folder = tmp_path / "blank"
        new_packet(folder, today=DAY)
    elif name == "example":
        folder, today = assessments("examples/ticket-triage"), date(2026, 11, 21)
    elif name == "hostile":
        folder = full
        poison(folder)
    view = collect(folder, None, today)
    valid(cyclonedx(view, NOON))
    card = ModelCard(model_card(view))
    assert card.data.to_dict()["tags"][0] == "readiness-packet"
    soup = BeautifulSoup(
        MarkdownIt("commonmark", {"html": True}).enable("table").render(card.text), "html.parser"
    )
    assert not soup.find_all(["script", "img", "a"])
    assert soup.h1 is not None


# --- model card ---------------------------------------------------------------------------------------------


def test_the_model_card_is_about_the_candidate(view: View) -> None:
    card = ModelCard(model_card(view))
    results = {(one.dataset_name, one.metric_type): one for one in card.data.eval_results or []}
    accuracy = results["ticket-triage@v1", "accuracy"]
    assert accuracy.metric_value == pytest.approx(view.numbers.measured["E-CAND"]["accuracy"])
    assert accuracy.task_type == "text-classification"
    assert accuracy.dataset_revision
    assert card.data.model_name == systems(view)[0].label == "nearest-examples@v1"
    assert set(card.data.language) == {"de", "en", "es", "fr"}
    for heading in (
        "## Uses",
        "### Out-of-scope use",
        "## Bias, risks and limitations",
        "## Evaluation",
        "## Provenance",
    ):
        assert heading in card.text
    for goal in view.model.use_case.non_goals if view.model.use_case else []:
        assert goal in card.text


@pytest.mark.parametrize(
    ("license", "wanted", "name"),
    [("Apache-2.0", "apache-2.0", None), ("our contract of May", "other", "our contract of May")],
)
def test_licenses(license: str, wanted: str, name: str | None, full: Path) -> None:
    update_packet(full, {"models": [{"id": "M-NEAREST", "license": license}]})
    view = collect(full, today=DAY)
    data = ModelCard(model_card(view)).data.to_dict()
    assert (data["license"], data.get("license_name")) == (wanted, name)
    model = next(
        one for one in valid(cyclonedx(view, NOON))["components"] if one["name"] == "nearest-examples"
    )
    assert model["licenses"] == [{"license": {"name": name} if name else {"id": license}}]


# --- writing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_names_itself_and_may_be_written_again(format: str, view: View, tmp_path: Path) -> None:
    path = tmp_path / FORMATS[format][1]
    assert write_export(view, format, path) == path
    assert MARK in path.read_text()[:600]
    assert "remain the source" in path.read_text()
    write_export(view, format, path)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("format", FORMATS)
def test_somebody_elses_file_is_left_alone(format: str, view: View, tmp_path: Path) -> None:
    path = tmp_path / FORMATS[format][1]
    path.write_text("x" * 700 + MARK)
    with pytest.raises(PacketError, match="is not an earlier export and is left as it is"):
        write_export(view, format, path)
    assert path.read_text().startswith("xxx")


def test_links_and_the_packets_own_files_are_left_alone(full: Path, tmp_path: Path) -> None:
    view = collect(full, today=DAY)
    link = tmp_path / "page.html"
    link.symlink_to(write_export(view, "html", tmp_path / "real.html"))
    with pytest.raises(PacketError, match="is left as it is"):
        write_export(view, "html", link)
    lock = full / "packet.lock.json"
    lock.write_text("{}")
    for format, name in (
        ("cyclonedx", "packet.lock.json"),
        ("cyclonedx", "evidence/E-CAND.json"),
        ("html", "packet.yaml"),
    ):
        with pytest.raises(PacketError):
            write_export(view, format, full / name)
    assert lock.read_text() == "{}"


def test_a_folder_gets_the_usual_name(view: View, tmp_path: Path) -> None:
    assert write_export(view, "model-card", tmp_path) == tmp_path / "model-card.md"


def test_the_command(packet: Path) -> None:
    for format, (_, name) in FORMATS.items():
        result = run.invoke(packet_app, ["export", str(packet), "--format", format])
        assert result.exit_code == 0, result.output
        assert (packet / name).is_file()
        assert str(packet / name) in result.stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere"], "There is no packet.yaml"),
        (
            ["{packet}", "--format", "xml"],
            "There is no format 'xml'; choose from html, markdown, cyclonedx, model-card.",
        ),
        (
            ["{packet}", "--format", "cyclonedx", "--output", "{packet}/x.md"],
            "give --output a name that ends in .json",
        ),
    ],
)
def test_bad_input_gives_one_sentence(arguments: list[str], says: str, packet: Path) -> None:
    result = run.invoke(packet_app, ["export", *(argument.format(packet=packet) for argument in arguments)])
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
