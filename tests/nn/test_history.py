"""What a training leaves behind, said and drawn; and what carries it out at Ctrl-C."""

from __future__ import annotations

import pytest

from tests.nn.small import a_model, quietly
from tinygrad_fr.nn import History, Interrupted
from tinygrad_fr.words import use


def test_history_is_said_and_drawn() -> None:
    history = quietly(a_model(), epochs=2, validation=0.2)
    with use("en"):
        assert str(history).startswith("2 epochs, cost 0.")
        assert "validation accuracy" in repr(history)
    with use("fr"):
        assert str(history).startswith("2 époques, coût 0,") and str(history).endswith("\u202f%")
    assert list(history.curves()) == [
        "loss",
        "accuracy",
        "validation_loss",
        "validation_accuracy",
        "learning_rate",
    ]
    assert {len(v) for v in history.curves().values()} == {2}
    assert len(history.plot()) == 2


def test_every_number_is_said_as_what_it_is() -> None:
    told = History(
        loss=[3.0, 0.25],
        accuracy=[0.5, 0.75],
        validation_loss=[4.0, 2.0],
        validation_accuracy=[0.0, 0.125],
    )
    with use("en"):
        assert str(told) == (
            "2 epochs, cost 0.25, accuracy 75%, validation cost 2, validation accuracy 12.5%"
        )
        assert str(History()) == "0 epochs" and str(History(loss=[0.5])) == "1 epoch, cost 0.5"
    with use("fr"):
        assert str(History()) == "0 époques" and str(History(loss=[0.5])) == "1 époque, coût 0,5"


def test_what_an_unfinished_epoch_wrote_is_forgotten() -> None:
    told = History(loss=[1.0, 0.5], accuracy=[0.5, 0.75, 1.0], learning_rate=[0.1, 0.1, 0.1])
    told.cut()
    assert told.curves() == {
        "loss": [1.0, 0.5],
        "accuracy": [0.5, 0.75],
        "validation_loss": [],
        "validation_accuracy": [],
        "learning_rate": [0.1, 0.1],
    }


def test_interrupted_is_a_ctrl_c_and_no_error_of_the_program() -> None:
    history = History(loss=[0.5])
    with use("fr"):
        assert "ses poids de l’époque 0\u202f; pour continuer" in str(Interrupted(history))
    with use("en"):
        stop = Interrupted(history)
    assert isinstance(stop, KeyboardInterrupt) and not isinstance(stop, Exception)
    assert stop.history is history and str(stop) == (
        "1 epoch, cost 0.5, then Ctrl-C. The model has its weights of epoch 0; "
        "to go on with them: except Interrupted"
    )
    with pytest.raises(KeyboardInterrupt):
        raise stop
