"""Lesson 08: what is measured is what is said, and the surprises are there with other seeds, too."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from course_lib.explore import copied, digit_map, forgers, from_noise
from course_lib.explore.gallery import gallery, tile
from course_lib.explore.judge import load_judge, pixel_dice, sure_of_dust
from course_lib.models.vae import VAE, Autoencoder

JUDGE = load_judge()
REAL = JUDGE.digits.test.images


def test_tiles_lie_where_they_belong() -> None:
    sheet = tile(torch.arange(3.0).view(3, 1, 1, 1).expand(3, 1, 2, 2), 2)
    assert sheet.shape == (5, 5)
    assert (sheet[:2, 3:] == 1).all()
    assert (sheet[3:, :2] == 2).all()
    assert sheet[3:, 3:].isnan().all()
    with pytest.raises(ValueError, match="equally many"):
        gallery({"one": REAL[:2], "two": REAL[:3]}, "Rows.")


# --- the judge --------------------------------------------------------------------------------------------------


def test_the_judge_knows_digits_and_is_sure_of_dust() -> None:
    assert JUDGE.accuracy > 0.97
    assert float(JUDGE.good(REAL).float().mean()) > 0.85
    for seed in (11, 12):
        dust = pixel_dice(JUDGE.digits.train.images, 500, seed)
        assert float(JUDGE.sure(dust).float().mean()) > 0.2
        assert float(JUDGE.good(dust).float().mean()) < 0.02
    assert JUDGE.classes(REAL) > 9
    assert JUDGE.classes(REAL[:1].expand(9, 1, 8, 8)) == pytest.approx(1)


def test_diced_pixels_come_from_their_own_place() -> None:
    images = torch.arange(4.0).view(1, 1, 2, 2) + torch.tensor([0.0, 10.0]).view(2, 1, 1, 1)
    diced = pixel_dice(images, 200)
    assert (diced % 10 == images[:1]).all()
    assert len(diced.flatten(1).unique(dim=0)) == 16  # every mixture


def test_what_is_said_of_dust_carries_its_numbers() -> None:
    finding = sure_of_dust(200)
    assert str(finding.measured) in finding.says
    assert finding.show is not None
    assert "plain noise" in finding.show("50%").sentence


# --- the map ----------------------------------------------------------------------------------------------------


def test_a_pull_makes_random_places_mean_something() -> None:
    found = digit_map.measure_draws(seeds=(7,), n=300)
    plain, fitted, variational = found
    assert [one.kind for one in found] == ["autoencoder", "fitted", "vae"]
    assert min(variational.good, fitted.good) > plain.good + 0.15
    assert "7" not in digit_map.draw_places(found).caption


def test_the_map_is_the_same_with_the_same_seed() -> None:
    one, same = (digit_map.train_map(steps=30, seed=3) for _ in range(2))
    assert one.losses == same.losses
    assert isinstance(one.model, VAE)
    assert not isinstance(digit_map.train_map("autoencoder", steps=3).model, VAE)
    figure, sentence = digit_map.draw_walk(one.model, 0.5, -0.5)
    assert sentence.startswith("At (0.5, −0.5) the decoder")
    assert len(figure.axes) == 2
    assert "of the ten digits" in digit_map.postcard(one).sentence
    with pytest.raises(ValueError, match="kind"):
        digit_map.train_map("gan")
    with pytest.raises(ValueError, match="n_latent"):
        digit_map.walk(digit_map.train_map(n_latent=3, steps=3))
    assert isinstance(one.model, Autoencoder)


# --- forgers ----------------------------------------------------------------------------------------------------


def test_the_shipped_forgers_carry_what_the_lesson_says() -> None:
    kept = forgers.kept_forgers()
    calm = [one for one in kept if one.beta1 == forgers.CALM]
    hasty = [one for one in kept if one.beta1 == forgers.HASTY]
    assert len(calm) == len(hasty) == len(forgers.KEPT_SEEDS)
    assert min(one.classes for one in calm) > 7
    assert max(one.classes for one in hasty) < 4
    assert min(one.good for one in calm) > max(one.good for one in hasty)
    assert any(one.sure > max(other.sure for other in calm) for one in hasty)


def test_forging_can_be_done_again() -> None:
    one, same = (forgers.train_forger(forgers.CALM, 3, stages=(2, 4), n=5) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert [made.shape for made in one] == [(5, 1, 8, 8)] * 2


def test_what_is_said_of_forgers_follows_from_the_numbers() -> None:
    def result(beta1: float, sure: float, classes: float) -> list[forgers.Forged]:
        return [forgers.Forged(beta1, 0, step, sure, 0.2, classes) for step in forgers.STAGES]

    images = {beta1: [REAL[:18]] * 3 for beta1 in forgers.NAMES}
    trap = forgers.Pair(images, {forgers.CALM: result(0.5, 0.5, 9.0), forgers.HASTY: result(0.9, 0.8, 1.5)})
    fair = forgers.Pair(images, {forgers.CALM: result(0.5, 0.5, 9.0), forgers.HASTY: result(0.9, 0.1, 1.5)})
    assert "trap" in forgers.looks_better(trap).says
    assert "trap" not in forgers.looks_better(fair).says
    assert forgers.variety(trap).measured == "1.5"
    assert "1.5" in forgers.draw_variety(trap, 4).sentence


# --- from noise -------------------------------------------------------------------------------------------------


def test_the_long_run_gets_better_and_passes_the_map() -> None:
    kept = from_noise.kept_milestones()
    assert [one.steps for one in kept] == list(from_noise.MILESTONES)
    assert all(a.good < b.good and a.ratio > b.ratio for a, b in pairwise(kept))
    again = from_noise.judge_milestone(kept[-1].steps, from_noise.long_trained())
    assert again.good == pytest.approx(kept[-1].good, abs=0.02)
    assert again.good > 0.7 > kept[0].good


@pytest.mark.slow
def test_a_map_that_is_trained_for_long_gains_too() -> None:
    assert len(from_noise.MAP_LONGER) == 3
    assert from_noise.map_for_long(0) == pytest.approx(from_noise.MAP_LONGER[0], abs=0.03)


def test_a_long_run_can_be_done_again() -> None:
    (one, first), (same, second) = (from_noise.train_long(1, (2, 4)) for _ in range(2))
    assert first == second
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))


def test_the_same_code_makes_sounds() -> None:
    real = from_noise.cycles(64)
    assert real.shape == (64, 1, from_noise.CYCLE)
    assert float(real.abs().max()) == pytest.approx(1)
    assert from_noise.tone_share(real) == pytest.approx(1)
    finding, heard = from_noise.sound_from_noise(seed=2, steps=200)
    assert float(str(finding.measured).rstrip("%")) > 60
    assert heard.abs().max() <= 0.5


def test_every_step_can_be_looked_at() -> None:
    steps = from_noise.long_trained().walk(4, 1)
    assert len(steps) == 51
    assert "pure noise" in from_noise.draw_step(steps, 0)[1]
    assert "After 50 of 50" in from_noise.draw_step(steps, 50)[1]


def test_the_winner_is_the_one_with_more_good_images() -> None:
    diffuser = from_noise.train_diffuser(from_noise.digit_data(), steps=5)
    finding = from_noise.same_time(diffuser, digit_map.train_map(steps=300), n=100)
    assert finding.measured == "VAE"
    assert "the VAE gains, too" in finding.says


# --- copies -----------------------------------------------------------------------------------------------------


def test_a_model_of_ten_digits_copies_and_one_of_fifty_less() -> None:
    few, more = copied.from_few(seed=4, made=200)
    assert few.identical == 0
    assert few.report.rate > 0.2 > more.report.rate
    assert few.report.ratio < 0.75 < more.report.ratio
    assert "10: near copies" in copied.draw_copying([few, more]).sentence


def test_longer_memory_copies_more_words() -> None:
    written, new = copied.write_tales(seed=5)
    shares = [one.copied for one in written]
    assert shares == sorted(shares)
    assert new < 0.1 < 0.5 < shares[2]
    assert str(copied.copied_words(3).measured).endswith("%")
