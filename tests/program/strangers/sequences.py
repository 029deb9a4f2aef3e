"""In time: recurrent cells, attention, filters, chains of states, trees."""

from __future__ import annotations

import math
from typing import Any

import tinygrad_fr as T
from tests.program.strangers.pen import Pen, each, whole
from tinygrad_fr import dot, exp, log, logsumexp, sigmoid, softmax, tanh
from tinygrad_fr.engine import Value


def gru_cell(W: Any, U: Any, b: Any, h: Any, x: Any) -> Any:
    n = len(h)
    z = [sigmoid(dot(W[0][i], x) + dot(U[0][i], h) + b[0][i]) for i in range(n)]
    r = [sigmoid(dot(W[1][i], x) + dot(U[1][i], h) + b[1][i]) for i in range(n)]
    rh = [a * c for a, c in zip(r, h, strict=True)]
    c = [tanh(dot(W[2][i], x) + dot(U[2][i], rh) + b[2][i]) for i in range(n)]
    return [(1 - z[i]) * h[i] + z[i] * c[i] for i in range(n)]


@each(6, 1)
def gru(p: Pen, x: Any, y: Any) -> Any:
    W, U, b = p(3, 3, 2), p(3, 3, 3), p(3, 3)
    h = [Value(0.0) for _ in range(3)]
    for t in range(3):
        h = gru_cell(W, U, b, h, x[2 * t : 2 * t + 2])
    v = p(3)
    return (dot(v, h) - y[0]) ** 2


@each(6, 1)
def lstm(p: Pen, x: Any, y: Any) -> Any:
    n = 2
    Wf, Wi, Wo, Wc = (
        p(n, n + 2, label="F"),
        p(n, n + 2, label="I"),
        p(n, n + 2, label="O"),
        p(n, n + 2, label="C"),
    )
    bf, bi, bo, bc = p(n), p(n), p(n), p(n)
    h, c = [0.0] * n, [0.0] * n
    for t in range(3):
        hx = h + x[2 * t : 2 * t + 2]
        f = [sigmoid(sum((w * a for w, a in zip(Wf[i], hx, strict=True)), bf[i])) for i in range(n)]
        i_ = [
            sigmoid(sum((w * a for w, a in zip(Wi[i], hx, strict=True)), bi[i])) for i in range(n)
        ]
        o = [sigmoid(sum((w * a for w, a in zip(Wo[i], hx, strict=True)), bo[i])) for i in range(n)]
        g = [tanh(sum((w * a for w, a in zip(Wc[i], hx, strict=True)), bc[i])) for i in range(n)]
        c = [f[i] * c[i] + i_[i] * g[i] for i in range(n)]
        h = [o[i] * tanh(c[i]) for i in range(n)]
    return (h[0] + h[1] - y[0]) ** 2


@each(6, 2)
def attention(p: Pen, x: Any, y: Any) -> Any:
    toks = [x[0:2], x[2:4], x[4:6]]
    Q, K, V = p(2, 2, label="q"), p(2, 2, label="k"), p(2, 2, label="v")

    def lin(M: Any, t: Any) -> Any:
        return [dot(r, t) for r in M]

    q, k, v = ([lin(M, t) for t in toks] for M in (Q, K, V))
    out = []
    for i in range(3):
        s = softmax([dot(q[i], k[j]) / math.sqrt(2) for j in range(3)])
        out.append([sum(s[j] * v[j][d] for j in range(3)) for d in range(2)])
    mean = [sum(o[d] for o in out) / 3 for d in range(2)]
    return sum((a - b) ** 2 for a, b in zip(mean, y, strict=True))


@each(6, 2)
def causal_attention(p: Pen, x: Any, y: Any) -> Any:
    toks = [x[0:2], x[2:4], x[4:6]]
    Q, K, V = p(2, 2), p(2, 2), p(2, 2)

    def lin(M: Any, t: Any) -> Any:
        return [sum(a * b for a, b in zip(r, t, strict=True)) for r in M]

    loss = 0
    for i in range(3):
        qi = lin(Q, toks[i])
        e = [
            exp(sum(a * b for a, b in zip(qi, lin(K, toks[j]), strict=True))) for j in range(i + 1)
        ]
        tot = sum(e)
        for d in range(2):
            loss += (sum(e[j] * lin(V, toks[j])[d] for j in range(i + 1)) / tot - y[d]) ** 2
    return loss


@whole
def embedding(p: Pen, r: Any) -> Any:
    E = p(5, 3, label="E")
    W = p(4, 6)
    b = p(4)
    pairs = [(r.randrange(5), r.randrange(5), r.randrange(4)) for _ in range(12)]
    L = 0
    for i, j, k in pairs:
        h = [tanh(a) for a in E[i] + E[j]]
        z = [dot(w, h) + c for w, c in zip(W, b, strict=True)]
        L = L + T.cross_entropy(z, k)
    return L / len(pairs)


@each(5)
def kalman(p: Pen, x: Any) -> Any:
    A, Q, R = p(at=0.9), p(at=0.3), p(at=0.5)
    m, P_ = 0.0, 1.0
    L = 0
    for z in x:
        m, P_ = A * m, A * A * P_ + Q
        S = P_ + R
        K = P_ / S
        L += 0.5 * (log(S) + (z - m) ** 2 / S)
        m, P_ = m + K * (z - m), (1 - K) * P_
    return L


@each(5)
def kalman2(p: Pen, x: Any) -> Any:
    F = p(2, 2)
    H = p(2)
    m = [Value(0.0), Value(0.0)]
    P_ = [[1.0, 0.0], [0.0, 1.0]]
    L = Value(0)
    for z in x:
        m = [F[i][0] * m[0] + F[i][1] * m[1] for i in range(2)]
        FP = [[sum(F[i][k] * P_[k][j] for k in range(2)) for j in range(2)] for i in range(2)]
        P_ = [
            [sum(FP[i][k] * F[j][k] for k in range(2)) + (0.1 if i == j else 0) for j in range(2)]
            for i in range(2)
        ]
        PH = [sum(P_[i][k] * H[k] for k in range(2)) for i in range(2)]
        S = sum(H[i] * PH[i] for i in range(2)) + 0.5
        e = z - (H[0] * m[0] + H[1] * m[1])
        m = [m[i] + PH[i] / S * e for i in range(2)]
        P_ = [[P_[i][j] - PH[i] * PH[j] / S for j in range(2)] for i in range(2)]
        L += e * e / S + log(S)
    return L


@each(12)
def crf(p: Pen, x: Any) -> Any:
    Tm, E = p(3, 3, label="t"), p(3, 3, label="e")
    tags = [0, 2, 1, 1]
    emis = [[dot(E[k], x[3 * t : 3 * t + 3]) for k in range(3)] for t in range(4)]
    al = emis[0]
    for t in range(1, 4):
        al = [logsumexp([al[i] + Tm[i][k] for i in range(3)]) + emis[t][k] for k in range(3)]
    score = emis[0][tags[0]]
    for t in range(1, 4):
        score = score + Tm[tags[t - 1]][tags[t]] + emis[t][tags[t]]
    return logsumexp(al) - score


@whole
def hmm(p: Pen, r: Any) -> Any:
    obs = [r.randrange(3) for _ in range(8)]
    A = [softmax(row) for row in p(2, 2)]
    B = [softmax(row) for row in p(2, 3)]
    pi = softmax(p(2))
    a = [pi[i] * B[i][obs[0]] for i in range(2)]
    for o in obs[1:]:
        a = [sum(a[i] * A[i][j] for i in range(2)) * B[j][o] for j in range(2)]
    return -log(sum(a))


@each(8, 1)
def recursive_tree(p: Pen, x: Any, y: Any) -> Any:
    W, V, b = p(1), p(1), p()

    def tree(a: Any) -> Any:
        if len(a) == 1:
            return a[0]
        m = len(a) // 2
        return tanh(W[0] * tree(a[:m]) + V[0] * tree(a[m:]) + b)

    return (tree(x) - y[0]) ** 2


@each(6)
def deep_ar(p: Pen, x: Any) -> Any:
    a, b, c = p(), p(), p()
    L, h = 0.0, 0.0
    for t in range(5):
        h = tanh(a * h + b * x[t] + c)
        L = L + (h - x[t + 1]) ** 2
    return L / 5
