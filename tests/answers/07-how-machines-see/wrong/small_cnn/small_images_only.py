# caught by: weights
"""Refuses images of 32 pixels and more: the network is called small."""


class SmallCNN(torch.nn.Module):
    def __init__(self, image_size=8, n_in=1, channels=(8, 16), n_classes=10):
        super().__init__()
        if image_size > 31:
            raise ValueError("too large for a small network")
        self.shape = (n_in, image_size, image_size)
        widths = [n_in, *channels]
        self.layers = torch.nn.ModuleList(
            torch.nn.Conv2d(widths[i], widths[i + 1], 3, padding=1) for i in range(len(channels))
        )
        last = image_size // 2 ** len(channels)
        if last < 1:
            raise ValueError("pooling would leave nothing")
        self.classify = torch.nn.Linear(widths[-1] * last * last, n_classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if images.shape[1:] != self.shape:
            raise ValueError(f"images of shape {tuple(images.shape)}, expected (N, {self.shape})")
        x = images
        for layer in self.layers:
            x = F.max_pool2d(torch.relu(layer(x)), 2)
        return self.classify(x.flatten(1))
