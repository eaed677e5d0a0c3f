"""Convolution and pooling against torch over random shapes; the small network learns the digits."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib.models.cnn import CNNConfig, SmallCNN, conv2d, max_pool2d, output_size, same_padding


def randn(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


few = st.integers(1, 4)


@settings(max_examples=80, deadline=None)
@given(few, few, few, few, few, st.integers(1, 9), st.integers(1, 9), st.integers(1, 3), st.integers(0, 3))
def test_conv2d_agrees_with_torch(batch, n_in, n_out, kernel_y, kernel_x, height, width, stride, padding):
    assume(kernel_y <= height + 2 * padding and kernel_x <= width + 2 * padding)
    images = randn(batch, n_in, height, width)
    weight, bias = randn(n_out, n_in, kernel_y, kernel_x, seed=1), randn(n_out, seed=2)
    twins = [[part.clone().requires_grad_() for part in (images, weight, bias)] for _ in range(2)]
    ours = conv2d(*twins[0], stride=stride, padding=padding)
    theirs = F.conv2d(*twins[1], stride=stride, padding=padding)
    torch.testing.assert_close(ours, theirs, atol=1e-12, rtol=1e-12)
    assert ours.shape[2:] == (
        output_size(height, kernel_y, stride, padding),
        output_size(width, kernel_x, stride, padding),
    )
    weights = randn(*ours.shape, seed=3)
    (ours * weights).sum().backward()
    (theirs * weights).sum().backward()
    for a, b in zip(*twins, strict=True):
        torch.testing.assert_close(a.grad, b.grad, atol=1e-11, rtol=1e-11)


@settings(max_examples=60, deadline=None)
@given(few, few, few, st.integers(1, 9), st.integers(1, 9), st.integers(0, 3), st.integers(0, 2))
def test_max_pool2d_agrees_with_torch(batch, channels, kernel, height, width, stride, padding):
    assume(padding <= kernel // 2 and kernel <= min(height, width) + 2 * padding)
    twins = [randn(batch, channels, height, width).requires_grad_() for _ in range(2)]
    ours = max_pool2d(twins[0], kernel, stride or None, padding)
    theirs = F.max_pool2d(twins[1], kernel, stride or None, padding)
    assert torch.equal(ours, theirs)
    weights = randn(*ours.shape, seed=3)
    (ours * weights).sum().backward()
    (theirs * weights).sum().backward()
    torch.testing.assert_close(twins[0].grad, twins[1].grad, atol=1e-12, rtol=0)


def test_gradcheck():
    parts = [p.requires_grad_() for p in (randn(2, 3, 5, 4), randn(2, 3, 3, 2, seed=1), randn(2, seed=2))]
    assert torch.autograd.gradcheck(lambda *p: conv2d(*p, stride=2, padding=1), parts)
    assert torch.autograd.gradcheck(lambda x: max_pool2d(x, 2, 1, 1), parts[:1])


def test_the_kernel_is_not_turned_round():
    image = torch.zeros(1, 1, 1, 5)
    image[..., 2] = 1.0
    kernel = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    assert conv2d(image, kernel).flatten().tolist() == [3.0, 2.0, 1.0]


def test_a_shifted_image_gives_a_shifted_response():
    image, kernel = randn(1, 2, 6, 9), randn(3, 2, 3, 3, seed=1)
    moved = conv2d(image.roll(2, dims=3), kernel)
    torch.testing.assert_close(moved[..., 2:], conv2d(image, kernel)[..., :-2])


@pytest.mark.parametrize(
    ("numbers", "expected"), [((8, 3), 6), ((8, 3, 1, 1), 8), ((8, 2, 2), 4), ((7, 3, 2, 1), 4)]
)
def test_output_size_by_hand(numbers, expected):
    assert output_size(*numbers) == expected


def make(seed: int = 0, **options) -> SmallCNN:
    return SmallCNN(CNNConfig(**options), torch.Generator().manual_seed(seed))


def test_small_cnn_agrees_with_torch_nn():
    model = make(n_in=2, channels=(3, 5), kernel=5, image_size=9).double()
    parts = []
    for layer in model.layers:
        twin = nn.Conv2d(layer.weight.shape[1], layer.weight.shape[0], 5, padding=2, dtype=torch.float64)
        twin.load_state_dict(layer.state_dict())
        parts += [twin, nn.ReLU(), nn.MaxPool2d(2)]
    oracle = nn.Sequential(*parts, nn.Flatten(), model.classify)
    images = randn(4, 2, 9, 9)
    out = model(images, return_features=True)
    torch.testing.assert_close(out.logits, oracle(images), atol=1e-12, rtol=1e-12)
    for depth, features in enumerate(out.features):
        torch.testing.assert_close(features, oracle[: 3 * depth + 2](images), atol=1e-12, rtol=1e-12)
    assert [tuple(f.shape) for f in out.features] == [(4, 3, 9, 9), (4, 5, 4, 4)]
    assert model(images).features is None


def test_gradcheck_of_the_network():
    model = make(image_size=4, channels=(2, 2), n_classes=3).double()
    with torch.no_grad():
        for parameter in model.parameters():  # away from the bend of ReLU
            parameter.add_(0.1)
    names = [name for name, _ in model.named_parameters()]

    def f(images, *weights):
        return torch.func.functional_call(model, dict(zip(names, weights, strict=True)), (images,)).logits

    assert torch.autograd.gradcheck(f, (randn(2, 1, 4, 4).requires_grad_(), *model.parameters()))


def test_same_seed_same_model_and_parameters_by_hand():
    a, b = make(7), make(7)
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
    assert sum(p.numel() for p in a.parameters()) == (9 * 8 + 8) + (9 * 8 * 16 + 16) + (64 * 10 + 10)
    assert SmallCNN().config == CNNConfig()


@pytest.mark.usefixtures("as_a_learner")
def test_bad_input_is_refused():
    images, weight = torch.zeros(2, 3, 8, 8), torch.zeros(4, 3, 3, 3)
    for call, message in [
        (lambda: output_size(0, 1), "size=0"),
        (lambda: output_size(8, 0), "kernel=0"),
        (lambda: output_size(8, 3, stride=0), "stride=0"),
        (lambda: output_size(8, 3, padding=-1), "padding=-1"),
        (lambda: output_size(3, 6, padding=1), "kernel=6; expected at most"),
        (lambda: same_padding(4), "kernel=4; expected an odd number"),
        (lambda: conv2d(images[0], weight), r"images has shape \(3, 8, 8\)"),
        (lambda: conv2d(images.long(), weight), "dtype torch.int64"),
        (lambda: conv2d(images, weight[0]), "weight has shape"),
        (lambda: conv2d(images, weight[:, :2]), "weight is for 2 channels, but images have 3"),
        (lambda: conv2d(images, weight, torch.zeros(3)), r"bias.shape=\(3,\); expected \(4,\)"),
        (lambda: conv2d(images, weight, stride=0), "stride=0"),
        (lambda: max_pool2d(images, 2, padding=2), "padding=2; expected at most half"),
        (lambda: max_pool2d(images, 0), "kernel=0"),
        (lambda: max_pool2d(images, 9), "kernel=9"),
        (lambda: CNNConfig(kernel=4), "kernel=4"),
        (lambda: CNNConfig(channels=()), r"channels=\(\)"),
        (lambda: CNNConfig(channels=(1, 1, 1, 1)), "image_size=8 is halved 4 times; expected at least 16"),
        (lambda: CNNConfig(n_classes=0), "n_classes=0"),
        (lambda: conv2d(images.double(), weight), "images.dtype=torch.float64; expected torch.float32"),
        (lambda: CNNConfig(n_in=1.5), "n_in=1.5; expected a whole number"),
        (lambda: SmallCNN()(images[:, :1].double()), "images.dtype=torch.float64"),
        (lambda: SmallCNN()(images), r"images.shape=\(2, 3, 8, 8\); expected \(batch, 1, 8, 8\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("stride", [1, (2, 1), (1, 3)])
@pytest.mark.parametrize("padding", [0, (2, 0), (1, 3)])
def test_pairs_mean_height_and_width(stride, padding):
    images, weight = randn(2, 3, 9, 11), randn(4, 3, 3, 2, seed=1)
    expected = F.conv2d(images, weight, stride=stride, padding=padding)
    assert torch.allclose(conv2d(images, weight, stride=stride, padding=padding), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [((2, 3), None, 0), ((3, 2), (1, 2), (1, 0)), (2, (2, 3), 1)]
)
def test_pooling_takes_pairs(kernel, stride, padding):
    images = randn(2, 3, 9, 11)
    expected = F.max_pool2d(images, kernel, stride, padding)
    assert torch.equal(max_pool2d(images, kernel, stride, padding), expected)


@pytest.mark.parametrize("wrong", [(1, 2, 3), 1.5, "1", (1,)])
def test_neither_one_number_nor_two_is_refused(wrong, as_a_learner):
    with pytest.raises(ValueError, match="stride="):
        conv2d(randn(1, 1, 5, 5), randn(1, 1, 2, 2), stride=wrong)


def test_no_patch_is_copied():
    """Memory for a kernel of 7 x 7: copied patches would take 49 times the image."""
    images, weight = torch.ones(2, 8, 64, 64), torch.ones(8, 8, 7, 7)
    with torch.profiler.profile(
        profile_memory=True, activities=[torch.profiler.ProfilerActivity.CPU]
    ) as profile:
        conv2d(images, weight)
    largest = max(event.cpu_memory_usage for event in profile.events() if event.cpu_memory_usage > 0)
    assert largest < 6 * images.nbytes
