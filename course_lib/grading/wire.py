"""What crosses between the examiner and a learner's process: plain data, and handles for the rest.

Nothing is ever unpickled. What arrives is rebuilt as exactly the built-in, NumPy or torch type that it claims to
be, so no object of a learner's can stand in for a number, answer "equal" to everything, or patch a comparison.
What has no plain form (an instance, a function, a generator) stays where it is and crosses as a handle.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_lib.grading.frames import Tree, WireError
from course_lib.grading.tables import decode_table, encode_table

MAX_DEPTH = 40
MOST_DIGITS = 100_000  # hexadecimal ones, of a whole number
MOST_LARGE = 1000  # such numbers, and complex ones, at once: their hashes collide as a learner likes
MOST_STEPS = 10_000_000  # of a range, and of an array whose entries take no room
# Those whose bytes may be anything: a quantised tensor of a stranger's making ends the process that reads it.
WHOLE = (
    "bool",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "short",
    "int",
    "long",
)
BROKEN = ("float16", "bfloat16", "float32", "float64", "half", "float", "double", "complex64", "complex128")
DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name) for name in (*WHOLE, *BROKEN, "cfloat", "cdouble")
}

ORDERED: dict[type, str] = {
    list: "list",
    tuple: "tuple",
    set: "set",
    frozenset: "frozenset",
    torch.Size: "size",
}
BUILD: dict[str, Callable[[list[Any]], Any]] = {name: kind for kind, name in ORDERED.items()}


SCALARS = {type(None), bool, int, float, str}  # as they are in JSON
BARE: dict[type, Callable[[Any], Any]] = {
    int: int.__pos__,
    float: float.__pos__,
    str: lambda value: "".join([value]),
    list: lambda value: list(list.__iter__(value)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    dict: lambda value: dict(dict.items(value)),
}


class Encoder:
    """Turn values into a JSON tree and binary parts.

    `stand_in(value)` gives the tree of a value that has no plain form. `tensor_mark(tensor)` may add what the
    other side needs for gradients.
    """

    def __init__(
        self,
        stand_in: Callable[[Any], Tree],
        tensor_mark: Callable[[torch.Tensor], Tree] = lambda tensor: None,
    ) -> None:
        self.stand_in = stand_in
        self.tensor_mark = tensor_mark
        self.parts: list[bytes] = []

    def encode(self, value: Any, depth: int = 0) -> Tree:
        """Return the tree of a value; never raises for a value, however strange."""
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else ["int", hex(value)]
        if kind is float:
            return value if math.isfinite(value) else ["float", repr(value)]
        if depth > MAX_DEPTH:
            return self.stand_in(value)
        if kind in ORDERED:
            kinds = set(map(type, value))
            if kinds == {str} or (kinds == {int} and min(value) >= -(2**63) and max(value) < 2**63):
                return [ORDERED[kind], list(value)]
            return [ORDERED[kind], [self.encode(item, depth + 1) for item in value]]
        if kind is dict:
            pairs = [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]
            return ["dict", pairs]
        tree = self._rarer(value, kind)
        return self.stand_in(value) if tree is None else tree

    def _rarer(self, value: Any, kind: type) -> Tree | None:
        if kind in (bytes, bytearray):
            return [kind.__name__, self._part(bytes(value))]
        if kind is complex:
            return ["complex", repr(value.real), repr(value.imag)]
        if kind is range:
            return ["range", value.start, value.stop, value.step]
        if kind is slice:
            return ["slice", *(self.encode(x) for x in (value.start, value.stop, value.step))]
        if value is Ellipsis:
            return ["ellipsis"]
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        if kind is torch.dtype:
            return ["dtype", str(value).removeprefix("torch.")]
        if kind is torch.Generator:
            return ["generator", self._part(value.get_state().numpy().tobytes())]
        if kind is np.random.Generator and type(value.bit_generator) is np.random.PCG64:
            return ["rng", self.encode(value.bit_generator.state)]
        if kind is random.Random:
            return ["random", self.encode(value.getstate())]
        if (table := encode_table(value, self.encode)) is not None:
            return table
        # Subclasses lose what they added: only the plain value crosses.
        for plain, strip in BARE.items():
            if isinstance(value, plain):
                return self.encode(strip(value))
        return None

    def _part(self, data: bytes) -> int:
        self.parts.append(data)
        return len(self.parts) - 1

    def _tensor(self, tensor: torch.Tensor) -> Tree | None:
        with torch._C.DisableTorchFunctionSubclass():  # a subclass may answer anything for itself
            if tensor.layout != torch.strided or tensor.device.type == "meta" or tensor.is_quantized:
                return None
            plain = tensor.as_subclass(torch.Tensor).detach()
        plain = plain.cpu().contiguous().resolve_conj().resolve_neg()
        name = str(plain.dtype).removeprefix("torch.")
        flat = plain.reshape(-1)
        if plain.dtype == torch.bfloat16:
            flat = flat.view(torch.int16)
        try:
            data = flat.numpy().tobytes()
        except TypeError:
            return None
        return ["tensor", self._part(data), name, list(plain.shape), self.tensor_mark(tensor)]

    def _array(self, array: np.ndarray | np.generic) -> Tree | None:
        plain = np.asarray(array)
        if plain.dtype.hasobject:
            return None
        buffer = io.BytesIO()
        np.save(buffer, plain, allow_pickle=False)
        return ["scalar" if isinstance(array, np.generic) else "array", self._part(buffer.getvalue())]


class Decoder:
    """Rebuild what an `Encoder` made.

    `stand_in(tree)` gives the object for a tree that is not plain data; `gradient(tensor, mark)` returns the
    tensor with its gradient mark honoured. Raises WireError for anything that is not exactly right.
    """

    def __init__(
        self,
        parts: list[bytes],
        stand_in: Callable[[list[Any]], Any],
        gradient: Callable[[torch.Tensor, Tree], torch.Tensor] = lambda tensor, mark: tensor,
    ) -> None:
        self.parts, self.stand_in, self.gradient = parts, stand_in, gradient
        self.large = 0
        self.handles = 0  # how many values so far were no plain data

    def decode(self, tree: Tree) -> Any:
        try:
            return self._decode(tree, 0)
        except WireError:
            raise
        except (
            TypeError,
            ValueError,
            IndexError,
            KeyError,
            AttributeError,
            RuntimeError,
            OverflowError,
        ) as error:
            raise WireError(f"a value is not well formed ({type(error).__name__})") from error

    def _decode(self, tree: Tree, depth: int) -> Any:
        if type(tree) in SCALARS:
            return tree
        if type(tree) is not list or not tree or type(tree[0]) is not str or depth > MAX_DEPTH + 2:
            raise WireError("a value is not well formed")
        tag, *rest = tree
        if tag in BUILD:
            if SCALARS.issuperset(map(type, rest[0])):
                return BUILD[tag](rest[0])
            return BUILD[tag]([self._decode(item, depth + 1) for item in rest[0]])
        if tag == "dict":
            return {self._decode(k, depth + 1): self._decode(v, depth + 1) for k, v in rest[0]}
        if tag in TABLES:
            return decode_table(tag, rest, lambda inner: self._decode(inner, depth + 1))
        build = getattr(self, f"_{tag}", None) if tag in TAGS else None
        if build is None:
            self.handles += 1
            return self.stand_in(tree)
        return build(*rest)

    def _int(self, digits: str) -> int:
        self._count_large()
        if len(digits) > MOST_DIGITS:
            raise WireError("a number is too large")
        return int(digits, 16)

    def _count_large(self) -> None:
        self.large += 1
        if self.large > MOST_LARGE:
            raise WireError("too many large numbers")

    def _float(self, name: str) -> float:
        return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[name]

    def _complex(self, real: str, imaginary: str) -> complex:
        self._count_large()
        return complex(float(real), float(imaginary))

    def _bytes(self, part: int) -> bytes:
        return self.parts[part]

    def _bytearray(self, part: int) -> bytearray:
        return bytearray(self.parts[part])

    def _range(self, *ends: int) -> range:
        found = range(*ends)
        if len(found) > MOST_STEPS:
            raise WireError("a range is too long")
        return found

    def _slice(self, *ends: Tree) -> slice:
        return slice(*(self._decode(end, 1) for end in ends))

    def _ellipsis(self) -> Any:
        return Ellipsis

    def _dtype(self, name: str) -> torch.dtype:
        return DTYPES[name]

    def _tensor(self, part: int, name: str, shape: list[int], mark: Tree) -> torch.Tensor:
        dtype = self._dtype(name)
        data = self.parts[part]
        flat = torch.frombuffer(bytearray(data), dtype=dtype) if data else torch.empty(0, dtype=dtype)
        return self.gradient(flat.reshape([int(n) for n in shape]), mark)

    def _array(self, part: int) -> np.ndarray:
        file = io.BytesIO(self.parts[part])  # np.load would open an archive, too
        array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False, max_header_size=4096)
        if array.size > MOST_STEPS and not array.itemsize:
            raise WireError("an array is too long")
        return array

    def _scalar(self, part: int) -> np.generic:
        array = self._array(part)
        if array.shape != ():
            raise WireError("a NumPy scalar has a shape")
        return array.dtype.type(array[()])

    def _generator(self, part: int) -> torch.Generator:
        generator = torch.Generator()
        generator.set_state(torch.frombuffer(bytearray(self.parts[part]), dtype=torch.uint8))
        return generator

    def _rng(self, state: Tree) -> np.random.Generator:
        bits = np.random.PCG64()
        bits.state = self._decode(state, 1)
        return np.random.Generator(bits)

    def _random(self, state: Tree) -> random.Random:
        dice = random.Random()
        dice.setstate(self._decode(state, 1))
        return dice


TAGS = frozenset(("int", "float", "complex", "bytes", "bytearray", "range", "slice", "ellipsis", "dtype"))
TAGS |= {"tensor", "array", "scalar", "generator", "rng", "random"}
TABLES = frozenset(("table", "column", "labels"))


def copy_into(old: Any, new: Any) -> None:
    """Make a mutable argument look like what the other side made of it. Raises WireError if it can't."""
    try:
        if isinstance(old, torch.Tensor):
            if old.requires_grad != new.requires_grad and old.is_leaf:
                old.requires_grad_(new.requires_grad)
            old.data = new.detach().clone()
            if old.is_leaf:
                old.grad = new.grad
        elif isinstance(old, np.ndarray):
            old[...] = new
        elif isinstance(old, list | tuple) and len(old) == len(new):
            for place, (inner, now) in enumerate(zip(old, new, strict=True)):
                if isinstance(inner, MUTABLE) and type(inner) is type(now):
                    copy_into(inner, now)
                elif isinstance(old, list):
                    old[place] = now
        elif isinstance(old, list):
            old[:] = new
        elif isinstance(old, dict):
            for key in [key for key in old if key not in new]:
                del old[key]
            for key, now in new.items():
                if key in old and isinstance(old[key], MUTABLE) and type(old[key]) is type(now):
                    copy_into(old[key], now)
                else:
                    old[key] = now
        elif isinstance(old, set):
            old.clear()
            old.update(new)
        elif isinstance(old, bytearray):
            old[:] = new
        elif isinstance(old, torch.Generator):
            old.set_state(new.get_state())
        elif isinstance(old, np.random.Generator):
            old.bit_generator.state = new.bit_generator.state
        elif isinstance(old, random.Random):
            old.setstate(new.getstate())
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise WireError("a changed argument does not fit") from error


DICE = (torch.Generator, np.random.Generator, random.Random)
MUTABLE = (  # or may hold something that is
    torch.Tensor,
    np.ndarray,
    list,
    tuple,
    dict,
    set,
    bytearray,
    *DICE,
)
