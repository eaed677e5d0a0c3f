# caught by: each-once
"""Follows every way from the result: right, and endless where ways double."""


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
        self.walk(1.0)

    def walk(self, amount):
        self.grad += amount
        for parent, slope in zip(self.parents, self.slopes):
            parent.walk(amount * slope)
