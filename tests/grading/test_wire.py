"""The wire: what crosses arrives exactly as it was, and nonsense is refused with one error."""

import contextlib
import json
import math
import random
import socket
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.grading.frames import Closed, Peer, WireError, receive_frame, send_frame, until
from course_lib.grading.wire import Decoder, Encoder, copy_into


def refuse(tree: list[Any]) -> Any:
    raise WireError("a value is not well formed")


def across(value: Any) -> Any:
    """Send a value through JSON and back, as the socket does."""
    encoder = Encoder(lambda other: ["handle", 1, type(other).__name__, callable(other)])
    tree = json.loads(json.dumps(encoder.encode(value)))
    return Decoder(encoder.parts, refuse).decode(tree)


def same(a: Any, b: Any) -> bool:
    """Equal in value and exactly equal in type, all the way down."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a), list(b)) and same(list(a.values()), list(b.values()))
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, complex):
        return same([a.real, a.imag], [b.real, b.imag])
    return bool(a == b)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(plain)
@settings(max_examples=300, deadline=None)
def test_plain_values_arrive_exactly(value: Any) -> None:
    assert same(across(value), value)


@pytest.mark.parametrize(
    "value", [{1, 2}, frozenset("ab"), range(3, 9, 2), slice(1, None, 2), ..., torch.Size([2, 3])]
)
def test_rarer_values_arrive_exactly(value: Any) -> None:
    assert same(across(value), value)


DTYPES = [
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.uint8,
    torch.bool,
    torch.complex64,
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 4)])
def test_tensors_arrive_exactly(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = (torch.randn(shape) * 3).to(dtype)
    found = across(tensor.T if tensor.ndim == 2 else tensor)
    assert type(found) is torch.Tensor
    assert found.dtype == dtype
    assert torch.equal(found, tensor.T if tensor.ndim == 2 else tensor)


@pytest.mark.parametrize(
    "array", [np.arange(6.0).reshape(2, 3).T, np.array("text"), np.float32(2), np.array([True])]
)
def test_arrays_and_scalars_arrive_exactly(array: Any) -> None:
    found = across(array)
    assert type(found) is type(array)
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


def test_dice_go_on_where_they_were() -> None:
    torch_dice, numpy_dice, dice = (
        torch.Generator().manual_seed(5),
        np.random.default_rng(5),
        random.Random(5),
    )
    copies = [across(one) for one in (torch_dice, numpy_dice, dice)]
    assert torch.equal(torch.rand(3, generator=copies[0]), torch.rand(3, generator=torch_dice))
    assert copies[1].random() == numpy_dice.random()
    assert copies[2].random() == dice.random()


class Sly(float):
    """A number that claims to be equal to everything."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return True


class SlyTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *arguments: Any, **options: Any) -> bool:
        return True


def test_what_a_subclass_adds_stays_behind() -> None:
    assert type(across(Sly(2))) is float
    assert across([Sly(2)]) != [3.0]
    assert type(across(torch.ones(2).as_subclass(SlyTensor))) is torch.Tensor


def test_what_is_not_plain_crosses_as_a_handle() -> None:
    encoder = Encoder(lambda other: ["handle", 7, type(other).__name__, callable(other)])
    assert encoder.encode([len, object()])[1] == [
        ["handle", 7, "builtin_function_or_method", True],
        ["handle", 7, "object", False],
    ]
    deep: list[Any] = []
    deep.append(deep)
    encoder.encode(deep)  # ends


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=20,
)
TAGS = ["tensor", "array", "rng", "random", "dict", "int", "generator", "dtype", "slice", "scalar", "set"]
tagged = st.tuples(st.sampled_from(TAGS), trees, trees, trees)


@given(trees | tagged.map(list), st.lists(st.binary(max_size=40), max_size=3))
@settings(max_examples=400, deadline=None)
def test_nonsense_is_one_error(tree: Any, parts: list[bytes]) -> None:
    with contextlib.suppress(WireError):
        Decoder(parts, refuse).decode(tree)


def test_a_pickle_is_not_opened() -> None:
    """An array of objects is a pickle; NumPy must refuse it."""
    import io

    buffer = io.BytesIO()
    np.save(buffer, np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(WireError):
        Decoder([buffer.getvalue()], refuse).decode(["array", 0])


def test_a_dtype_is_nothing_else() -> None:
    for name in ("load", "nn", "__dict__", "float33"):
        with pytest.raises(WireError):
            Decoder([], refuse).decode(["dtype", name])


def test_changed_arguments_are_changed_in_place() -> None:
    tensor, items, table, array = torch.zeros(3), [1], {"a": 1}, np.zeros(2)
    copy_into(tensor, torch.ones(3))
    copy_into(items, [1, 2])
    copy_into(table, {"b": 2})
    copy_into(array, np.ones(2))
    assert tensor.tolist() == [1, 1, 1]
    assert (items, table, array.tolist()) == ([1, 2], {"b": 2}, [1, 1])
    weights = [torch.zeros(2), (torch.zeros(1), 5)]
    inner = weights[0]
    copy_into(weights, [torch.ones(2), (torch.ones(1), 5)])
    assert weights[0] is inner
    assert inner.tolist() == [1, 1]
    assert weights[1][0].tolist() == [1]
    with pytest.raises(WireError):
        copy_into(array, "text")


def test_two_peers_ask_each_other_while_they_wait() -> None:
    """A asks B, which asks A back before it replies: the order that callbacks need."""
    left, right = socket.socketpair()
    a = Peer(left, lambda request, parts: ({"double": 2 * request["n"]}, []))
    b: Peer

    def answer(request: Any, parts: list[bytes]) -> tuple[Any, list[bytes]]:
        reply, _ = b.ask({"n": request["n"] + 1}, [])
        return {"found": reply["double"]}, parts

    b = Peer(right, answer)
    thread = threading.Thread(target=b.serve, daemon=True)
    thread.start()
    assert a.ask({"n": 20}, [b"x"]) == ({"found": 42}, [b"x"])
    left.close()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize("noise", [b"\xff" * 64, b"\x02\0\0\0\0\0\0\0ab", b"\0\0\0\0\xff\xff\0\0", b"short"])
def test_noise_on_the_socket_is_one_error(noise: bytes) -> None:
    left, right = socket.socketpair()
    left.sendall(noise)
    left.close()
    right.settimeout(2)
    with pytest.raises(WireError):
        receive_frame(right)


def test_a_frame_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = socket.socketpair()
    monkeypatch.setattr("course_lib.grading.frames.MAX_FRAME", 100)
    with pytest.raises(WireError, match="too large"):
        send_frame(left, "x" * 200)
    left.sendall((10**6).to_bytes(4, "little") + bytes(4))
    with pytest.raises(WireError, match="too large"):
        receive_frame(right)
    left.close()
    with pytest.raises(Closed):
        send_frame(right, "x")


def test_a_frame_that_drips_is_late() -> None:
    """A byte every now and then keeps no reader waiting beyond the deadline."""
    left, right = socket.socketpair()
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.05):
            left.sendall(b"\x01")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        receive_frame(right, until(started + 0.4))
    assert time.monotonic() - started < 3
    stop.set()
    thread.join(5)


def _tables() -> dict[str, object]:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "n": [1, 2, 3],
            "x": [0.5, float("nan"), -1.0],
            "ok": [True, False, True],
            "word": ["a", None, "é"],
            "when": pd.to_datetime(["2026-01-01", None, "2026-03-01"]),
            "kind": pd.Categorical(["p", "q", "p"]),
            "maybe": pd.array([1, None, 3], dtype="Int64"),
        }
    )
    return {
        "frame": frame,
        "named rows": frame.set_index("word"),
        "same names": frame[["n", "n", "x"]],
        "no rows": frame.iloc[:0],
        "nothing": pd.DataFrame(),
        "column": frame["x"],
        "counts": frame["kind"].value_counts(),
        "labels": pd.Index(["a", "b"], name="who"),
    }


@pytest.mark.parametrize(
    "name", ["frame", "named rows", "same names", "no rows", "nothing", "column", "counts", "labels"]
)
def test_tables_of_pandas_cross_by_value(name: str) -> None:
    import pandas as pd

    value = _tables()[name]
    encoder = Encoder(lambda other: pytest.fail(f"{type(other)} has no plain form"))
    tree = json.loads(json.dumps(encoder.encode(value)))
    found = Decoder(encoder.parts, lambda tree: pytest.fail("no handle was sent")).decode(tree)
    assert type(found) is type(value)
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(found, value, check_index_type=False, check_column_type=False)
    elif isinstance(value, pd.Series):
        pd.testing.assert_series_equal(found, value, check_index_type=False)
    else:
        pd.testing.assert_index_equal(found, value)


@pytest.mark.parametrize(
    "tree",
    [
        [
            "table",
            ["labels", ["object", ["list", ["a"]]], None],
            [["array", ["list", [1]]]],
            ["labels", ["x", 1], 0],
        ],
        ["column", ["os.system", ["list", []]], ["labels", ["object", ["list", []]], None], None],
        ["labels", ["Int64", ["list", ["x"]]], None],
        ["table", 1, 2],
    ],
)
def test_no_table_is_a_wire_error(tree: Any) -> None:
    pytest.importorskip("pandas")
    with pytest.raises(WireError):
        Decoder([], lambda tree: None).decode(tree)


def test_a_table_with_an_object_of_its_own_has_no_plain_form() -> None:
    pd = pytest.importorskip("pandas")
    handles: list[object] = []
    tree = Encoder(lambda other: handles.append(other) or ["handle"]).encode(pd.DataFrame({"x": [object()]}))
    assert tree == ["handle"]


def test_a_frame_of_many_small_values_is_not_read() -> None:
    left, right = socket.socketpair()
    writer = threading.Thread(target=lambda: send_frame(left, [[]] * 2_000_000), daemon=True)
    writer.start()
    with pytest.raises(WireError, match="too many values"):
        receive_frame(right)
    left.close()
    writer.join(5)
