"""Reading and changing packet.yaml: strict, by schema type, with comments and order kept.

Every scalar is taken as the text that the learner wrote and converted by the schema, so that `no` stays the
text "no" in
a text field and becomes False in a yes/no field, `lesson: 02` stays "02", and a version 1.10 does not become
1.1.
Duplicate keys, aliases, tags, several documents and oversize files are refused with line and column.
"""

from __future__ import annotations

import copy
import difflib
import functools
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from course_lib.packet.files import (
    PACKET_NAME,
    PacketError,
    canonical,
    has_half_characters,
    read_text,
    sha256,
    write_atomic,
)
from course_lib.packet.schema import PacketModel

BRACKET_LIMIT = 100  # open at once; far more than a packet needs, and deep flow nesting is slow to read
PACKET_LIMIT = 256 * 1024  # bytes; a full packet has about 40 KB
DEPTH_LIMIT = 12
MOST_PROBLEMS = 300  # values that do not fit; with more, this is something else than a packet
Tree = dict[str, Any]  # the packet as nested dicts and lists with text leaves
_NULL = {"", "~", "null", "Null", "NULL"}
_TAGS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
}


@dataclass(frozen=True)
class FieldProblem:
    """A value that does not fit the schema: where, which kind of misfit, and one sentence."""

    path: str
    kind: str
    message: str


@dataclass
class Packet:
    """A packet that was read: what fits the schema in `model`, what does not in `problems`."""

    model: PacketModel
    tree: Tree
    problems: list[FieldProblem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    not_applicable: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()

    @property
    def content_sha256(self) -> str:
        """Hash of what the packet says: comments, order of keys, layout and meta.prev_lock do not count."""
        data = self.model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
        data.get("meta", {}).pop("prev_lock", None)
        return sha256(canonical([data, self.not_applicable]))


def locate(path: str | Path) -> Path:
    """The packet.yaml for a path that names it or its folder; PacketError if there is none."""
    path = Path(path)
    file = path if path.suffix in (".yaml", ".yml") else path / PACKET_NAME
    if file.name != PACKET_NAME:
        raise PacketError(f"{file.name} is not a packet; give the folder that holds {PACKET_NAME}.")
    if not file.exists() and not file.is_symlink():
        raise PacketError(f"There is no {PACKET_NAME} in {file.parent}; `course packet new` starts one.")
    return file


def load_packet(path: str | Path) -> Packet:
    """Read a packet from its folder or file.

    Raises PacketError with one sentence when the text cannot be read as a packet at all; values that merely
    do not fit
    the schema are left out of `model` and listed in `problems`.
    """
    file = locate(path)
    packet = parse_packet(read_text(file, PACKET_LIMIT))
    packet.folder = file.parent
    return packet


def parse_packet(text: str) -> Packet:
    """Read a packet from YAML text; see load_packet."""
    lines: dict[str, int] = {}
    tree = parse_tree(text, lines)
    not_applicable: dict[str, str] = {}
    data = _without_blanks(tree, "", not_applicable)
    model, problems = _validate(data)
    return Packet(model, tree, problems, lines, not_applicable)


# --- YAML text to a tree of text leaves ---------------------------------------------------------------------


def parse_tree(text: str, lines: dict[str, int] | None = None) -> Tree:
    """YAML text as nested dicts and lists with text (or None) leaves; `lines` collects each path's line."""
    tree, places = _parsed(text)
    if lines is not None:
        lines.update(places)
    return copy.deepcopy(tree)


@functools.lru_cache(maxsize=8)  # one change of a packet reads the same text several times, 0.2 s each
def _parsed(text: str) -> tuple[Tree, dict[str, int]]:
    """The tree of a text and the line of each path; whoever gets them may not change them."""
    if len(text) > PACKET_LIMIT:
        raise PacketError(f"The text has more than {PACKET_LIMIT:,} characters.")
    if _bracket_depth(text) > BRACKET_LIMIT:
        raise PacketError("The YAML is nested too deeply for a packet.")
    try:
        node = YAML(typ="rt").compose(io.StringIO(text))
    except RecursionError:
        raise PacketError("The YAML is nested too deeply for a packet.") from None
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        reason = " ".join(str(problem.problem or "the YAML is broken").split())
        raise PacketError(f"{where}this is not valid YAML ({reason}).") from None
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, AssertionError) as problem:
        reason = " ".join(str(problem).split())[:120] or "it cannot be read"
        raise PacketError(f"This is not valid YAML ({reason}).") from None
    if node is None:
        raise PacketError("The packet is empty; `course packet new` writes a template.")
    if not isinstance(node, MappingNode):
        raise PacketError("A packet starts with sections such as 'meta:'; this file holds something else.")
    lines: dict[str, int] = {}
    result = _tree(node, "", 0, set(), lines)
    assert isinstance(result, dict)
    return result, lines


def _bracket_depth(text: str) -> int:
    """The largest number of [ and { that are open at once, quotes aside."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _where(node: Node) -> str:
    return f"Line {node.start_mark.line + 1}, column {node.start_mark.column + 1}"


def _tree(node: Node, path: str, depth: int, seen: set[int], lines: dict[str, int]) -> Any:
    if id(node) in seen or getattr(node, "anchor", None):
        raise PacketError(
            f"{_where(node)}: anchors and aliases (& and *) are not allowed in a packet; write it out."
        )
    seen.add(id(node))
    if str(node.tag) not in _TAGS:
        raise PacketError(f"{_where(node)}: tags such as {str(node.tag)[:40]} are not allowed in a packet.")
    if depth > DEPTH_LIMIT:
        raise PacketError(f"{_where(node)}: the YAML is nested too deeply for a packet.")
    lines[path] = node.start_mark.line + 1
    if isinstance(node, ScalarNode):
        if has_half_characters(node.value):
            raise PacketError(f"{_where(node)}: the text holds half a character, which no file can keep.")
        if node.style == ">":
            return node.value.replace("\a", "")  # ruamel.yaml marks with it where the line was folded
        return None if node.style is None and node.value in _NULL else node.value
    if isinstance(node, SequenceNode):
        return [_tree(item, f"{path}[{i}]", depth + 1, seen, lines) for i, item in enumerate(node.value)]
    result: Tree = {}
    first: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            raise PacketError(f"{_where(key_node)}: a field name must be plain text.")
        key = key_node.value
        if has_half_characters(key):
            raise PacketError(f"{_where(key_node)}: the name holds half a character, which no file can keep.")
        if key in result:
            raise PacketError(
                f"{_where(key_node)}: '{key[:60]}' appears twice (first in line {first[key]}); keep one of"
                " them."
            )
        here = f"{path}.{key}" if path else key
        result[key] = _tree(value_node, here, depth + 1, seen, lines)
        first[key] = lines[here] = key_node.start_mark.line + 1
    return result


def _without_blanks(value: Any, path: str, not_applicable: dict[str, str]) -> Any:
    """Drop blank fields; take {na: true, because: ...} out of the data and note its reason."""
    if isinstance(value, dict):
        kept = {}
        for key, inner in value.items():
            here = f"{path}.{key}" if path else key
            if isinstance(inner, dict) and "na" in inner:
                not_applicable[here] = str(inner.get("because") or "")
            elif inner is not None:
                kept[key] = _without_blanks(inner, here, not_applicable)
        return kept
    if isinstance(value, list):
        return [
            _without_blanks(item, f"{path}[{i}]", not_applicable)
            for i, item in enumerate(value)
            if item is not None
        ]
    return value


def value_problem(path: str, value: str | list[str]) -> str | None:
    """Return what is wrong with one value, as text, for the field at a dotted path; None if it fits.

    An entry of a list section is named by the section: "risks.severity".
    """
    section, *rest = path.split(".")
    inner: Any = value
    for name in reversed(rest):
        inner = {name: inner}
    several = isinstance(PacketModel.model_fields[section].default_factory, type)
    problems = _validate({section: [inner] if several else inner})[1]
    return problems[0].message.replace(f"{section}[0].", f"{section}.") if problems else None


# --- tree to model ------------------------------------------------------------------------------------------


def _validate(data: Tree) -> tuple[PacketModel, list[FieldProblem]]:
    """Validate; leave out what does not fit, and say what that was."""
    problems: list[FieldProblem] = []
    for _ in range(8):  # removing a value can uncover a problem in its parent, so a few rounds
        try:
            return PacketModel.model_validate(data), problems
        except ValidationError as error:
            details = error.errors(include_url=False)
            if len(problems) + len(details) > MOST_PROBLEMS:
                first = problems[0] if problems else _problem(details[0])
                count = f"{len(problems) + len(details):,} values of this file do not fit a packet"
                raise PacketError(f"{count}; is it the right file? The first: {first.message}") from None
            problems += [_problem(detail) for detail in details]
            for detail in reversed(details):
                _remove(data, detail["loc"])
    return PacketModel(), problems


def _remove(data: Any, loc: tuple[int | str, ...]) -> None:
    """Take the value at `loc` out of `data`; an unfit list entry becomes an empty one: indexes stay."""
    for step in loc[:-1]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return
    last = loc[-1] if loc else ""
    if isinstance(data, dict) and isinstance(last, str):
        data.pop(last, None)
    elif isinstance(data, list) and isinstance(last, int) and last < len(data):
        if isinstance(data[last], str) and any(isinstance(item, dict) for item in data):
            data[last] = {}
        else:
            del data[last]


def path_text(loc: tuple[int | str, ...]) -> str:
    """('risks', 0, 'severity') -> 'risks[0].severity'."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _problem(detail: Mapping[str, Any]) -> FieldProblem:
    loc, kind, context = tuple(detail["loc"]), detail["type"], detail.get("ctx", {})
    path = path_text(loc)
    found = detail.get("input")
    shown = f"'{found[:40]}'" if isinstance(found, str) else str(found)[:40]
    if isinstance(found, dict | list):
        shown = "a list" if isinstance(found, list) else "a group of fields"
    if kind == "extra_forbidden":
        names = _field_names(loc[:-1])
        close = difflib.get_close_matches(str(loc[-1]), names, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else " See packet.template.yaml for the fields."
        return FieldProblem(path, kind, f"'{path[:80]}' is not a field of the packet.{hint}")
    wants = {
        "int_parsing": "a whole number",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_parsing": "a number",
        "float_type": "a number",
        "finite_number": "a finite number",
        "bool_parsing": "true or false",
        "bool_type": "true or false",
        "greater_than": f"a number above {context.get('gt')}",
        "greater_than_equal": f"{context.get('ge')} or more",
        "less_than_equal": f"{context.get('le')} or less",
        "less_than": f"below {context.get('lt')}",
        "literal_error": f"one of {context.get('expected', '')}".replace("'", ""),
        "string_too_short": f"at least {context.get('min_length')} characters long",
        "string_too_long": f"at most {context.get('max_length')} characters long",
        "string_pattern_mismatch": f"written as {_pattern_help(str(context.get('pattern', '')))}",
        "string_type": "text",
        "list_type": "a list (lines that start with '- ')",
        "model_type": "a group of fields",
        "value_error": str(context.get("error", "another value")),
    }
    want = wants.get(kind, str(detail.get("msg", "another value")).lower())
    if kind in ("string_too_short", "string_too_long") and isinstance(found, str):
        shown = f"{len(found)} characters"
    if kind == "value_error":
        return FieldProblem(path, kind, f"{path}: {want}; found {shown}.")
    return FieldProblem(path, kind, f"{path} must be {want}; found {shown}.")


def _pattern_help(pattern: str) -> str:
    prefix = re.match(r"\^([A-Z]+)\(-", pattern)
    if "LLM" in pattern:
        return "LLM01 to LLM10 or NIST-NAME"
    if prefix:
        return f"{prefix[1]}-NAME in capitals, digits and hyphens"
    if "https" in pattern:
        return "an https:// address"
    if "64" in pattern:
        return "64 hexadecimal digits (the library writes it)"
    return "small letters, digits and hyphens"


def _field_names(loc: tuple[int | str, ...]) -> list[str]:
    """The field names of the part at `loc`, for 'did you mean'."""
    from typing import get_args

    model: Any = PacketModel
    for step in loc:
        if isinstance(step, int):
            continue
        info = next((i for n, i in model.model_fields.items() if step in (n, i.alias)), None)
        candidates: list[Any] = [info.annotation] if info else []
        model = None
        while candidates:
            candidate = candidates.pop()
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                model = candidate
            candidates += get_args(candidate)
        if model is None:
            return []
    return [info.alias or name for name, info in model.model_fields.items()]


# --- changing a packet --------------------------------------------------------------------------------------


def update_text(text: str, changes: Mapping[str, Any]) -> str:
    """Merge `changes` into YAML text; every other section stays byte for byte.

    Groups merge field by field; list entries with an id (changelog: a lesson) merge with their namesake or
    are
    added at the end; anything else is replaced. Raises PacketError if the text is not a
    packet, or is laid out so that a section cannot be changed alone.
    """
    places: dict[str, int] = {}
    before = parse_tree(text, places)
    rows = text.splitlines(keepends=True)
    if rows and not rows[-1].endswith("\n"):
        rows[-1] += "\n"
    starts = sorted((places[name] - 1, name) for name in before)
    ends = [start for start, _ in starts[1:]] + [len(rows)]
    for (start, name), end in reversed(list(zip(starts, ends, strict=True))):
        if name in changes:
            while end > start + 1 and (not rows[end - 1].strip() or rows[end - 1].startswith("#")):
                end -= 1  # comments and blank lines before the next section are not part of this one
            rows[start:end] = [_rewrite("".join(rows[start:end]), {name: changes[name]})]
    rows += [_rewrite("", {name: value}) for name, value in changes.items() if name not in before]
    result = "".join(rows)
    try:
        after = parse_tree(result)
    except PacketError:
        after = {}
    if set(after) != set(before) | set(changes) or any(
        after[name] != value for name, value in before.items() if name not in changes
    ):
        raise PacketError(
            "This packet's layout cannot be changed safely; start each section on its own line."
        )
    return result


def _rewrite(section: str, changes: Mapping[str, Any]) -> str:
    """Merge changes into the text of one section, with the comments inside it."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 10_000  # keep the lines as they are
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    try:
        document = yaml.load(section) if section else CommentedMap()
        if not isinstance(document, CommentedMap):
            raise PacketError(
                "This packet's layout cannot be changed safely; start each section on its own line."
            )
        _merge(document, changes)
        yaml.dump(document, out)
    except (YAMLError, ValueError) as problem:
        reason = " ".join(str(problem).split())[:100]
        raise PacketError(f"This packet cannot be changed safely ({reason}).") from None
    return out.getvalue()


def update_packet(path: str | Path, changes: Mapping[str, Any]) -> None:
    """Merge `changes` into packet.yaml (see update_text) in one atomic step; nothing is written if nothing
    changes.
    """
    file = locate(path)
    old = read_text(file, PACKET_LIMIT)
    new = update_text(old, changes)
    if parse_tree(new) != parse_tree(old):
        write_atomic(file, new)


def _merge(target: CommentedMap, changes: Mapping[str, Any]) -> None:
    for key, new in changes.items():
        old = target.get(key)
        if isinstance(old, CommentedMap) and isinstance(new, Mapping) and "na" not in new:
            _merge(old, new)
        elif isinstance(new, list) and new and all(_entry_key(item) for item in new):
            if not isinstance(old, CommentedSeq) or not old:
                target[key] = old = CommentedSeq()
            else:
                old.fa.set_block_style()
            _merge_entries(old, new)
        else:
            target[key] = _plain(new)


def _plain(value: Any) -> Any:
    """Dates without quotes, as a person writes them; lists of words on one line."""
    if isinstance(value, Mapping):
        return CommentedMap({key: _plain(inner) for key, inner in value.items()})
    if isinstance(value, list):
        plain = CommentedSeq([_plain(inner) for inner in value])
        if all(isinstance(inner, str) and len(inner) < 20 for inner in value):
            plain.fa.set_flow_style()
        return plain
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return date.fromisoformat(value)
    return value


def _entry_key(entry: Any) -> str | None:
    """The field that tells list entries apart: `id`, in the changelog `lesson`; None without either."""
    names = ("id", "lesson") if isinstance(entry, Mapping) else ()
    return next((name for name in names if name in entry), None)


def _merge_entries(target: CommentedSeq, new: list[Mapping[str, Any]]) -> None:
    for entry in new:
        key = _entry_key(entry) or "id"
        twins = [old for old in target if isinstance(old, CommentedMap) and old.get(key) == entry.get(key)]
        if twins:
            _merge(twins[0], entry)
        else:
            target.append(_plain(entry))
