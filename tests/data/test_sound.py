"""Sounds have the pitch that they are asked for, and the file plays what the tensor holds."""

import wave

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import wavfile

from course_lib.data.sound import KINDS, RATE, chord, decay, sound_set, tone, write_wav


def peaks(sound: torch.Tensor, rate: int, n: int) -> list[int]:
    """The n loudest frequencies, in hertz, of a wave that lasts one second."""
    spectrum = torch.fft.rfft(sound.double(), n=rate).abs()
    return sorted(spectrum.topk(n).indices.tolist())


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 1999), st.floats(0, 6))
def test_a_tone_has_its_frequency(frequency, phase):
    if 0 < frequency < RATE / 2:
        made = tone(frequency, RATE, phase=phase)
        assert peaks(made, RATE, 1) == [frequency]
        assert made.abs().max() <= 1


def test_a_tone_by_hand():
    assert tone(1, 4, rate=4, amplitude=0.5).tolist() == pytest.approx([0, 0.5, 0, -0.5], abs=1e-7)


def test_a_chord_has_all_its_frequencies():
    made = chord([200, 250, 300], RATE)
    assert peaks(made, RATE, 3) == [200, 250, 300]
    assert made.abs().max() <= 1
    torch.testing.assert_close(chord([200], 50), tone(200, 50))


def test_decay_halves():
    faded = decay(torch.ones(2, 9), half_life=0.5, rate=4)
    assert faded[1].tolist() == pytest.approx([2 ** (-i / 2) for i in range(9)])


def test_the_set_is_what_it_says():
    made = sound_set(60, length=RATE, seed=3)
    assert made.waves.shape == (60, 1, RATE)
    assert made.waves.dtype == torch.float32
    assert made.waves.abs().max() <= 1
    assert set(made.kinds) == set(KINDS)
    assert 100 <= made.frequencies.min() < made.frequencies.max() <= 400
    for sound, kind, frequency in zip(made.waves[:, 0], made.kinds, made.frequencies.tolist(), strict=True):
        expected = [frequency * ratio for ratio in ((1, 1.25, 1.5) if kind == "chord" else (1,))]
        heard = torch.fft.rfft(sound.double()).abs()
        for pitch in expected:
            near = heard[round(pitch) - 1 : round(pitch) + 2].max()
            assert near > 0.3 * heard.max()
        loud = [float(half.square().mean()) for half in sound.chunk(2)]
        assert (loud[1] < 0.2 * loud[0]) is (kind == "pluck")


def test_the_set_depends_on_the_seed_only():
    assert torch.equal(sound_set(5, seed=1).waves, sound_set(5, seed=1).waves)
    assert not torch.equal(sound_set(5, seed=1).waves, sound_set(5, seed=2).waves)
    assert set(sound_set(8, kinds=["tone"]).kinds) == {"tone"}


def test_the_file_plays_what_the_tensor_holds(tmp_path):
    made = sound_set(1).waves[0]
    path = write_wav(tmp_path / "new" / "sound.wav", made)
    rate, samples = wavfile.read(path)  # another reader than the one that wrote it
    assert (rate, samples.dtype) == (RATE, np.int16)
    torch.testing.assert_close(torch.from_numpy(samples / 32767), made[0].double(), atol=1 / 32767, rtol=0)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getnframes()) == (1, 2, 256)
    assert [p.name for p in path.parent.iterdir()] == ["sound.wav"]
    _, loud = wavfile.read(write_wav(path, torch.tensor([5.0, -5.0])))
    assert loud.tolist() == [32767, -32767]


def test_bad_input_is_refused(tmp_path):
    for call, message in [
        (lambda: tone(2000, 10), "frequency=2000; expected more than 0 and less than rate / 2 = 2000"),
        (lambda: tone(0, 10), "frequency=0"),
        (lambda: tone(100, 0), "length=0"),
        (lambda: tone(100, 10, rate=-1), "rate=-1"),
        (lambda: tone(100, 10, amplitude=2), "amplitude=2"),
        (lambda: chord([], 10), "frequencies is empty"),
        (lambda: chord([100], 10, phases=[0, 1]), "phases has 2 numbers; expected 1"),
        (lambda: decay(torch.ones(3), 0), "half_life=0"),
        (lambda: decay(torch.ones(3), 1, rate=0), "rate=0"),
        (lambda: sound_set(0), "n=0"),
        (lambda: sound_set(kinds=["song"]), r"kinds=\('song',\)"),
        (lambda: write_wav(tmp_path / "x.wav", torch.zeros(2, 5)), r"wave.shape=\(2, 5\)"),
        (lambda: write_wav(tmp_path / "x.wav", torch.zeros(0)), r"wave.shape=\(0,\)"),
        (lambda: write_wav(tmp_path / "x.wav", torch.tensor([float("nan")])), "not finite"),
        (lambda: write_wav(tmp_path / "x.wav", torch.zeros(5), rate=0), "rate=0"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    assert not list(tmp_path.iterdir())
