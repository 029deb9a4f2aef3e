"""One neuron, a sigmoid and the squared error: the loss, and its gradient derived by hand.

Checked by `tinygrad-fr check td3.py`; it is also the key of the class in answers.csv.
"""

from tinygrad_fr import sigmoid

x, y = 1.5, 1.0


def loss(w=0.5, b=0.1):
    return (sigmoid(w * x + b) - y) ** 2


def gradient(w, b):
    a = sigmoid(w * x + b)
    delta = 2 * (a - y) * a * (1 - a)
    return {"w": delta * x, "b": delta}
