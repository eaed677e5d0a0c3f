"""Counts Values as they are made: a later number is never a parent of an earlier one."""


class Value:
    made = 0

    def __init__(self, data, links=()):
        self.data, self.grad, self.links = data, 0.0, links
        Value.made += 1
        self.number = Value.made

    @staticmethod
    def of(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = Value.of(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = Value.of(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return Value(self.data**n, [(self, n * self.data ** (n - 1) if n else 0.0)])

    def relu(self):
        return Value(max(0.0, self.data), [(self, float(self.data > 0))])

    def backward(self):
        inside, todo = {self.number: self}, [self]
        while todo:
            for parent, _ in todo.pop().links:
                if parent.number not in inside:
                    inside[parent.number] = parent
                    todo.append(parent)
        for value in inside.values():
            value.grad = 0.0
        self.grad = 1.0
        for number in sorted(inside, reverse=True):
            for parent, slope in inside[number].links:
                parent.grad += slope * inside[number].grad
