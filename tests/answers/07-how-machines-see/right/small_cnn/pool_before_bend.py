"""Pools before ReLU, which gives the same: the largest stays the largest."""


class SmallCNN(torch.nn.Module):
    def __init__(self, image_size=8, n_in=1, channels=(8, 16), n_classes=10):
        super().__init__()
        if image_size < 2 ** len(channels):
            raise ValueError("too small")
        self.shape = torch.Size([n_in, image_size, image_size])
        widths = [n_in] + list(channels)
        self.layers = torch.nn.Sequential(
            *[torch.nn.Conv2d(a, b, 3, 1, 1) for a, b in zip(widths[:-1], widths[1:])]
        )
        self.classify = torch.nn.Linear(widths[-1] * (image_size // 2 ** len(channels)) ** 2, n_classes)

    def forward(self, images):
        if images.shape[1:] != self.shape:
            raise ValueError("shape")
        x = images
        for layer in self.layers:
            x = F.relu(F.max_pool2d(layer(x), 2))
        return self.classify(x.reshape(len(x), -1))
