"""ReLU and pooling as modules, and layers appended one by one."""


class SmallCNN(torch.nn.Module):
    def __init__(self, image_size=8, n_in=1, channels=(8, 16), n_classes=10):
        torch.nn.Module.__init__(self)
        self.n_in, self.side = n_in, image_size
        self.layers = torch.nn.ModuleList()
        for i in range(len(channels)):
            self.layers.append(
                torch.nn.Conv2d(channels[i - 1] if i else n_in, channels[i], kernel_size=3, padding="same")
            )
        self.bend, self.pool = torch.nn.ReLU(), torch.nn.MaxPool2d(2)
        left = image_size >> len(channels)
        if left == 0:
            raise ValueError("too small")
        self.classify = torch.nn.Linear(channels[-1] * left**2, n_classes)

    def forward(self, images):
        if images.ndim != 4 or images.shape[1:] != (self.n_in, self.side, self.side):
            raise ValueError("shape")
        for layer in self.layers:
            images = self.pool(self.bend(layer(images)))
        return self.classify(torch.flatten(images, start_dim=1))
