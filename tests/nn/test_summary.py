"""Build a graph: the table of a network counts, and speaks both languages."""

from __future__ import annotations

from tinygrad_fr.nn import MLP
from tinygrad_fr.words import use


def test_the_summary_counts() -> None:
    model = MLP(2, [6, 4, 1], activation="tanh", output="sigmoid", seed=0, dropout=0.5)
    table = model.summary()
    assert table.parameters == len(model.parameters()) == 51
    with use("en"):
        text = str(table)
    for words in ("layer", "2 → 6", "tanh, dropout 0.5", "sigmoid", "28", "51"):
        assert words in text, words
    with use("fr"):
        text = str(model.summary())
    for words in ("couche", "forme", "fonction de transfert", "dropout 0,5", "paramètres"):
        assert words in text, words
