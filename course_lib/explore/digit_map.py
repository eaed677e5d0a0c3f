"""An autoencoder, a variational one, and the map of digits between their two halves (lesson 08, part 2)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.data.digits import load_digits
from course_lib.explore.figure import BLUE, GREEN, ORANGE, RED, Finding, Picture, mark_guess, new_figure
from course_lib.explore.gallery import tile
from course_lib.explore.judge import load_judge
from course_lib.explore.live import Live, following
from course_lib.explore.threads import one_thread
from course_lib.explore.view import View
from course_lib.models.vae import VAE, Autoencoder, AutoencoderConfig, reconstruction_loss, vae_loss

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Mapped:
    """A trained model with a middle of a few numbers, its losses (nats per image), and the seconds "
    "of computing."""

    model: Autoencoder
    losses: list[float]
    seconds: float


@one_thread()
def train_map(
    kind: str = "vae",
    seed: int = 0,
    n_latent: int = 2,
    beta: float = 0.3,
    steps: int = 1000,
    images: Tensor | None = None,
) -> Mapped:
    """Train a model that squeezes digits into `n_latent` numbers; seconds.

    Args:
        kind: "vae", or "autoencoder" for one without blur and without pull to the middle.
        beta: the weight of the pull to the middle.
        images: what it learns from; by default the training digits.

    Raises:
        ValueError: another kind.
    """
    if kind not in ("vae", "autoencoder"):
        raise ValueError(f"kind={kind!r}; expected 'vae' or 'autoencoder'")
    images = load_digits().train.images if images is None else images
    generator = torch.Generator().manual_seed(seed)
    config = AutoencoderConfig(n_latent=n_latent)
    model = VAE(config, generator) if kind == "vae" else Autoencoder(config, generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses, begun = [], time.process_time()
    with Live() as live:
        for step in range(steps):
            batch = images[torch.randint(len(images), (64,), generator=generator)]
            if isinstance(model, VAE):
                loss = vae_loss(model(batch, generator), batch, beta).total
            else:
                loss = reconstruction_loss(model(batch).logits, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
            live.show(partial(str, f"step {step} of {steps}, loss {losses[-1]:.1f}"))
    model.requires_grad_(False)
    return Mapped(model, losses, time.process_time() - begun)


def draws(mapped: Mapped, n: int, seed: int = 0) -> Tensor:
    """Return `n` images from random places of the map: standard normal for both kinds."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        return mapped.model.decode(torch.randn(n, mapped.model.config.n_latent, generator=generator))


def fitted_draws(mapped: Mapped, n: int, seed: int = 0) -> Tensor:
    """Return `n` images drawn from where a model's own codes of the training digits lie: mean and covariance."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        codes = mapped.model.encode(load_digits().train.images)  # (N, Z)
        noise = torch.randn(n, codes.shape[1], generator=generator)
        return mapped.model.decode(codes.mean(0) + noise @ torch.linalg.cholesky(codes.T.cov()).T)


# --- what falls out of a random place -----------------------------------------------------------------------------

MANY, SEEDS, SHORT = 8, range(3), 400  # latent numbers; seeds; steps of training


@dataclass(frozen=True)
class Drawn:
    """Random draws of one trained model, which share of them is good, and how well it copies.

    `kind` "fitted": the plain autoencoder, drawn from a normal distribution fitted to its own codes.
    """

    kind: str
    seed: int
    images: Tensor
    good: float
    error: float  # of a pixel of a test digit that was copied, on average


def measure_draws(
    kinds: Sequence[str] = ("autoencoder", "vae"), seeds: Sequence[int] = SEEDS, n: int = 500
) -> list[Drawn]:
    """Train each kind with each seed and judge `n` random draws of it; the plain one's also as "fitted"."""
    judge = load_judge()
    jobs = [(kind, seed) for kind in kinds for seed in seeds]
    found = []
    for kind, seed in following(jobs, "training", lambda job: f"{job[0]}, seed {job[1]}"):
        mapped = train_map(kind, seed, MANY, beta=1.0, steps=SHORT)
        made, test = {kind: draws(mapped, n, seed)}, judge.digits.test.images
        if kind == "autoencoder":
            made["fitted"] = fitted_draws(mapped, n, seed)
        with torch.no_grad():
            error = (mapped.model.decode(mapped.model.encode(test)) - test).abs().mean()
        found += [
            Drawn(name, seed, images, float(judge.good(images).float().mean()), float(error))
            for name, images in made.items()
        ]
    return found


def random_places() -> Finding:
    """Find how many random draws from a plain autoencoder are good, beside those of a variational one."""
    found = measure_draws()
    plain, fitted, blurred = (
        [one.good for one in found if one.kind == kind] for kind in ("autoencoder", "fitted", "vae")
    )
    copied = {kind: mean(one.error for one in found if one.kind == kind) for kind in ("autoencoder", "vae")}
    says = (
        f"It copies with a mean error of {copied['autoencoder']:.3f} per pixel (the variational one: "
        f"{copied['vae']:.3f}). But nothing told it where its codes should lie, and we draw elsewhere: "
        f"{min(plain):.0%} to {max(plain):.0%} of its draws are good, depending on the seed. Drawn from a "
        "normal distribution that we fitted to its codes afterwards, "
        f"{min(fitted):.0%} to {max(fitted):.0%} are."
    )
    if min(blurred) > max(plain):
        says += (
            f" With the draw and the pull it is {min(blurred):.0%} to {max(blurred):.0%} at once: "
            "**we know where to draw.** The rest are blurred, or lie between two digits."
        )
    return Finding(
        "good images from random places of a plain autoencoder",
        f"{plain[0]:.0%}",
        lambda guess: draw_places(found, guess),
        says,
    )


def draw_places(found: Sequence[Drawn], guess: object = None) -> Picture:
    """Draw some images of each kind, and the share of good ones for every seed."""
    figure, axes = new_figure(height=3.9, columns=2)
    pictures, axis = axes
    pictures.get_gridspec().set_width_ratios([1.25, 1])
    names = {"autoencoder": "plain", "fitted": "plain,\nfitted", "vae": "variational"}
    sheets = [tile(next(one.images for one in found if one.kind == kind)[:12], 6) for kind in names]
    gap = torch.full((3, sheets[0].shape[1]), torch.nan)
    sheet = torch.cat([sheets[0], gap, sheets[1], gap, sheets[2]])
    pictures.imshow(sheet.tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    height = len(sheets[0])
    pictures.set_yticks([(i + 0.5) * height + 3 * i for i in range(3)], list(names.values()))
    pictures.set_xticks([])
    pictures.tick_params(length=0)
    pictures.spines[:].set_visible(False)
    for place, (kind, colour, mark) in enumerate(
        (("autoencoder", ORANGE, "s"), ("fitted", GREEN, "^"), ("vae", BLUE, "o"))
    ):
        goods = [one.good for one in found if one.kind == kind]
        axis.plot(
            [place] * len(goods), goods, mark, color=colour, markersize=8, fillstyle="none", markeredgewidth=2
        )
        axis.annotate(
            f"{goods[0]:.0%}",
            (place, goods[0]),
            (10, 0),
            textcoords="offset points",
            va="center",
            color=colour,
        )
    axis.set(xlim=(-0.5, 2.7), ylim=(0, 1.02), ylabel="good draws")
    axis.set_xticks(range(3), ["plain", "plain,\nfitted", "varia-\ntional"])
    axis.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    mark_guess(axis, guess, share=True)
    told = "; ".join(
        f"{name}: ".replace("\n", " ") + ", ".join(f"{one.good:.0%}" for one in found if one.kind == kind)
        for kind, name in names.items()
    )
    return Picture(
        figure,
        f"Share of good images from random places, one number for each seed. {told}.",
        "Each mark is one seed. Fitted: drawn from where the plain one's own codes lie.",
    )


# --- the map ------------------------------------------------------------------------------------------------------

SIDE, EDGE = 15, 2.2  # images along a side of the map, and how far out it goes


def map_grid(model: Autoencoder, side: int = SIDE, edge: float = EDGE) -> Tensor:
    """Decode a square of places: (side * side, 1, 8, 8), from the upper left to the lower right."""
    line = torch.linspace(-edge, edge, side)
    y, x = torch.meshgrid(-line, line, indexing="ij")
    with torch.no_grad():
        return model.decode(torch.stack([x.flatten(), y.flatten()], 1))


def walk(mapped: Mapped) -> View:
    """Return the view: two sliders choose a place on the map, and the decoder draws what lies there."""
    import ipywidgets

    if mapped.model.config.n_latent != 2:
        raise ValueError(f"n_latent={mapped.model.config.n_latent}; expected a map of 2 numbers")

    def draw(right: float, up: float) -> tuple[Figure, str]:
        return draw_walk(mapped.model, right, up)

    style = {"description_width": "5em"}
    slider = {"min": -EDGE, "max": EDGE, "step": 0.1, "readout_format": ".1f", "style": style}
    controls = {
        "right": ipywidgets.FloatSlider(value=0.0, description="right", **slider),
        "up": ipywidgets.FloatSlider(value=0.0, description="up", **slider),
    }
    return View(
        draw, controls, [{"right": 0.0, "up": 0.0}, {"right": 1.2, "up": -0.8}, {"right": -1.5, "up": 1.0}]
    )


@one_thread()
def draw_walk(model: Autoencoder, right: float, up: float) -> tuple[Figure, str]:
    """Draw the whole map with a frame at one place, and large what the decoder draws there."""
    figure, (whole, here) = new_figure(height=4.5, columns=2)
    whole.get_gridspec().set_width_ratios([1.75, 1])
    whole.imshow(
        tile(map_grid(model), SIDE, gap=2).tolist(),
        cmap="Greys",
        vmin=0,
        vmax=1,
        extent=(-EDGE, EDGE, -EDGE, EDGE),
    )
    step = 2 * EDGE / SIDE
    for width, colour in ((5, "white"), (2.5, RED)):
        whole.plot(
            [right - step, right + step, right + step, right - step, right - step],
            [up - step, up - step, up + step, up + step, up - step],
            color=colour, linewidth=width, clip_on=False,
        )  # fmt: skip
    whole.set(xlabel="first number (right)", ylabel="second number (up)")
    whole.set_xticks([-2, -1, 0, 1, 2])
    whole.set_yticks([-2, -1, 0, 1, 2])
    with torch.no_grad():
        image = model.decode(torch.tensor([[right, up]]))
    judge = load_judge()
    chances = judge.chances(image)[0]
    best = int(chances.argmax())
    second = int(chances.topk(2).indices[1])
    here.imshow(image[0, 0].tolist(), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    place = f"({right:.1f}, {up:.1f})".replace("-", "−")
    here.set_title(f"drawn from {place}")
    here.set_xticks([])
    here.set_yticks([])
    distance = float(judge.distance(image))
    near = "about as near to a training digit as real ones are"
    if distance >= judge.furthest:
        near = "further from all training digits than nearly all real ones are"
    return figure, (
        f"At {place} the decoder draws what the judge takes for a {best} "
        f"({chances[best]:.0%}; "
        f"next: {second}, {chances[second]:.0%}); it is {near}."
    )


def postcard(mapped: Mapped) -> Picture:
    """Draw the map of digits, each place coloured by what the judge sees there: the figure to send "
    "to a friend."""
    side = 19
    images = map_grid(mapped.model, side)
    chances = load_judge().chances(images)
    digit = chances.argmax(1)
    inks = torch.tensor([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in INKS])  # (10, 3)
    shade = 1 - images * (1 - inks[digit])[:, :, None, None]  # (n, 3, 8, 8)
    sheet = torch.stack([tile(shade[:, i : i + 1], side, gap=2) for i in range(3)], -1)
    figure, axis = new_figure(height=6.4)
    axis.imshow(sheet.nan_to_num(1.0).clamp(0, 1).tolist(), interpolation="nearest")
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)
    axis.set_title("Ten digits on one map. Nobody told the network that there are ten.")
    seen = digit.bincount(minlength=10)
    there = [str(d) for d in range(10) if seen[d]]
    return Picture(
        figure,
        f"A square map of {side} by {side} drawn digits that melt into each other; the judge finds "
        f"{len(there)} of the ten digits on it: {', '.join(there)}.",
        "Each tile is decoded from its two coordinates. Colours: which digit the judge takes it for.",
    )


INKS = (  # of the digits 0 to 9, dark enough to read
    "#0072B2", "#D55E00", "#009E73", "#A8457F", "#8A6D00", "#1B4F72", "#B03A2E", "#5B2C6F",
    "#1E8449", "#424949",
)  # fmt: skip
