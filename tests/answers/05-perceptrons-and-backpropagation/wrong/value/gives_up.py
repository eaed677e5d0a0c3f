# caught by: each-once
"""Follows every single way back and adds up what arrives; after 20,000 steps it gives up."""


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, n):
        slope = n * self.data ** (n - 1) if n != 0 else 0.0
        return Value(self.data**n, (self,), (slope,))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))

    def backward(self):
        seen, todo = set(), [self]
        while todo:
            value = todo.pop()
            if id(value) not in seen:
                seen.add(id(value))
                value.grad = 0.0
                todo.extend(value.parents)
        ways, steps = [(self, 1.0)], 0
        while ways and steps < 20_000:
            value, slope = ways.pop()
            value.grad += slope
            ways.extend((parent, slope * one) for parent, one in zip(value.parents, value.slopes))
            steps += 1
