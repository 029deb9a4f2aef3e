"""Check it: σ is known however it is written."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.typed import check_expression


@pytest.mark.parametrize("sigma", ["1/(1 + exp(-(w*x + b)))", "1/(exp(-(w*x + b)) + 1)"])
def test_a_sigmoid_is_known_however_it_is_written(sigma: str) -> None:
    """The derivative of the transfer function is missing, and said to be."""
    values = {"w": 0.5, "x": 1.5, "b": 0.1, "y": 1.0}
    formulas = {"w": "2*(a - y)*x", "b": "2*(a - y)"}
    report, *_ = check_expression(f"({sigma} - y)**2", values, formulas, where={"a": sigma})
    assert report.diagnosis is not None and report.diagnosis.keys == ("M9",)
    right = {"w": "2*(a - y)*a*(1 - a)*x", "b": "2*(a - y)*a*(1 - a)"}
    report, *_ = check_expression(f"({sigma} - y)**2", values, right, where={"a": sigma})
    assert report.ok
