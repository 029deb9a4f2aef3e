"""The usual NumPy lab, two layers on a batch, as a student hands it in: one line is wrong.

`tinygrad-fr check lab.py` says which, and how.
"""

import numpy as np

rng = np.random.default_rng(1)
X, Y = rng.normal(size=(5, 2)), rng.integers(0, 2, size=(5, 1))
W1, b1 = rng.normal(size=(3, 2)), np.zeros((1, 3))
W2, b2 = rng.normal(size=(1, 3)), np.zeros((1, 1))


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def forward(W1, b1, W2, b2, X):
    A1 = np.tanh(X @ W1.T + b1)
    return A1, sigmoid(A1 @ W2.T + b2)


def loss(W1, b1, W2, b2, X, Y):
    _, A2 = forward(W1, b1, W2, b2, X)
    return -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


def gradient(W1, b1, W2, b2, X, Y):
    m = len(X)
    A1, A2 = forward(W1, b1, W2, b2, X)
    D2 = (A2 - Y) / m
    D1 = (D2 @ W2) * A1 * (1 - A1)
    return D1.T @ X, D1.sum(axis=0, keepdims=True), D2.T @ A1, D2.sum(axis=0, keepdims=True)
