"""What follows from a contract without being written: each rule is seen to catch what it is for, and nothing else."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course_lib.grading import chance, checks
from course_lib.grading.calls import Call, call_here
from course_lib.grading.compare import Rule, difference
from course_lib.grading.contract import CHANGED, EARLIER, SHARED, STATE, Contract
from course_lib.jupyter.visible import NO_RETURN, Expect

Answer = Callable[..., Any]


def grade(
    answer: Answer, build: Callable[[Contract], None], points: float = 4.0
) -> dict[str, checks.CheckResult]:
    """Let `double` be an answer and a contract grade it."""
    globals()["double"] = answer
    with checks.at_home(lambda name: right if build is doubles else None):
        contract = Contract("double", points=points)
        build(contract)
        contract.score()
    return {result.name: result for result in contract.results}


def doubles(contract: Contract) -> None:
    """The list, doubled; a new one. Two ideas: ordinary lists, and the empty one."""
    given = contract.of("double", reference=lambda xs: [2 * x for x in xs], fresh=True)
    with given.idea("twice", 3, "Double each number."):
        given.call([1, 5, 7])
        given.call([2, 2, 9, 4])
        given.call([8])
        given.mistake(lambda xs: [x + 2 for x in xs], "You add 2.")
    with given.idea("empty", 1, "Nothing is nothing."):
        given.call([], about="an empty list")


def right(xs: list[int]) -> list[int]:
    return [2 * x for x in xs]


def in_place(xs: list[int]) -> list[int]:
    xs[:] = [2 * x for x in xs]
    return list(xs)


def the_same_list(xs: list[int]) -> list[int]:
    return xs if not xs or xs[0] == 0 else [2 * x for x in xs]


def grows(xs: list[int], kept: list[int] = []) -> list[int]:  # noqa: B006 - the mistake
    kept += [2 * x for x in xs]
    return list(kept)


def by_length(xs: list[int], known: dict[int, list[int]] = {}) -> list[int]:  # noqa: B006 - the mistake
    return list(known.setdefault(len(xs) // 3, [2 * x for x in xs]))


@pytest.mark.parametrize(
    ("answer", "lost", "sentence"),
    [
        (right, [], ""),
        (lambda xs: [x + 2 for x in xs], ["twice", "empty"], "You add 2."),
        (lambda xs: [2 * x for x in xs] if xs else None, ["empty"], "returned None"),
        (lambda xs: None, ["twice", "empty"], "returned None"),
        (in_place, ["twice"], CHANGED),
        (the_same_list, ["empty"], SHARED),
        (grows, ["twice", "empty"], STATE),
        (by_length, ["twice", "empty"], EARLIER),
        (lambda xs: tuple(2 * x for x in xs), ["twice"], "it is a tuple: give back a list"),
        (lambda xs: [np.int64(2 * x) for x in xs], ["twice"], "a NumPy number"),
        (lambda xs: (2 * x for x in xs), ["twice", "empty"], "a generator came back"),
        (lambda xs: [2 * x for x in xs][: len(xs) - (len(xs) == 0)] if xs else [0], ["empty"], "Nothing is nothing."),
        (lambda xs: 1 / len(xs) and [2 * x for x in xs], ["empty"], "It raised ZeroDivisionError for an empty list"),
        (lambda xs: [2 * x for x in xs][::-1], ["twice", "empty"], "in the wrong direction"),
        (lambda xs: [2 * x for x in sorted(xs)], ["twice", "empty"], "don't sort it"),
        (lambda xs: [], ["twice", "empty"], ""),
    ],
)  # fmt: skip
def test_each_rule_catches_its_own(answer: Answer, lost: list[str], sentence: str) -> None:
    found = grade(answer, doubles)
    assert [name for name, result in found.items() if not result.passed] == lost
    if lost:
        assert sentence in found[lost[0]].message


def test_without_the_core_nothing_else_counts() -> None:
    found = grade(lambda xs: [], doubles)
    assert (found["empty"].reason, found["empty"].earned) == ("waits", 0)
    assert "`twice`" in found["empty"].message


def test_what_is_not_written_is_said_once_and_for_all() -> None:
    def stub(xs: list[int]) -> list[int]:
        raise NotImplementedError

    assert {result.reason for result in grade(stub, doubles).values()} == {"not written"}


def test_a_rule_takes_the_failures_of_its_kind() -> None:
    def build(contract: Contract) -> None:
        given = contract.of("double", reference=right)
        given.rule("changes", "untouched", 1, "Copy it.")
        with given.idea("twice", 3, "Double each number."):
            given.call([1, 5, 7])

    found = grade(in_place, build)
    assert (found["twice"].earned, found["untouched"].earned, found["untouched"].message) == (
        3,
        0,
        "Copy it.",
    )
    assert list(found) == ["twice", "untouched"], "a rule stands behind the core"


def refusing(contract: Contract) -> None:
    given = contract.of("double", reference=lambda x: 2 * x)
    with given.idea("twice", 3, "Double it."):
        for x in (1.5, -2.0, 7.25):
            given.call(x)
    with given.idea("nan", 1, "Refuse nan."):
        given.refuses(math.nan, about="nan")


def half_guarded(error: type[Exception]) -> Answer:
    def answer(x: float) -> float:
        if math.isnan(x):
            raise error
        return 2 * x

    return answer


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (half_guarded(ValueError), ""),
        (half_guarded(UnicodeError), ""),  # a kind of ValueError
        (half_guarded(TypeError), "It raised TypeError for nan; a ValueError is asked for."),
        (half_guarded(AssertionError), "It raised AssertionError for nan"),
        (lambda x: 2 * x, "Refuse nan."),
    ],
)
def test_refusals(answer: Answer, sentence: str) -> None:
    assert (
        grade(answer, refusing)["nan"].message == sentence
        or sentence in grade(answer, refusing)["nan"].message
    )
    assert grade(answer, refusing)["nan"].passed == (sentence == "")


def test_gradients_are_compared() -> None:
    def build(contract: Contract) -> None:
        given = contract.of("double", reference=lambda x: x**3)
        with given.idea("cube", 3, "Cube it."):
            given.call(contract.randn(4))
        with given.idea("gradient", 1, "Keep the graph."):
            given.call(contract.randn(4).requires_grad_(), gradient=True)
            given.call(
                torch.zeros(2, dtype=torch.float64).requires_grad_(), gradient=True
            )  # its gradient is 0

    assert grade(lambda x: x**3, build)["gradient"].passed
    assert not grade(lambda x: (x**3).detach(), build)["gradient"].passed
    assert not grade(lambda x: x.detach() ** 2 * x, build)["gradient"].passed
    assert grade(lambda x: x**3 + (x * 1e-9).detach() * x, build)["gradient"].passed  # rounding
    assert not grade(lambda x: ((x**2).sqrt() * x**2) * x.sign(), build)["gradient"].passed  # nan at 0
    assert grade(lambda x: x.detach() ** 2 * x, build)["cube"].passed


def test_other_layouts_and_dtypes_are_tried() -> None:
    def build(contract: Contract) -> None:
        given = contract.of("double", reference=lambda x: 2 * x)
        with given.idea("twice", 4, "Double it."):
            given.call(contract.randn(4, 3))

    assert grade(lambda x: 2 * x, build)["twice"].passed
    assert not grade(lambda x: 2 * x.view(-1).view(x.shape), build)["twice"].passed


def test_a_function_that_was_lent_is_asked_what_the_reference_asks() -> None:
    def build(contract: Contract) -> None:
        given = contract.of("double", reference=lambda f, x: f(f(x)))
        with given.idea("twice", 4, "Call it twice."):
            given.call(contract.lend(lambda: lambda x: x + 3, "Ask it about its own answer."), 4)

    assert grade(lambda f, x: f(f(x)), build)["twice"].passed
    assert grade(lambda f, x: x + 6, build)["twice"].message == "Ask it about its own answer."


# --- mistakes of an instructor --------------------------------------------------------------------------------


def test_an_instructors_mistakes_stop_the_cell() -> None:
    with pytest.raises(ValueError, match="add up to 4 points, not 5"):
        grade(right, doubles, points=5)

    def empty(contract: Contract) -> None:
        with contract.of("double", reference=right).idea("nothing", 4, "x"):
            pass

    with pytest.raises(ValueError, match="makes no call"):
        grade(right, empty)

    def broken(contract: Contract) -> None:
        given = contract.of("double", reference=lambda xs: xs[5])
        with given.idea("twice", 4, "x"):
            given.call([1])

    with pytest.raises(ValueError, match=r"the reference of 'double' raises IndexError.*in idea 'twice'"):
        grade(right, broken)

    def misspelt(contract: Contract) -> None:
        with contract.of("double", reference=right).idea("twice", 4, "x"):
            contract.functions[0].refuses([1], raises=TypeError)

    with pytest.raises(ValueError, match="as nobody can"):
        grade(right, misspelt)
    with pytest.raises(ValueError, match="no cell of the solution defines it"):
        Contract("x", points=1).of("not_there")


# --- comparing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "expected", "kind"),
    [
        (3, 3, None), (3.0, 3, "form"), (True, 1, "form"), (np.int64(3), 3, "form"), (torch.tensor(3), 3, "form"),
        (4, 3, "value"), (0.1 + 0.2, 0.3, None), (math.nan, math.nan, "value"), (math.inf, math.inf, None),
        (-math.inf, math.inf, "value"), (np.float64(2.5), 2.5, None), (np.float32(2.5), 2.5, "form"), (2, 2.0, None),
        (1 + 0j, 1.0, "value"), ("a", "a", None), (b"a", "a", "value"), (None, 0, "value"), ([1, 2], [1, 2], None),
        ((1, 2), [1, 2], "form"), ([1, 2.0], [1, 2], "form"), ([2, 1], [1, 2], "value"), ([1], [1, 1], "value"),
        ({1: 2}, {1: 2}, None), ({1: 2, 3: 4}, {1: 2}, "value"), ({"1": 2}, {1: 2}, "value"), ({1, 2}, {1, 2}, None),
        (torch.tensor([1.0]), torch.tensor(1.0), "form"), (torch.ones(2, 3), torch.ones(3, 2), "value"),
        (torch.ones(3, 1), torch.ones(3), "form"), ([1.0, 1.0], torch.ones(2), "form"),
        (torch.tensor([math.nan]), torch.tensor([math.nan]), "value"), (torch.ones(0), torch.ones(1), "value"),
        (torch.ones(2).double(), torch.ones(2), "form"), (torch.tensor([1, 1]), torch.ones(2), "form"),
        (torch.tensor([1e-3]), torch.tensor([1.1e-3]), "value"), (10**400, 1.0, "value"),
    ],
)  # fmt: skip
def test_results_are_compared_by_value_then_by_form(
    found: object, expected: object, kind: str | None
) -> None:
    wrong = difference(found, expected)
    assert (wrong.kind if wrong else None) == kind


def test_either_kind_of_float_is_fine_where_the_contract_says_so() -> None:
    assert difference(torch.ones(2).double(), torch.ones(2), Rule(dtype="float")) is None
    assert difference(torch.ones(2).half(), torch.ones(2), Rule(dtype="float")) is not None


# --- calls ------------------------------------------------------------------------------------------------------


def test_a_result_is_the_callers_to_change() -> None:
    kept = [1, 2]
    first, second = call_here(lambda: kept, [Call(()), Call(())])
    assert first.value == [1, 2]
    assert second.value != [1, 2]


def test_a_later_call_changes_no_earlier_result() -> None:
    table = torch.zeros(3)

    def recycled(x: torch.Tensor) -> torch.Tensor:
        return torch.add(x, 1, out=table)

    calls = [Call((torch.ones(3),)), Call((torch.zeros(3),))]
    assert [outcome.overwrites for outcome in call_here(recycled, calls)] == [False, True]
    assert [outcome.overwrites for outcome in call_here(lambda x: x + 1, calls)] == [False, False]


@pytest.mark.parametrize("values", [([1, 2], [3, 4]), ({"a": 1}, {"a": 2}), (torch.ones(2), torch.zeros(2))])
def test_the_same_object_comes_with_other_contents(values: tuple[Any, Any]) -> None:
    """A cache that knows an argument by its object gives what belongs to the first contents."""
    seen: list[Any] = []

    def remembers(x: Any) -> str:
        if not any(x is one for one, _ in seen):
            seen.append((x, str(x)))
        return next(text for one, text in seen if one is x)

    outcomes = call_here(remembers, [Call((value,)) for value in values])
    assert [outcome.value for outcome in outcomes] == [str(values[0])] * 2
    assert [outcome.value for outcome in call_here(str, [Call((value,)) for value in values])] == list(
        map(str, values)
    )
    assert [outcome.changed for outcome in outcomes] == [[], []]


@pytest.mark.parametrize(
    "spoils",
    [
        lambda x: x.unsqueeze_(0),
        lambda x: x.requires_grad_(),
        lambda x: x.t_(),
        lambda x: x.to_sparse(),
        lambda x: [x, [x]],
    ],
)
def test_what_a_call_makes_of_its_argument_does_not_stop_the_next(
    spoils: Callable[[torch.Tensor], Any],
) -> None:
    calls = [Call((torch.full((2, 2), float(i)),)) for i in range(3)]
    sums = [x.value for x in call_here(lambda x: [float(x.sum()), spoils(x)][0], calls)]
    assert sums == [0.0, 4.0, 8.0]
    assert [outcome.error for outcome in call_here(spoils, calls)] == [""] * 3  # what is odd is an object


def test_an_earlier_result_is_named_only_where_it_is_no_coincidence() -> None:
    def build(contract: Contract) -> None:
        given = contract.of("double", reference=lambda x, factor=1: x * factor)
        with given.idea("times", 4, "Multiply."):
            given.call(7, 1)
            given.call(7, 3)
            given.call(7, 0)
            given.mistake(lambda x, factor=1: x * (factor or 1), "0 is a factor, too.")

    assert grade(lambda x, factor=1: x * (factor or 1), build)["times"].message == "0 is a factor, too."
    assert grade(lambda x, factor=1: 0 if factor == 3 else x * factor, build)["times"].message != EARLIER


def test_one_of_a_few_names_is_no_earlier_result() -> None:
    """Whoever confuses two of three names gives what other calls gave, and keeps nothing."""

    def size(n: int) -> tuple[str, list[str]]:
        return ("large" if n > 9 else "middle" if n > 4 else "small"), []

    def build(contract: Contract) -> None:
        given = contract.of("double", reference=size)
        with given.idea("names", 4, "Middle begins above 4."):
            for n in (2, 12, 6, 3):
                given.call(n)

    found = grade(lambda n: ("large" if n > 5 else "small", []), build)["names"]
    assert not found.passed
    assert found.message == "Middle begins above 4."


def test_calls_do_not_see_each_other() -> None:
    xs = [1]
    outcomes = call_here(lambda ys: ys.append(1) or len(ys), [Call((xs,)), Call((xs,))])
    assert [outcome.value for outcome in outcomes] == [2, 2]
    assert [outcome.changed for outcome in outcomes] == [[0], [0]]
    assert xs == [1]


# --- chance -----------------------------------------------------------------------------------------------------

FEW = [0.5, 0.3, 0.15, 0.05]
RARE = [0.4, *[0.003] * 200]


@pytest.mark.parametrize("p", [FEW, RARE, [0.25] * 4, [1.0], [0.0, 1.0]])
def test_right_draws_are_never_refused(p: list[float]) -> None:
    for seed in range(300):
        assert chance.fault(random.Random(seed).choices(range(len(p)), p, k=400), p) == ""


def wheel(p: list[float], n: int, slots: int) -> list[int]:
    stops = [i for i, one in enumerate(p) for _ in range(round(one * slots))]
    return random.Random(1).choices(stops, k=n)


@pytest.mark.parametrize(
    ("ids", "p", "fault"),
    [
        ([0] * 300, FEW, "frequencies"),
        (random.Random(1).choices(range(50), RARE[:50], k=250), RARE, "frequencies"),
        ([i + 1 for i in random.Random(1).choices(range(100), k=250)], [0.004] * 250, "frequencies"),
        (random.Random(1).choices(range(4), k=300), FEW, "frequencies"),
        (wheel(RARE, 300, 100), RARE, "frequencies"),
        (sorted(random.Random(1).choices(range(4), FEW, k=300)), FEW, "order"),
        ([0, 1, 2, 3] * 100, [0.25] * 4, "order"),
        ([4], FEW, "range"),
        ([0, 1], [0.0, 1.0], "impossible"),
        ([i % 200 for i in range(4000)], [0.005] * 200, "even"),
    ],
)
def test_draws_of_another_kind_are_told_apart(ids: list[int], p: list[float], fault: str) -> None:
    assert chance.fault(ids, p) == fault


# --- what learners see ------------------------------------------------------------------------------------------


def test_visible_checks_are_as_strict_as_hidden_ones() -> None:
    expect = Expect()
    expect([1, 2], [1, 2], "x")
    expect(torch.tensor([0.25, 0.75]), torch.tensor([0.25, 0.75]), "x")
    expect(None, None, "x")
    for found, sentence in (
        (None, NO_RETURN),
        ((1, 2), "give back a list"),
        ([2, 1], "Look. Expected [1, 2], yours is"),
    ):
        with pytest.raises(AssertionError) as error:
            expect(found, [1, 2], "Look.")
        assert sentence in str(error.value)
    with pytest.raises(AssertionError, match="Backwards"):
        expect([2, 1], [1, 2], "Look.", mistakes=[([2, 1], "Backwards.")])
    with pytest.raises(AssertionError, match="raised TypeError"):
        expect.refusal(lambda: len(5), "Refuse it.")  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="Refuse it"):
        expect.refusal(lambda: 5, "Refuse it.")


def test_a_piece_of_what_was_given_is_found_inside_tuples_and_dictionaries() -> None:
    def build(contract: Contract) -> None:
        given = contract.of("double", reference=lambda t: ({"t": t["t"].clone()}, 1), fresh=True)
        with given.idea("copies", 4, "Copy."):
            given.call({"t": contract.randn(3)})

    assert grade(lambda t: ({"t": t["t"].clone()}, 1), build)["copies"].passed
    assert grade(lambda t: ({"t": t["t"]}, 1), build)["copies"].message == SHARED
    assert grade(lambda t: (t, 1), build)["copies"].message == SHARED


def test_a_kept_tensor_of_true_and_false_is_noticed() -> None:
    kept = torch.zeros(2, dtype=torch.bool)

    def build(contract: Contract) -> None:
        given = contract.of("double", reference=lambda n: torch.zeros(n, dtype=torch.bool), dtype="same")
        with given.idea("new", 4, "A new one."):
            given.call(2)
            given.call(2)

    assert grade(lambda n: torch.zeros(n, dtype=torch.bool), build)["new"].passed
    assert not grade(lambda n: kept, build)["new"].passed
