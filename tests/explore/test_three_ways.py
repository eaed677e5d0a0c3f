"""Lesson 09: what is measured is what is said, with every seed that is shipped."""

from __future__ import annotations

import pytest
import torch

from course_lib.explore import balance, bandit, checker, label_budget, reward_gaming, structure
from course_lib.explore.balance import kept
from course_lib.explore.reward_gaming import BONUS, ENDLESS, HEIGHT, share


def test_the_shipped_results_carry_what_the_lesson_says() -> None:
    runs = kept()
    right, forwards, turned = (runs["balance"][way] for way in balance.WAYS)
    assert all(run[0] < 30 and run[-1] > 450 for run in right)  # quiz: "nearly 500 steps"
    for start, one, other in zip(right, forwards, turned, strict=True):
        assert max(one[-1], other[-1]) < start[0] + 5  # quiz: the pole fell as early as at the start
    hill = runs["hill"]
    assert all(run["proxy"][-1] > run["proxy"][0] + 15 for run in hill[HEIGHT])
    assert sum(share(run["reached"]) < max(run["reached"]) / 2 for run in hill[HEIGHT]) >= 8
    assert all(run["reached"][0] < 0.1 for run in hill[HEIGHT])  # "at first nobody reaches the flag"
    assert min(share(run["reached"]) for run in hill[BONUS] + hill[ENDLESS]) > 0.8
    rare = [run[checker.STARTS.index(checker.RARE)] for run in runs["checker"]]
    seen = 1 - (1 - checker.RARE) ** (checker.UPDATES * checker.TRIES)
    assert sum(rare) / len(rare) == pytest.approx(seen, abs=0.05)
    assert all(run[-1] < 0.1 < 0.99 < run[0] for run in runs["checker"])


def test_a_run_is_that_of_its_seed() -> None:
    assert balance.learn_to_balance(0, updates=2) == pytest.approx(
        kept()["balance"]["as in the lab"][0][:3], abs=0.06
    )
    ride = reward_gaming.climb(0, updates=2)
    assert ride.proxy == pytest.approx(kept()["hill"][HEIGHT][0]["proxy"][:3], abs=0.06)


def test_credit_that_is_counted_forwards() -> None:
    assert balance.forwards(torch.tensor([[1.0, 2.0, 4.0]]), 0.5).tolist() == [[1.0, 2.5, 5.25]]


def test_what_is_never_tried_moves_nothing() -> None:
    before = checker.start(1e-12)
    after = checker.train_on_checks(before, 5, torch.Generator().manual_seed(0))
    assert torch.equal(before, after)
    learned = checker.train_on_checks(checker.start(0.5), 30, torch.Generator().manual_seed(0))
    assert float(learned.softmax(1)[:, 0].min()) > 0.9


def test_groups_and_directions_say_what_the_quiz_says() -> None:
    labels = structure.digits_to_group()[1].labels
    named = [
        len({*structure.names_of(structure.grouped(10, seed), labels)}) for seed in range(structure.TIMES)
    ]
    assert (min(named), max(named), named.count(10)) == (8, 10, 1)
    finding = structure.forgot_the_mean()
    assert float(str(finding.measured)) > 0.999
    assert "70%" in finding.says  # the quiz says so
    assert structure.two_directions().measured == "74%"
    view = structure.watch_groups()
    assert view.frozen().count("<img") == 3
    assert "0 of 1,197 changed" in view.draw(step=12)[1]


def test_rules_of_the_machines() -> None:
    found = {one.epsilon: one for one in bandit.sweep()}
    best = max(found.values(), key=lambda one: sum(one.earned))
    assert best.epsilon == 0.1
    assert all(
        sum(found[1.0].earned) < sum(found[0.0].earned) < sum(found[e].earned) for e in (0.01, 0.1, 0.3)
    )
    assert min(found[1.0].knows) > max(found[0.1].knows)
    assert bandit.earns_most().measured == "0.1"


def test_a_game_says_its_state_in_words() -> None:
    game = bandit.new_game(1)
    assert game.says() == "40 coins left. Choose a machine."
    assert sorted(game.pays) == list(bandit.PAYS)
    for pull in range(40):
        said = game.pull(pull % 2)
        assert ("true chances" in said) == (pull == 39)  # hidden until the end
    assert game.pull(0) == game.says()
    assert len(game.pulls) == 40
    assert "C: not tried" in said
    assert bandit.new_game(1).pays == bandit.new_game(1).pays


def test_the_live_game_can_be_played_with_its_buttons() -> None:
    machines = bandit.Machines(seed=2)
    box, image, line = machines.widget().children
    assert [button.description for button in box.children] == [*(f"pull {x}" for x in "ABCDE"), "new game"]
    box.children[2].click()
    assert machines.game.pulls == [2]
    assert "39 coins left" in line.value
    assert 'role="status"' in line.value
    assert "39 coins left" in image.value  # the text alternative
    box.children[-1].click()
    assert machines.game.pulls == []
    assert machines.still().count("<img") == 1


@pytest.mark.parametrize("guess", [None, "30%", 0.1, 200, "no idea"])
def test_every_figure_takes_a_guess(guess: object) -> None:
    ride = reward_gaming.Climb([36.0, 90.0], [0.0, 0.5])
    assert "36 to 90" in reward_gaming.draw_gaming(ride, guess).sentence
    assert "20 steps at the start" in balance.draw_balance([20.0, 30.0], guess).sentence
    assert "sign turned: 20" in balance.draw_balance(None, guess, {"sign turned": [20.0, 9.0]}).sentence
    learned = dict.fromkeys(checker.STARTS, 0.5)
    assert "1 in 10: 50%" in checker.draw_checked(learned, guess).sentence
    assert "epsilon 0.1: 0.55" in bandit.draw_sweep(bandit.sweep(), "earned", guess).sentence
    assert "knows the best" in bandit.draw_sweep(bandit.sweep(), "knows", guess).sentence
    for finding in (label_budget.few_labels(), label_budget.chosen_labels(), structure.two_directions()):
        assert finding.show is not None
        assert finding.show(guess).sentence
