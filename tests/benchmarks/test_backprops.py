"""Wrong functions in matrices: they are wrong, each says which line it is, each answer is seen."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.backprops import HANDS, Hand, changed, function, judged, made, tagged, told
from tinygrad_fr import check, use


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: hand.name)
def test_every_hand_is_right_and_has_many_ways_to_be_wrong(hand: Hand) -> None:
    program, data = made(hand, 0)
    assert check(program, *data, hand=function(hand.source)).ok
    wrong = list(changed(hand.source))
    assert len(wrong) > 100
    for source, row in wrong[::29]:
        pairs = zip(source.splitlines(), hand.source.splitlines(), strict=True)
        assert [i for i, (a, b) in enumerate(pairs) if a != b] == [row]
        assert tagged(source.splitlines()[row])


@pytest.mark.slow
def test_each_answer_is_seen() -> None:
    hand = HANDS[0]
    row = next(i for i, x in enumerate(hand.source.splitlines()) if x.endswith("# D1"))
    changes = {
        "by its line": "D1 = (D2 @ W2) * A1**2 #",
        "shape or NaN": "D1 = (D2 @ W2) * np.nan #",
        "stopped": "D1 = (D2 @ W1) #",
        "": "D1 = (1 - A1**2) * (D2 @ W2) #",
        "a place": "D1 = (D2 @ W2) * (1 - A1**7) #",
    }
    line = hand.source.splitlines()[row].partition("#")[0].strip()
    for kind, instead in changes.items():
        assert judged(hand, hand.source.replace(line, instead + " "), row, 0) == kind
    program, data = made(hand, 0)
    with use("en"), np.errstate(all="ignore"):
        wrong = hand.source.replace(line, changes["by its line"] + " ")
        report = check(program, *data, hand=function(wrong))
    assert told(report, ["dW1"]) == "as another line" and told(report, ["D*"]) == "by its line"
