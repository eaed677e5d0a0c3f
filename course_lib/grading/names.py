"""What a cell defines and imports, read off its source without running it."""

from __future__ import annotations

import ast
import functools
import re
import symtable


def defined_names(source: str) -> set[str]:
    """The names that a cell defines at its top level, imported ones left out."""
    try:
        table = symtable.symtable(source, "cell", "exec")
    except SyntaxError:
        return set()
    return {
        symbol.get_name()
        for symbol in table.get_symbols()
        if (symbol.is_assigned() or symbol.is_namespace()) and not symbol.is_imported()
    }


def used_names(source: str) -> set[str]:
    """The names that a cell mentions anywhere, in words of its code or of its texts."""
    return set(re.findall(r"[^\W\d]\w*", source))


PLAIN = {"int", "float", "complex", "str", "bool", "bytes", "list", "tuple", "dict", "set", "frozenset"}
PLAIN |= {"Counter", "torch.Tensor", "Tensor", "np.ndarray", "ndarray"}


def data_functions(source: str) -> dict[str, bool]:
    """The functions of a cell whose annotation says that they return plain data, no object and no function.

    With each, whether None is among what it may return.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return {}
    functions = [node for node in body if isinstance(node, ast.FunctionDef) and _is_plain(node.returns)]
    return {node.name: _may_be_none(node.returns) for node in functions}


def _may_be_none(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.BinOp):
        return _may_be_none(annotation.left) or _may_be_none(annotation.right)
    return isinstance(annotation, ast.Constant) and annotation.value is None


def _is_plain(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name() | ast.Attribute():
            return ast.unparse(annotation) in PLAIN
        case ast.Constant(value=value):
            return value is None or value is Ellipsis
        case ast.Subscript():
            return _is_plain(annotation.value) and _is_plain(annotation.slice)
        case ast.Tuple():
            return all(map(_is_plain, annotation.elts))
        case ast.BinOp(op=ast.BitOr()):
            return _is_plain(annotation.left) and _is_plain(annotation.right)
    return False


def definition(source: str, name: str) -> str | None:
    """The source of the function or class that a cell leaves under a name, decorators included.

    None if the cell does nothing to that name, "" if it binds it in another way, such as `name = torch.softmax`.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    for statement in reversed(body):
        if getattr(statement, "name", None) == name:
            return ast.unparse(statement)
        if name in defined_names(ast.unparse(statement)) | _imported(statement):
            return ""
    return None


def _imported(statement: ast.stmt) -> set[str]:
    return {node.asname or node.name for node in ast.walk(statement) if isinstance(node, ast.alias)}


@functools.lru_cache(maxsize=256)
def only_imports(source: str) -> str:
    """The import statements at the top level of a cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
