"""Each operation leaves a function that passes the gradient on."""


class Value:
    def __init__(self, data, made_from=()):
        self.data = data
        self.grad = 0.0
        self.made_from = made_from
        self.pass_on = lambda: None

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data + other.data, (self, other))

        def pass_on():
            self.grad += out.grad
            other.grad += out.grad

        out.pass_on = pass_on
        return out

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data * other.data, (self, other))

        def pass_on():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.pass_on = pass_on
        return out

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __pow__(self, n):
        out = Value(self.data**n, (self,))

        def pass_on():
            if n:
                self.grad += n * self.data ** (n - 1) * out.grad

        out.pass_on = pass_on
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))

        def pass_on():
            if self.data > 0:
                self.grad += out.grad

        out.pass_on = pass_on
        return out

    def backward(self):
        line, known = [], set()

        def build(v):
            if v not in known:
                known.add(v)
                for p in v.made_from:
                    build(p)
                line.append(v)

        build(self)
        for v in line:
            v.grad = 0.0
        self.grad = 1.0
        for v in reversed(line):
            v.pass_on()
