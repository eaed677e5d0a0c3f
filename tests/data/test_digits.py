"""The digits are real, split without leaks, and corrupted as asked."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets

from course_lib.data.digits import add_pixel_noise, erase_pixels, load_digits, rescale, shift

DIGITS = load_digits()


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_digit_is_in_exactly_one_part():
    parts = (DIGITS.train, DIGITS.val, DIGITS.test)
    assert [len(part) for part in parts] == [1197, 300, 300]
    found = {
        (image.numpy().tobytes(), int(label))
        for part in parts
        for image, label in zip(part.images, part.labels, strict=True)
    }
    raw = datasets.load_digits()
    pairs = zip(raw.images, raw.target, strict=True)
    expected = {((image / 16).astype("float32").tobytes(), int(label)) for image, label in pairs}
    assert found == expected
    assert len(found) == 1797  # so no image is there twice, within a part or across parts


def test_shapes_range_and_classes():
    for part in (DIGITS.train, DIGITS.val, DIGITS.test):
        assert part.images.shape == (len(part), 1, 8, 8)
        assert (part.images.dtype, part.labels.dtype) == (torch.float32, torch.int64)
        assert (part.images.min(), part.images.max()) == (0, 1)
        counts = part.labels.bincount(minlength=10) / len(part)
        assert len(counts) == 10
        assert ((counts > 0.05) & (counts < 0.15)).all()


def test_the_split_depends_on_the_seed_only():
    again, other = load_digits(), load_digits(seed=1)
    assert torch.equal(DIGITS.test.images, again.test.images)
    assert not torch.equal(DIGITS.test.images, other.test.images)


def test_rescale_there_and_back():
    images = DIGITS.val.images
    signed = rescale(images)
    assert (signed.min(), signed.max()) == (-1, 1)
    torch.testing.assert_close(rescale(signed, (-1, 1), (0, 1)), images)
    assert rescale(torch.tensor(0.25), (0, 1), (0, 16)) == 4


@settings(max_examples=60, deadline=None)
@given(st.integers(-6, 6), st.integers(-6, 6))
def test_shift_agrees_with_roll_of_a_padded_image(right, down):
    image = torch.arange(1.0, 21).view(1, 4, 5)
    padded = torch.nn.functional.pad(image, (7, 7, 7, 7)).roll((down, right), dims=(1, 2))
    assert torch.equal(shift(image, right, down), padded[:, 7:11, 7:12])


def test_noise_has_its_size_and_stays_in_range():
    grey = torch.full((200, 1, 8, 8), 0.5)
    noisy = add_pixel_noise(grey, 0.1, seeded())
    assert float(noisy.std()) == pytest.approx(0.1, rel=0.03)
    wild = add_pixel_noise(DIGITS.val.images, 3.0, seeded())
    assert (wild.min(), wild.max()) == (0, 1)
    assert torch.equal(add_pixel_noise(grey, 0.1, seeded()), noisy)
    assert torch.equal(add_pixel_noise(grey, 0, seeded()), grey)


def test_erasing_hits_its_share():
    ink = torch.ones(200, 1, 8, 8)
    assert float(erase_pixels(ink, 0.3, seeded()).mean()) == pytest.approx(0.7, abs=0.02)
    assert erase_pixels(ink, 1.0, seeded()).sum() == 0
    assert torch.equal(erase_pixels(ink, 0.0, seeded()), ink)


def test_bad_input_is_refused():
    images = torch.zeros(2, 1, 8, 8)
    for call, message in [
        (lambda: rescale(images, (1, 1)), r"old=\(1, 1\)"),
        (lambda: rescale(images, new=(1, -1)), r"new=\(1, -1\)"),
        (lambda: shift(torch.zeros(3)), r"images.shape=\(3,\)"),
        (lambda: add_pixel_noise(images, -0.1, seeded()), "std=-0.1"),
        (lambda: add_pixel_noise(images, float("nan"), seeded()), "std=nan"),
        (lambda: add_pixel_noise(images.long(), 0.1, seeded()), "images.dtype=torch.int64"),
        (lambda: erase_pixels(images, 1.5, seeded()), "share=1.5"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
