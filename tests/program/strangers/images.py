"""Nets: windows that slide, pools, layers that norm, gates, what is added to itself."""

from __future__ import annotations

import functools
from typing import Any

from tests.program.strangers.pen import Pen, each, whole
from tinygrad_fr import dot, exp, log, maximum, relu, sigmoid, softmax, sqrt, tanh
from tinygrad_fr.engine import Value


@each(8, 1)
def conv1d_stride_pool(p: Pen, x: Any, y: Any) -> Any:
    k, b = p(2, 3), p(2)
    x = [0.0] + x + [0.0]
    out = []
    for c in range(2):
        row = []
        for i in range(0, len(x) - 2, 1):
            s = b[c]
            for j in range(3):
                s = s + k[c][j] * x[i + j]
            row.append(relu(s))
        out.append([maximum(row[2 * i], row[2 * i + 1]) for i in range(len(row) // 2)])
    w, c = p(2, 4), p()
    z = c
    for ch in range(2):
        for i in range(4):
            z = z + w[ch][i] * out[ch][i]
    return (z - y[0]) ** 2


@each(16, 3)
def conv2d(p: Pen, x: Any, y: Any) -> Any:
    img = [[x[4 * i + j] for j in range(4)] for i in range(4)]
    K, b = p(2, 2, 2), p(2)
    maps = []
    for c in range(2):
        m = []
        for i in range(3):
            line = []
            for j in range(3):
                s = 0
                for u in range(2):
                    for v in range(2):
                        s += K[c][u][v] * img[i + u][j + v]
                line.append((s + b[c]).relu())
            m.append(line)
        maps.append(m)
    flat = [v for m in maps for line in m for v in line]
    W, d = p(3, 18), p(3)
    z = [
        sum(w * a for w, a in zip(row, flat, strict=True)) + bb
        for row, bb in zip(W, d, strict=False)
    ]
    probs = softmax(z)
    return -sum(t * log(q) for t, q in zip(y, probs, strict=True))


@each(25, 1)
def conv2d_pad_meanpool(p: Pen, x: Any, y: Any) -> Any:
    K = p(3, 3)

    def at(i: Any, j: Any) -> Any:
        return x[5 * i + j] if 0 <= i < 5 and 0 <= j < 5 else 0.0

    out = [
        [
            tanh(sum(K[u][v] * at(i + u - 1, j + v - 1) for u in range(3) for v in range(3)))
            for j in range(0, 5, 2)
        ]
        for i in range(0, 5, 2)
    ]
    m = sum(sum(r) for r in out) / 9
    return (m * p() + p() - y[0]) ** 2


@each(16, 1)
def maxpool2d(p: Pen, x: Any, y: Any) -> Any:
    w = p(4)
    s = p()
    k = 0
    for i in range(0, 4, 2):
        for j in range(0, 4, 2):
            m = functools.reduce(
                maximum, [x[4 * (i + a) + j + b] for a in range(2) for b in range(2)]
            )
            s = s + w[k] * m
            k += 1
    return (s - y[0]) ** 2


@each(4, 1)
def layernorm(p: Pen, x: Any, y: Any) -> Any:
    W, b = p(4, 4), p(4)
    h = [dot(w, x) + c for w, c in zip(W, b, strict=True)]
    mu = sum(h) / 4
    var = sum((a - mu) ** 2 for a in h) / 4
    g, be = p(4), p(4)
    h = [gg * (a - mu) / sqrt(var + 1e-5) + bb for a, gg, bb in zip(h, g, be, strict=True)]
    v = p(4)
    return (sum(a * tanh(c) for a, c in zip(v, h, strict=True)) - y[0]) ** 2


@whole
def batchnorm(p: Pen, r: Any) -> Any:
    X = [[r.uniform(-1, 1) for _ in range(3)] for _ in range(6)]
    Y = [r.uniform(-1, 1) for _ in range(6)]
    W = p(4, 3)
    g, be = p(4), p(4)
    v = p(4)
    H = [[dot(w, x) for w in W] for x in X]
    m = [sum(H[i][j] for i in range(6)) / 6 for j in range(4)]
    s = [sum((H[i][j] - m[j]) ** 2 for i in range(6)) / 6 for j in range(4)]
    H = [
        [relu(g[j] * (H[i][j] - m[j]) / (s[j] + 1e-3) ** 0.5 + be[j]) for j in range(4)]
        for i in range(6)
    ]
    return sum((dot(v, H[i]) - Y[i]) ** 2 for i in range(6)) / 6


@each(3, 1)
def fixed_dropout(p: Pen, x: Any, y: Any) -> Any:
    mask = [1, 0, 1, 1, 0]
    h = [relu(dot(w, x) + b) * m / 0.6 for w, b, m in zip(p(5, 3), p(5), mask, strict=True)]
    return (dot(p(5), h) - y[0]) ** 2


@each(3, 1)
def residual_net(p: Pen, x: Any, y: Any) -> Any:
    h = x
    for _ in range(4):
        W, b = p(3, 3), p(3)
        h = [a + 0.5 * tanh(dot(w, h) + c) for a, w, c in zip(h, W, b, strict=True)]
    return (dot(p(3), h) + p() - y[0]) ** 2


@each(2, 1)
def highway(p: Pen, x: Any, y: Any) -> Any:
    h = x
    for _ in range(2):
        H, Tt, bh, bt = p(2, 2), p(2, 2), p(2), p(2)
        t = [sigmoid(dot(w, h) + b) for w, b in zip(Tt, bt, strict=True)]
        g = [relu(dot(w, h) + b) for w, b in zip(H, bh, strict=True)]
        h = [a * c + (1 - a) * d for a, c, d in zip(t, g, h, strict=True)]
    return (sum(h) - y[0]) ** 2


@each(2, 1)
def maxout(p: Pen, x: Any, y: Any) -> Any:
    out = Value(0.0)
    for _ in range(3):
        pieces = [dot(w, x) + b for w, b in zip(p(3, 2), p(3), strict=True)]
        m = pieces[0]
        for q in pieces[1:]:
            m = maximum(m, q)
        out = out + m * p()
    return (out - y[0]) ** 2


@each(2, 1)
def swish_hand(p: Pen, x: Any, y: Any) -> Any:
    h = []
    for w, b, beta in zip(p(4, 2), p(4), p(4), strict=True):
        z = w[0] * x[0] + w[1] * x[1] + b
        h.append(z / (1 + exp(-beta * z)))
    return (dot(p(4), h) - y[0]) ** 2


@whole
def graph_net(p: Pen, r: Any) -> Any:
    adj = {0: [1, 2], 1: [0, 2], 2: [0, 1, 3], 3: [2]}
    X = [[r.gauss(0, 1) for _ in range(2)] for _ in range(4)]
    for _ in range(2):
        W, B = p(2, 2), p(2, 2)
        X = [
            [
                relu(
                    sum(W[o][k] * sum(X[j][k] for j in adj[i]) / len(adj[i]) for k in range(2))
                    + dot(B[o], X[i])
                )
                for o in range(2)
            ]
            for i in range(4)
        ]
    w = p(2)
    return sum((dot(w, X[i]) - t) ** 2 for i, t in enumerate([0, 1, 1, 0])) / 4
