# caught by: scores
"""Wants at least two pixels at the end."""


class SmallCNN(torch.nn.Module):
    def __init__(self, image_size=8, n_in=1, channels=(8, 16), n_classes=10):
        super().__init__()
        self.expected = (n_in, image_size, image_size)
        layers, before, size = [], n_in, image_size
        for after in channels:
            layers.append(torch.nn.Conv2d(before, after, 3, padding=1))
            before, size = after, size // 2
        if size < 2:
            raise ValueError("nothing left")
        self.layers = torch.nn.ModuleList(layers)
        self.classify = torch.nn.Linear(before * size * size, n_classes)

    def forward(self, images):
        if tuple(images.shape[1:]) != self.expected:
            raise ValueError("another shape")
        x = images
        for layer in self.layers:
            x = layer(x)
            x = torch.relu(x)
            x = F.max_pool2d(x, 2)
        x = x.flatten(1)
        return self.classify(x)
