# caught by: begins-anew
"""An "optimisation": a Value on which backward has run remembers that and returns at once the next time,
even though another Value's backward has set the shared gradients anew meanwhile. The text:
"`y.backward()` sets `.grad` [...] to the slope of `y`", "`backward` begins anew".
"""


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.slopes = slopes
        self.done = False

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, n):
        return Value(self.data**n, (self,), (0.0 if n == 0 else n * self.data ** (n - 1),))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,))

    def backward(self):
        if self.done:
            return
        self.done = True
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for parent in value.parents:
                    visit(parent)
                order.append(value)

        visit(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for parent, slope in zip(value.parents, value.slopes):
                parent.grad += slope * value.grad
