"""Looking for one small pattern everywhere, told in order: sizes, convolution, pooling, a small network (lesson 07).

`conv2d` and `max_pool2d` are written out. Like every deep-learning library they slide the kernel without
turning it round, which mathematicians call cross-correlation.

Letters at line ends: B batch, C input channels, O output channels, Y and X image height and width, y and x
result height and width, h and w kernel height and width, K classes.
"""

import math
from dataclasses import asdict, dataclass
from itertools import pairwise, product
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.models.checks import check_dtype, check_sizes

Pair = int | tuple[int, int]  # one number for both axes, or height and width


def as_pair(name: str, value: Pair) -> tuple[int, int]:
    """Return (height, width). Raises ValueError for anything but one whole number or two."""
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2 or not all(isinstance(one, int) for one in pair):
        raise ValueError(f"{name}={value!r}; expected a whole number, or two: (height, width)")
    return pair


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Return how many places a kernel of length `kernel` takes along an axis of length `size`.

    `padding` is added on both sides; `stride` is the distance between places. Raises ValueError for numbers
    that make no step, or a kernel longer than the padded axis.
    """
    for name, value, least in (
        ("size", size, 1),
        ("kernel", kernel, 1),
        ("stride", stride, 1),
        ("padding", padding, 0),
    ):
        if value < least:
            raise ValueError(f"{name}={value}; expected at least {least}")
    if kernel > size + 2 * padding:
        raise ValueError(f"kernel={kernel}; expected at most size + 2 * padding = {size + 2 * padding}")
    return (size + 2 * padding - kernel) // stride + 1


def same_padding(kernel: int) -> int:
    """Return the padding that keeps an image's size at stride 1. Raises ValueError unless `kernel` is odd."""
    if kernel < 1 or kernel % 2 == 0:
        raise ValueError(f"kernel={kernel}; expected an odd number: an even kernel has no middle")
    return kernel // 2


def check_images(name: str, images: Tensor) -> None:
    if images.ndim != 4 or not images.is_floating_point():
        raise ValueError(
            f"{name} has shape {tuple(images.shape)} and dtype {images.dtype}; "
            "expected four axes of floating-point numbers"
        )


def patches(
    images: Float[Tensor, "batch channel height width"],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    fill: float,
) -> Float[Tensor, "batch channel out_y out_x kernel_y kernel_x"]:
    """Return the piece of the image under the kernel at every place, without copying the padded image."""
    padded, _ = pad(images, kernel, stride, padding, fill)
    return padded.unfold(2, kernel[0], stride[0]).unfold(3, kernel[1], stride[1])  # (B, C, y, x, h, w)


def pad(
    images: Float[Tensor, "batch channel height width"],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    fill: float,
) -> tuple[Float[Tensor, "batch channel padded_height padded_width"], tuple[int, int]]:
    """Return the padded images (B, C, Y + 2p, X + 2p) and how many places the kernel takes along each axis.

    Raises ValueError if the kernel doesn't fit.
    """
    sizes = zip(images.shape[2:], kernel, stride, padding, strict=True)
    y, x = (output_size(*size) for size in sizes)
    (above, left) = padding
    return F.pad(images, (left, left, above, above), value=fill), (y, x)


def conv2d(
    images: Float[Tensor, "batch channel height width"],
    weight: Float[Tensor, "out channel_too kernel_y kernel_x"],
    bias: Float[Tensor, " out_too"] | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
) -> Float[Tensor, "batch out out_y out_x"]:
    """Multiply every place of the image with the kernel and add up, over all channels; zeros lie outside.

    `weight[o, c]` is the pattern that output channel o looks for in input channel c. `stride` and `padding` are
    one number or (height, width). Raises ValueError for shapes that do not fit.
    """
    check_images("images", images)
    check_images("weight", weight)
    check_dtype("images", images, weight)
    if weight.shape[1] != images.shape[1]:
        raise ValueError(f"weight is for {weight.shape[1]} channels, but images have {images.shape[1]}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias.shape={tuple(bias.shape)}; expected ({weight.shape[0]},)")
    h, w = weight.shape[2:]
    (down, right), around = as_pair("stride", stride), as_pair("padding", padding)
    padded, (y, x) = pad(images, (h, w), (down, right), around, 0.0)
    out = images.new_zeros(len(images), len(weight), y, x)
    # Each cell of the kernel sees the whole image, moved by its own place: no patch is copied.
    for i, j in product(range(h), range(w)):
        seen = torch.einsum("bcyx,oc->boyx", padded, weight[:, :, i, j])  # (B, O, Y + 2p, X + 2p)
        out = out + seen[:, :, i : i + down * y : down, j : j + right * x : right]
    return out if bias is None else out + bias[:, None, None]  # (B, O, y, x)


def max_pool2d(
    images: Float[Tensor, "batch channel height width"],
    kernel: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
) -> Float[Tensor, "batch channel out_y out_x"]:
    """Keep the largest number under each place; by default the places lie side by side.

    Every size is one number or (height, width). Raises ValueError if `padding` is more than half of the kernel: a
    place could then hold no number at all.
    """
    check_images("images", images)
    size, around = as_pair("kernel", kernel), as_pair("padding", padding)
    if any(p > k // 2 for p, k in zip(around, size, strict=True)):
        raise ValueError(f"padding={padding}; expected at most half of kernel={kernel}")
    pieces = patches(images, size, size if stride is None else as_pair("stride", stride), around, -math.inf)
    return pieces.flatten(-2).max(dim=-1).values  # (B, C, y, x)


class Conv2d(nn.Module):
    """`conv2d` with trained kernels, started as He et al. 2015 for the ReLU that follows."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel: int,
        padding: int = 0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.padding = padding
        std = math.sqrt(2 / (n_in * kernel * kernel))
        self.weight = nn.Parameter(
            torch.empty(n_out, n_in, kernel, kernel).normal_(0, std, generator=generator)
        )
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(
        self, images: Float[Tensor, "batch channel height width"]
    ) -> Float[Tensor, "batch out height width"]:
        return conv2d(images, self.weight, self.bias, padding=self.padding)


@dataclass(frozen=True)
class CNNConfig:
    """Everything that fixes the shape of a `SmallCNN`.

    Raises ValueError for numbers below 1, an even kernel, or an image that pooling makes smaller than 1.
    """

    image_size: int = 8  # height and width
    n_in: int = 1  # channels of the image: 1 for grey, 3 for colour
    channels: tuple[int, ...] = (8, 16)  # kernels of each layer
    kernel: int = 3
    n_classes: int = 10

    def __post_init__(self) -> None:
        check_sizes(self, "image_size", "n_in", "n_classes")
        if not self.channels or min(self.channels) < 1:
            raise ValueError(f"channels={self.channels}; expected at least one layer of at least 1 kernel")
        same_padding(self.kernel)
        if self.last_size < 1:
            raise ValueError(
                f"image_size={self.image_size} is halved {len(self.channels)} times; "
                f"expected at least {2 ** len(self.channels)}"
            )

    @property
    def last_size(self) -> int:
        """Height and width after the last pooling."""
        return self.image_size // 2 ** len(self.channels)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class CNNOutput:
    """What one pass gives back; the part that was not asked for is None."""

    logits: Float[Tensor, "batch classes"]
    features: list[Tensor] | None = None  # one per layer, (B, O, Y, X) after the ReLU and before pooling


class SmallCNN(nn.Module):
    """Convolve, cut at zero, pool; twice; then one linear layer (lesson 07).

    `generator` seeds the initial weights, so that the same seed gives the same model.
    """

    def __init__(self, config: CNNConfig | None = None, generator: torch.Generator | None = None) -> None:
        super().__init__()
        config = CNNConfig() if config is None else config
        self.config = config
        widths = (config.n_in, *config.channels)
        self.layers = nn.ModuleList(
            Conv2d(n_in, n_out, config.kernel, same_padding(config.kernel), generator)
            for n_in, n_out in pairwise(widths)
        )
        n_last = widths[-1] * config.last_size**2
        self.classify = nn.Linear(n_last, config.n_classes)
        with torch.no_grad():
            self.classify.weight.normal_(0.0, 1 / math.sqrt(n_last), generator=generator)
            self.classify.bias.zero_()

    def forward(
        self, images: Float[Tensor, "batch channel height width"], return_features: bool = False
    ) -> CNNOutput:
        """Score every class. Raises ValueError if `images` are not of the size that `config` names."""
        check_images("images", images)
        expected = (self.config.n_in, self.config.image_size, self.config.image_size)
        if images.shape[1:] != expected:
            raise ValueError(f"images.shape={tuple(images.shape)}; expected (batch, {str(expected)[1:]}")
        x, features = images, []
        for layer in self.layers:
            x = torch.relu(layer(x))  # (B, O, Y, X)
            features.append(x)
            x = max_pool2d(x, 2)  # (B, O, Y/2, X/2)
        return CNNOutput(self.classify(x.flatten(1)), features if return_features else None)  # (B, K)
