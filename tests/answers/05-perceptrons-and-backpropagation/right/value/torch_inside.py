"""A thin coat over torch: each Value holds a tensor."""


class Value:
    def __init__(self, data, parents=()):
        if isinstance(data, torch.Tensor):
            self.t = data
        else:
            self.t = torch.tensor(float(data), dtype=torch.float64, requires_grad=True)
        self.parents = parents
        self.grad = 0.0

    @property
    def data(self):
        return self.t.item()

    def __add__(self, other):
        t = other.t if isinstance(other, Value) else other
        return Value(self.t + t, (self, other))

    def __mul__(self, other):
        t = other.t if isinstance(other, Value) else other
        return Value(self.t * t, (self, other))

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, n):
        return Value(self.t**n, (self,))

    def relu(self):
        return Value(torch.relu(self.t), (self,))

    def backward(self):
        found, todo = {id(self): self}, [self]
        while todo:
            for p in todo.pop().parents:
                if isinstance(p, Value) and id(p) not in found:
                    found[id(p)] = p
                    todo.append(p)
        values = list(found.values())
        grads = torch.autograd.grad(self.t, [v.t for v in values], retain_graph=True, allow_unused=True)
        for v, g in zip(values, grads):
            v.grad = 0.0 if g is None else g.item()
