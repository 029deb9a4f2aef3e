"""Costs: of pairs, of ranks, of counts, of classes, with weights and margins."""

from __future__ import annotations

from typing import Any

import tinygrad_fr as T
from tests.program.strangers.pen import Pen, each, whole
from tinygrad_fr import (
    dot,
    exp,
    log,
    logsumexp,
    maximum,
    minimum,
    relu,
    sigmoid,
    softmax,
    sqrt,
    tanh,
)
from tinygrad_fr.engine import Value


@each(3, 3, 1)
def siamese(p: Pen, a: Any, b: Any, y: Any) -> Any:
    W, c = p(4, 3), p(4)

    def net(x: Any) -> Any:
        return [
            tanh(sum(w * u for w, u in zip(row, x, strict=True)) + bb)
            for row, bb in zip(W, c, strict=False)
        ]

    u, v = net(a), net(b)
    d2 = sum((i - j) ** 2 for i, j in zip(u, v, strict=True))
    d = sqrt(d2 + 1e-6)
    return y[0] * d2 + (1 - y[0]) * maximum(0, 1.0 - d) ** 2


@each(3, 3, 3)
def triplet(p: Pen, a: Any, b: Any, c: Any) -> Any:
    W = p(2, 3)

    def net(x: Any) -> Any:
        return [dot(row, x) for row in W]

    A, P_, N = net(a), net(b), net(c)
    dp = sum((i - j) ** 2 for i, j in zip(A, P_, strict=True))
    dn = sum((i - j) ** 2 for i, j in zip(A, N, strict=True))
    return relu(dp - dn + 0.2)


@each(3, 3, 1)
def cosine_siamese(p: Pen, a: Any, b: Any, y: Any) -> Any:
    W = p(4, 3)

    def net(x: Any) -> Any:
        return [dot(r, x) for r in W]

    u, v = net(a), net(b)

    def n(q: Any) -> Any:
        return sqrt(sum(i * i for i in q) + 1e-9)

    c = sum(i * j for i, j in zip(u, v, strict=True)) / (n(u) * n(v))
    return (c - y[0]) ** 2


@each(3, 1, low=0.05)
def focal(p: Pen, x: Any, y: Any) -> Any:
    w, b = p(3), p()
    q = sigmoid(dot(w, x) + b)
    t = y[0]
    return -(t * (1 - q) ** 2 * log(q) + (1 - t) * q**2 * log(1 - q))


@each(3, 1)
def huber_by_hand(p: Pen, x: Any, y: Any) -> Any:
    e = dot(p(3), x) + p() - y[0]
    a = abs(e)
    q = minimum(a, 0.5)
    return 0.5 * q * q + 0.5 * (a - q)


@each(3, 1)
def quantile(p: Pen, x: Any, y: Any) -> Any:
    W, b = p(3, 3), p(3)
    L = 0
    for tau, w, c in zip((0.1, 0.5, 0.9), W, b, strict=True):
        e = y[0] - (dot(w, x) + c)
        L = L + maximum(tau * e, (tau - 1) * e)
    return L


@each(3, 3, low=0.05)
def kl(p: Pen, x: Any, y: Any) -> Any:
    z = [dot(w, x) for w in p(3, 3)]
    lq = T.log_softmax(z)
    return sum(t * (log(t) - l) for t, l in zip(y, lq, strict=True))


@each(3, 3)
def label_smoothing(p: Pen, x: Any, y: Any) -> Any:
    z = [dot(w, x) + b for w, b in zip(p(3, 3), p(3), strict=True)]
    eps = 0.1
    lp = [a - logsumexp(z) for a in z]
    return -sum(((1 - eps) * t + eps / 3) * l for t, l in zip(y, lp, strict=True))


@each(3, 1)
def elastic_net(p: Pen, x: Any, y: Any) -> Any:
    w, b = p(3, label="w"), p(label="b")
    L = (dot(w, x) + b - y[0]) ** 2
    return L + 0.01 * (0.5 * sum(abs(a) for a in w) + 0.25 * sum(a**2 for a in w))


@each(2, 2)
def gan_discriminator(p: Pen, x: Any, z: Any) -> Any:
    G, g0 = p(2, 2), p(2)
    fake = [dot(w, z) + b for w, b in zip(G, g0, strict=True)]
    D, d0, v, v0 = p(3, 2), p(3), p(3), p()

    def disc(a: Any) -> Any:
        return dot(v, [T.leaky_relu(dot(w, a) + b, 0.2) for w, b in zip(D, d0, strict=True)]) + v0

    return T.softplus(-disc(x)) + T.softplus(disc(fake))


@whole
def weighted_logistic(p: Pen, r: Any) -> Any:
    w, b = p(3), p()
    cw = {0: 1.0, 1: 4.0}
    L = Value(0.0)
    for _ in range(10):
        x = [r.gauss(0, 1) for _ in range(3)]
        y = r.randrange(2)
        q = 1 / (1 + exp(-(sum(a * c for a, c in zip(w, x, strict=True)) + b)))
        L += -cw[y] * (y * log(q) + (1 - y) * log(1 - q))
    return L / 10


@each(3, 1, low=0.05)
def poisson(p: Pen, x: Any, y: Any) -> Any:
    eta = sum(w * a for w, a in zip(p(3, label="w"), x, strict=True)) + p(label="b")
    return exp(eta) - y[0] * eta


@whole
def cox(p: Pen, r: Any) -> Any:
    w = p(3)
    rows = sorted(
        ([r.random(), r.random() < 0.7, [r.gauss(0, 1) for _ in range(3)]] for _ in range(8)),
        key=lambda t: t[0],
    )
    s = [dot(w, x) for _, _, x in rows]
    L = 0
    for i, (_t, died, _x) in enumerate(rows):
        if died:
            L += log(sum(exp(s[j]) for j in range(i, 8))) - s[i]
    return L


@whole
def ranking(p: Pen, r: Any) -> Any:
    w = p(3)
    xs = [[r.gauss(0, 1) for _ in range(3)] for _ in range(6)]
    s = [tanh(dot(w, x)) for x in xs]
    return sum(log(1 + exp(-(s[i] - s[j]))) for i in range(6) for j in range(i + 1, 6)) / 15


@whole
def info_nce(p: Pen, r: Any) -> Any:
    W = p(3, 4)
    A = [[r.gauss(0, 1) for _ in range(4)] for _ in range(5)]
    B = [[a + r.gauss(0, 0.1) for a in row] for row in A]

    def f(x: Any) -> Any:
        return [dot(w, x) for w in W]

    za, zb = list(map(f, A)), list(map(f, B))
    L = 0
    for i in range(5):
        L += T.cross_entropy([dot(za[i], zb[j]) / 0.5 for j in range(5)], i)
    return L / 5


@each(3, 1)
def svm_l2(p: Pen, x: Any, y: Any) -> Any:
    w, b = p(3, label="w"), p(label="b")
    m = 1 - y[0] * (dot(w, x) + b)
    return 0.5 * dot(w, w) + 10 * relu(m) ** 2


@each(3, 1)
def student_t(p: Pen, x: Any, y: Any) -> Any:
    e = y[0] - dot(p(3), x)
    nu = exp(p()) + 2
    return 0.5 * (nu + 1) * log(1 + e * e / nu)


@whole
def q_learning(p: Pen, r: Any) -> Any:
    W, b = p(2, 3), p(2)
    L = 0
    for _ in range(6):
        s, s2 = [r.gauss(0, 1) for _ in range(3)], [r.gauss(0, 1) for _ in range(3)]
        a, rew = r.randrange(2), r.gauss(0, 1)
        q = [dot(w, s) + c for w, c in zip(W, b, strict=True)]
        nxt = [dot(w, s2) + c for w, c in zip(W, b, strict=True)]
        L += (q[a] - rew - 0.9 * maximum(nxt[0], nxt[1])) ** 2
    return L / 6


@whole
def policy_gradient(p: Pen, r: Any) -> Any:
    W = p(2, 3)
    L = Value(0.0)
    for _ in range(6):
        s, a, adv = [r.gauss(0, 1) for _ in range(3)], r.randrange(2), r.gauss(0, 1)
        pr = softmax([dot(w, s) for w in W])
        L -= adv * log(pr[a])
        L += 0.01 * sum(q * log(q) for q in pr)
    return L / 6
