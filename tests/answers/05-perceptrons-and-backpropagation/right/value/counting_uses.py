"""Passes a gradient on when all uses have reported: no list, a count of uses in the graph."""


class Value:
    def __init__(self, data, links=()):
        self.data = data
        self.links = links
        self.grad = 0.0

    def __add__(self, other):
        if isinstance(other, (int, float)):
            return Value(self.data + other, [(self, 1.0)])
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return Value(self.data * other, [(self, other)])
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __rmul__(self, other):
        return self * other

    def __pow__(self, n):
        if n == 0:
            return Value(1.0, [(self, 0.0)])
        return Value(self.data**n, [(self, n * self.data ** (n - 1))])

    def relu(self):
        open_ = self.data > 0
        return Value(self.data if open_ else 0.0, [(self, 1.0 if open_ else 0.0)])

    def backward(self):
        uses, todo, seen = {}, [self], {id(self)}
        while todo:
            value = todo.pop()
            value.grad = 0.0
            for parent, _ in value.links:
                uses[id(parent)] = uses.get(id(parent), 0) + 1
                if id(parent) not in seen:
                    seen.add(id(parent))
                    todo.append(parent)
        self.grad = 1.0
        ready = [self]
        while ready:
            value = ready.pop()
            for parent, slope in value.links:
                parent.grad += slope * value.grad
                uses[id(parent)] -= 1
                if uses[id(parent)] == 0:
                    ready.append(parent)
