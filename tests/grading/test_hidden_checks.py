"""`Checks`: each check gives its own points, says one sentence, stops after its time, and shows nothing."""

import math
import time

import pytest

from course_lib.grading.checks import SEED_VARIABLE, CheckResult, Checks, as_data, from_data


def run(checks: Checks, name: str, points: float, action, message: str = "It went wrong.") -> None:  # type: ignore[no-untyped-def]
    with checks.check(name, points, message):
        action()


def fail(error: BaseException) -> None:
    raise error


def test_each_check_gives_its_own_points(capsys: pytest.CaptureFixture[str]) -> None:
    checks = Checks("x", points=5)
    run(checks, "good", 2, lambda: None)
    run(checks, "bad", 3, lambda: fail(AssertionError("secret 42")), "Look at the sign.")
    score = checks.score()
    assert score == 2.0
    assert isinstance(score, float)
    out, err = capsys.readouterr()
    assert "[ok] good" in out
    assert "Look at the sign." in out
    assert "secret" not in out
    assert "Traceback" not in out
    assert err == ""


@pytest.mark.parametrize(
    ("error", "reason", "raised"),
    [
        (AssertionError("x"), "failed", ""),
        (TypeError("x"), "raised", "TypeError"),
        (KeyboardInterrupt(), "raised", "another error"),
        (SystemExit(0), "raised", "another error"),
        (NotImplementedError(), "not written", ""),
        (type("Secret42", (Exception,), {})(), "raised", "another error"),
    ],
)
def test_whatever_is_raised_costs_only_this_check(error: BaseException, reason: str, raised: str) -> None:
    checks = Checks("x", points=2)
    run(checks, "bad", 1, lambda: fail(error))
    run(checks, "good", 1, lambda: None)
    assert checks.score() == 1.0
    assert (checks.results[0].reason, checks.results[0].raised) == (reason, raised)


def test_an_endless_loop_costs_only_its_check() -> None:
    def endless() -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    checks = Checks("x", points=2, limit=0.2)
    started = time.monotonic()
    run(checks, "endless", 1, endless)
    run(checks, "good", 1, lambda: None)
    assert time.monotonic() - started < 2
    assert checks.score() == 1.0
    assert checks.results[0].reason == "slow"
    assert "never ends" in checks.results[0].message


def test_all_checks_together_have_a_limit() -> None:
    checks = Checks("x", points=4, limit=10, total=0.3)
    started = time.monotonic()
    for number in range(4):
        run(checks, f"slow-{number}", 1, lambda: time.sleep(5))
    assert time.monotonic() - started < 3
    assert checks.score() == 0.0


def test_learner_prints_stay_out_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    checks = Checks("x", points=1)
    run(checks, "prints", 1, lambda: print("the input was 42"))
    checks.score()
    assert "42" not in capsys.readouterr().out


def test_points_must_add_up() -> None:
    checks = Checks("x", points=5)
    run(checks, "only", 3, lambda: None)
    with pytest.raises(ValueError, match="add up to 3 points, not 5"):
        checks.score()


def test_names_must_differ_and_points_be_positive() -> None:
    checks = Checks("x", points=2)
    run(checks, "same", 1, lambda: None)
    with pytest.raises(ValueError, match="called 'same'"):
        run(checks, "same", 1, lambda: None)
    with pytest.raises(ValueError, match="above 0"):
        run(checks, "none", 0, lambda: None)
    with pytest.raises(ValueError, match="above 0"):
        Checks("x", points=0)


def test_inputs_are_fresh_unless_the_grader_fixes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SEED_VARIABLE, raising=False)
    assert Checks("x", 1).rng.random() != Checks("x", 1).rng.random()
    monkeypatch.setenv(SEED_VARIABLE, "a secret")
    assert Checks("x", 1).rng.random() == Checks("x", 1).rng.random()
    assert Checks("x", 1).rng.random() != Checks("y", 1).rng.random()
    assert bool((Checks("x", 1).randn(3) == Checks("x", 1).randn(3)).all())
    assert Checks("x", 1, seed=1).rng.random() != Checks("x", 1, seed=2).rng.random()


def test_results_survive_the_way_through_the_notebook() -> None:
    results = [CheckResult("a", 1, 1, "passed"), CheckResult("b", 2, 0, "raised", "Why.", "TypeError")]
    assert from_data(as_data("x", 3, 1, results)) == results
    assert math.isclose(sum(r.earned for r in results), 1)
    assert results[1].line().endswith("Why. (It raised TypeError.)")
