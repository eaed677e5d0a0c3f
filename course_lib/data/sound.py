"""Sounds made from sine waves: tones, chords and plucked strings, and a file to listen to (lesson 08).

A wave is a tensor whose last axis is time: numbers from -1 to 1, `rate` of them per second.
"""

from __future__ import annotations

import math
import wave as wave_file
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import torch
from torch import Tensor

from course_lib.files import write_atomically

RATE = 4000  # samples per second; the highest pitch that fits is half of it
Kind = Literal["tone", "chord", "pluck"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CHORD = (1.0, 5 / 4, 3 / 2)  # a major chord: frequencies 4 : 5 : 6


def tone(
    frequency: float, length: int, rate: int = RATE, amplitude: float = 1.0, phase: float = 0.0
) -> Tensor:
    """Return a sine wave (length,) of `frequency` hertz, float32; `phase` is in radians.

    Raises ValueError for a frequency that `rate` can't carry: it has to be above 0 and below rate / 2.
    """
    for name, value in (("length", length), ("rate", rate)):
        if value < 1:
            raise ValueError(f"{name}={value}; expected at least 1")
    if not 0 < frequency < rate / 2:
        raise ValueError(f"frequency={frequency}; expected more than 0 and less than rate / 2 = {rate / 2:g}")
    if not 0 <= amplitude <= 1:
        raise ValueError(f"amplitude={amplitude}; expected 0 to 1")
    time = torch.arange(length, dtype=torch.float64) / rate  # (length,) seconds
    return (amplitude * torch.sin(2 * math.pi * frequency * time + phase)).float()


def chord(
    frequencies: Sequence[float], length: int, rate: int = RATE, phases: Sequence[float] | None = None
) -> Tensor:
    """Return several tones at once (length,), each as loud as the others, together within -1 to 1."""
    if not frequencies:
        raise ValueError("frequencies is empty; expected at least one")
    phases = [0.0] * len(frequencies) if phases is None else phases
    if len(phases) != len(frequencies):
        raise ValueError(f"phases has {len(phases)} numbers; expected {len(frequencies)}")
    parts = [tone(f, length, rate, phase=phase) for f, phase in zip(frequencies, phases, strict=True)]
    return torch.stack(parts).mean(dim=0)


def decay(wave: Tensor, half_life: float, rate: int = RATE) -> Tensor:
    """Let a wave fade: after every `half_life` seconds it is half as loud."""
    if not half_life > 0:
        raise ValueError(f"half_life={half_life}; expected more than 0 seconds")
    if rate < 1:
        raise ValueError(f"rate={rate}; expected at least 1")
    time = torch.arange(wave.shape[-1], dtype=torch.float64) / rate  # (length,)
    return wave * torch.exp2(-time / half_life).to(wave)


@dataclass(frozen=True)
class SoundSet:
    """Waves (N, 1, length), and what each was made from."""

    waves: Tensor
    kinds: list[Kind]
    frequencies: Tensor  # (N,) hertz; of a chord, its lowest tone
    rate: int


def sound_set(
    n: int = 512, length: int = 256, rate: int = RATE, seed: int = 0, kinds: Sequence[Kind] = KINDS
) -> SoundSet:
    """Return `n` random sounds; pitch, phase and fading depend on `seed` only.

    Pitches lie evenly, as the ear counts, between rate / 40 and rate / 10 (100 to 400 hertz at 4,000), so
    that a few whole waves fit into 256 samples.
    """
    if n < 1:
        raise ValueError(f"n={n}; expected at least 1")
    if not kinds or any(kind not in KINDS for kind in kinds):
        raise ValueError(f"kinds={tuple(kinds)!r}; expected some of {KINDS}")
    generator = torch.Generator().manual_seed(seed)
    chosen = [kinds[i] for i in torch.randint(len(kinds), (n,), generator=generator).tolist()]
    pitch, fade, *phases = torch.rand(
        2 + len(CHORD), n, generator=generator, dtype=torch.float64
    )  # (n,) each
    frequencies = rate / 40 * 4**pitch  # (n,)
    waves = []
    for i, kind in enumerate(chosen):
        tones = [float(frequencies[i]) * ratio for ratio in (CHORD if kind == "chord" else (1.0,))]
        made = chord(tones, length, rate, [2 * math.pi * float(phases[j][i]) for j in range(len(tones))])
        if kind == "pluck":
            made = decay(made, (0.1 + 0.2 * float(fade[i])) * length / rate, rate)
        waves.append(made)
    return SoundSet(torch.stack(waves)[:, None], chosen, frequencies, rate)


def write_wav(path: str | Path, wave: Tensor, rate: int = RATE) -> Path:
    """Write one wave, (length,) or (1, length), as a 16-bit mono WAV file; louder than 1 is cut off.

    The file is complete or not there. Raises ValueError for another shape, or numbers that are not finite.
    """
    samples = wave.detach().squeeze(0) if wave.ndim == 2 else wave.detach()
    if samples.ndim != 1 or not len(samples):
        raise ValueError(f"wave.shape={tuple(wave.shape)}; expected (length,) or (1, length)")
    if not bool(samples.isfinite().all()):
        raise ValueError("wave holds numbers that are not finite; expected -1 to 1")
    if rate < 1:
        raise ValueError(f"rate={rate}; expected at least 1")
    pcm = (samples.double().clamp(-1, 1) * 32767).round().cpu().numpy().astype("<i2")

    def write(target: Path) -> None:
        with wave_file.open(str(target), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(pcm.tobytes())

    path = Path(path)
    write_atomically(path, write)
    return path
