"""Tables of pandas on the wire: by value, column by column, rebuilt as exactly what pandas itself makes of them.

pandas is no part of the course; a lab may use it where it is installed (see the instructor's guide).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from course_lib.grading.frames import Tree, WireError

SIMPLE = "biufcmM"  # kinds of NumPy's dtypes whose arrays cross as they are
NAMED = re.compile(r"object|str|string|boolean|U?Int(8|16|32|64)|Float(32|64)")
PLAIN = (bool, int, float, str)


def _pandas() -> ModuleType:
    try:
        import pandas
    except ImportError as error:
        raise WireError("a table arrived, and pandas is not installed here") from error
    return pandas


def encode_table(value: Any, encode: Callable[[Any], Tree]) -> Tree | None:
    """Return the tree of a DataFrame, Series or Index; None for anything else, and for what has no plain form.

    No plain form have an index of several levels, times with a zone, and objects other than text and numbers.
    """
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    if isinstance(value, pandas.DataFrame):
        columns = [_values(value.iloc[:, place], encode) for place in range(value.shape[1])]
        names, index = encode_table(value.columns, encode), encode_table(value.index, encode)
        return None if None in (*columns, names, index) else ["table", names, columns, index]
    if isinstance(value, pandas.Series):
        found, index, name = _values(value, encode), encode_table(value.index, encode), encode(value.name)
        return None if found is None or index is None else ["column", found, index, name]
    if isinstance(value, pandas.Index) and not isinstance(value, pandas.MultiIndex):
        found = _values(value, encode)
        return None if found is None else ["labels", found, encode(value.name)]
    return None


def _values(column: Any, encode: Callable[[Any], Tree]) -> Tree | None:
    pandas = _pandas()
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in SIMPLE:
        return ["array", encode(column.to_numpy())]
    name = str(column.dtype)
    if name == "category":
        codes, kinds = pandas.Categorical(column).codes, encode_table(column.dtype.categories, encode)
        return (
            None if kinds is None else ["category", encode(codes.copy()), kinds, bool(column.dtype.ordered)]
        )
    if not NAMED.fullmatch(name):
        return None
    gaps, items = column.isna(), column.astype(object)
    found = [None if gap else item for gap, item in zip(list(gaps), list(items), strict=True)]
    if any(item is not None and type(item) not in PLAIN for item in found):
        return None
    return [name, encode(found)]


def decode_table(kind: str, rest: list[Tree], decode: Callable[[Tree], Any]) -> Any:
    """Return the table that `encode_table` took apart. Raises WireError, TypeError or ValueError if it was none."""
    pandas = _pandas()

    def values(tree: Tree) -> Any:
        name, data, *more = tree
        found = decode(data)
        if name == "category":
            return pandas.Categorical.from_codes(found, decode(more[0]), ordered=bool(more[1]))
        if name == "array":
            if not isinstance(found, np.ndarray) or found.ndim != 1:
                raise WireError("a column is not well formed")
            return found
        if not NAMED.fullmatch(str(name)) or type(found) is not list:
            raise WireError("a column is not well formed")
        return (
            pandas.array(found, dtype=name)
            if name != "object"
            else np.array([*found, None], dtype=object)[:-1]
        )

    if kind == "labels":
        data, name = rest
        return pandas.Index(values(data), name=decode(name))
    if kind == "column":
        data, index, name = rest
        return pandas.Series(values(data), index=decode(index), name=decode(name))
    names, columns, index = rest
    rows = decode(index)
    table = pandas.DataFrame({place: values(data) for place, data in enumerate(columns)}, index=rows)
    table.columns = decode(names)
    return table
