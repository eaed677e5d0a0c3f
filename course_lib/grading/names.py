"""What a cell defines and imports, read off its source without running it."""

from __future__ import annotations

import ast
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


def only_imports(source: str) -> str:
    """The import statements at the top level of a cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
