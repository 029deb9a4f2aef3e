"""Models: mixtures, codes, bases, physics, factors, ways to write a sum."""

from __future__ import annotations

import functools
import math
import operator
from typing import Any

import tinygrad_fr as T
from tests.program.strangers.pen import Pen, each, whole
from tinygrad_fr import cos, dot, exp, log, logsumexp, sigmoid, sin, softmax, sqrt, tanh
from tinygrad_fr.engine import Value


@each(3, 1)
def mixture_of_experts(p: Pen, x: Any, y: Any) -> Any:
    G, E, c = p(3, 3), p(3, 3), p(3)
    gate = softmax([dot(g, x) for g in G])
    outs = [tanh(dot(e, x) + b) for e, b in zip(E, c, strict=True)]
    return (sum(g * o for g, o in zip(gate, outs, strict=True)) - y[0]) ** 2


@each(1, 1)
def horner(p: Pen, x: Any, y: Any) -> Any:
    c = p(5, label="c")
    s = 0
    for a in c:
        s = s * x[0] + a
    return (s - y[0]) ** 2


@each(1, 1)
def powers(p: Pen, x: Any, y: Any) -> Any:
    c = p(5)
    return (sum(a * x[0] ** i for i, a in enumerate(c)) - y[0]) ** 2


@each(1, 1)
def fourier(p: Pen, x: Any, y: Any) -> Any:
    a, b, c = p(4), p(4), p()
    s = c
    for k in range(4):
        s += a[k] * sin((k + 1) * x[0]) + b[k] * cos((k + 1) * x[0])
    return (s - y[0]) ** 2


@each(1, 1)
def implicit_euler(p: Pen, x: Any, y: Any) -> Any:
    k = p(at=0.7)
    u = x[0]
    for _ in range(4):
        v = u
        for _ in range(3):  # Newton on v - u + h k v^3 = 0
            v = v - (v - u + 0.1 * k * v**3) / (1 + 0.3 * k * v**2)
        u = v
    return (u - y[0]) ** 2


@each(2, 1)
def gaussian_nll(p: Pen, x: Any, y: Any) -> Any:
    W, b = p(2, 2), p(2)
    h = [tanh(dot(w, x) + c) for w, c in zip(W, b, strict=True)]
    mu = dot(p(2), h) + p()
    s = dot(p(2), h) + p()  # log variance
    return 0.5 * (s + (y[0] - mu) ** 2 * exp(-s)) + 0.5 * math.log(2 * math.pi)


@each(2, 1)
def rbf(p: Pen, x: Any, y: Any) -> Any:
    C, s, w = p(4, 2), p(4, at=0.7), p(4)
    out = 0
    for c, g, a in zip(C, s, w, strict=True):
        out += a * exp(-sum((xi - ci) ** 2 for xi, ci in zip(x, c, strict=True)) / (2 * g**2))
    return (out - y[0]) ** 2


@each(4)
def tied_autoencoder(p: Pen, x: Any) -> Any:
    W, b, c = p(2, 4, label="w"), p(2, label="b"), p(4, label="c")
    h = [sigmoid(sum(W[i][j] * x[j] for j in range(4)) + b[i]) for i in range(2)]
    r = [sum(W[i][j] * h[i] for i in range(2)) + c[j] for j in range(4)]
    return sum((a - q) ** 2 for a, q in zip(x, r, strict=True)) / 4


@each(2, 1)
def newton_inside(p: Pen, x: Any, y: Any) -> Any:
    a, b = p(at=0.5), p(at=0.3)
    t = Value(1.0)
    for _ in range(5):
        f = t**3 + a * t - (x[0] * b + 2)
        t = t - f / (3 * t * t + a)
    return (t - y[0]) ** 2 + 0.1 * x[1] ** 2 * a


@each(2, 1)
def pendulum(p: Pen, x: Any, y: Any) -> Any:
    g, d = p(at=0.9), p(at=0.1)
    th, om = x
    for _ in range(10):
        om = om - 0.1 * (g * sin(th) + d * om)
        th = th + 0.1 * om
    return (th - y[0]) ** 2


@whole
def matrix_factorisation(p: Pen, r: Any) -> Any:
    U, V = p(4, 2, label="u"), p(5, 2, label="v")
    seen = [(i, j, r.uniform(1, 5)) for i in range(4) for j in range(5) if r.random() < 0.6]
    L = sum(
        (sum(a * b for a, b in zip(U[i], V[j], strict=True)) - s) ** 2 for i, j, s in seen
    ) / len(seen)
    reg = sum(a * a for row in U + V for a in row)
    return L + 0.01 * reg


@whole
def matrix_factorisation_full(p: Pen, r: Any) -> Any:
    U, V = p(4, 2), p(5, 2)
    L = 0
    for i in range(4):
        for j in range(5):
            L += (dot(U[i], V[j]) - r.uniform(1, 5)) ** 2
    return L


@each(2)
def soft_kmeans(p: Pen, x: Any) -> Any:
    C = p(3, 2, label="c")
    d = [sum((a - b) ** 2 for a, b in zip(x, c, strict=True)) for c in C]
    r = softmax([-5 * t for t in d])
    return sum(a * b for a, b in zip(r, d, strict=True))


@each(3, 1)
def weight_norm(p: Pen, x: Any, y: Any) -> Any:
    V, g = p(2, 3), p(2)
    h = []
    for v, s in zip(V, g, strict=True):
        n = sqrt(sum(a * a for a in v))
        h.append(tanh(sum(s * a / n * b for a, b in zip(v, x, strict=True))))
    return (sum(h) - y[0]) ** 2


@each(3, 3, 1, low=0.05)
def gumbel(p: Pen, x: Any, u: Any, y: Any) -> Any:
    z = [dot(w, x) for w in p(3, 3)]
    s = softmax([(a - log(-log(b))) / 0.5 for a, b in zip(z, u, strict=True)])
    return (sum(a * b for a, b in zip(s, p(3), strict=True)) - y[0]) ** 2


@each(4, 1)
def class_based(p: Pen, x: Any, y: Any) -> Any:
    class Neuron:
        def __init__(self, n: Any, act: Any) -> None:
            self.w, self.b, self.act = p(n), p(), act

        def __call__(self, x: Any) -> Any:
            z = self.b
            for w, a in zip(self.w, x, strict=True):
                z += w * a
            return z.tanh() if self.act else z

    class Net:
        def __init__(self) -> None:
            self.l1 = [Neuron(4, True) for _ in range(3)]
            self.l2 = Neuron(3, False)

        def __call__(self, x: Any) -> Any:
            return self.l2([n(x) for n in self.l1])

    return (Net()(x) - y[0]) ** 2


@each(4, 1)
def reduce_code(p: Pen, x: Any, y: Any) -> Any:
    h = [functools.reduce(operator.add, map(operator.mul, w, x)).tanh() for w in p(3, 4)]
    z = functools.reduce(lambda a, b: a + b, [a * b for a, b in zip(p(3), h, strict=True)])
    return abs(z - y[0])


@each(4, 1)
def object_arrays(p: Pen, x: Any, y: Any) -> Any:
    import numpy as np

    W, b, v = np.array(p(3, 4)), np.array(p(3)), np.array(p(3))
    h = np.tanh(W @ np.array(x) + b)
    return ((v * h).sum() - y[0]) ** 2


@each(2, 1)
def squared_features(p: Pen, x: Any, y: Any) -> Any:
    f = [1.0, x[0], x[1], x[0] ** 2, x[0] * x[1], x[1] ** 2]
    return (sum(a * b for a, b in zip(p(6), f, strict=True)) - y[0]) ** 2


@each(3, 3, 1)
def bilinear(p: Pen, a: Any, b: Any, y: Any) -> Any:
    M = p(3, 3)
    s = 0
    for i in range(3):
        for j in range(3):
            s += a[i] * M[i][j] * b[j]
    return (s - y[0]) ** 2


@each(4, 1)
def factorisation_machine(p: Pen, x: Any, y: Any) -> Any:
    w, V, b = p(4), p(4, 2), p()
    s = b + dot(w, x)
    for i in range(4):
        for j in range(i + 1, 4):
            s = s + dot(V[i], V[j]) * x[i] * x[j]
    return (s - y[0]) ** 2


@each(3, 2)
def two_heads(p: Pen, x: Any, y: Any) -> Any:
    W, b = p(4, 3), p(4)
    h = [tanh(dot(w, x) + c) for w, c in zip(W, b, strict=True)]
    r, c = dot(p(4), h) + p(), dot(p(4), h) + p()
    s1, s2 = p(at=0.1), p(at=-0.2)
    return exp(-s1) * (r - y[0]) ** 2 + s1 + exp(-s2) * T.bce_with_logits(c, 0.5 + 0.5 * y[1]) + s2


@each(4)
def vae(p: Pen, x: Any) -> Any:
    E, M, S, D = p(3, 4), p(2, 3), p(2, 3), p(4, 2)
    h = [tanh(dot(w, x)) for w in E]
    mu, ls = [dot(w, h) for w in M], [dot(w, h) for w in S]
    eps = [0.3, -0.7]
    z = [m + exp(0.5 * s) * e for m, s, e in zip(mu, ls, eps, strict=True)]
    rec = sum((dot(w, z) - a) ** 2 for w, a in zip(D, x, strict=True))
    klz = -0.5 * sum(1 + s - m**2 - exp(s) for m, s in zip(mu, ls, strict=True))
    return rec + 0.1 * klz


@each(4)
def rbm_free_energy(p: Pen, x: Any) -> Any:
    W, b, c = p(3, 4), p(4), p(3)
    return -dot(b, x) - sum(T.softplus(dot(w, x) + d) for w, d in zip(W, c, strict=True))


@each(2, 1)
def gaussian_mixture(p: Pen, x: Any, y: Any) -> Any:
    W, M, S = p(3, 2), p(3, 2), p(3)
    lw = T.log_softmax([dot(w, x) for w in W])
    comp = []
    for k in range(3):
        comp.append(lw[k] - S[k] - 0.5 * ((y[0] - dot(M[k], x)) / exp(S[k])) ** 2)
    return -logsumexp(comp)
