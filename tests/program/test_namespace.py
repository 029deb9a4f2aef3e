"""The same program on other libraries' arrays: the numbers of NumPy, and theirs to keep."""

from __future__ import annotations

import importlib
import random
from typing import Any

import numpy as np
import pytest

from tests.program.nets import drawn
from tests.program.test_program import two_three_two
from tinygrad_fr import to_numpy, use
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import erf, logsumexp
from tinygrad_fr.program.namespace import Namespace, on
from tinygrad_fr.program.program import Program

NAMES = ["numpy", "torch", "dask.array", "jax.numpy"]


@pytest.fixture(params=NAMES)
def xp(request: pytest.FixtureRequest) -> Any:
    found = pytest.importorskip(request.param)
    if request.param == "jax.numpy":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    return found


def elsewhere(program: Program, xp: Any) -> Program:
    program.xp = xp
    return program


def assert_same(found: Any, truth: Any) -> None:
    assert found[0] == pytest.approx(truth[0], rel=1e-12)
    for name, g in truth[1].items():
        np.testing.assert_allclose(np.asarray(found[1][name]), g, rtol=1e-9, atol=1e-12)


def test_the_golden_program_on_their_arrays(xp: Any) -> None:
    r = np.random.default_rng(1)
    X, Y = r.normal(size=(9, 2)), r.random((9, 2))
    program = two_three_two()[1]
    truth = program(X, Y)
    found = elsewhere(program, xp)(xp.asarray(X), xp.asarray(Y))
    assert_same(found, truth)
    assert xp is np or not isinstance(found[1]["W1"], np.ndarray)
    assert_same(program(X.tolist(), Y.tolist()), truth)  # lists are made their arrays


def test_random_costs_on_their_arrays(xp: Any) -> None:
    compared = 0
    for seed in range(40):
        net, r = drawn(seed), random.Random(seed)
        data = [np.random.default_rng(seed).normal(size=(5, n)) for n in net.widths]
        parameters = [Value(r.uniform(-1, 1)) for _ in range(net.parameters)]
        inputs = [[Value(0.3) for _ in range(n)] for n in net.widths]
        program = to_numpy(net.cost(inputs, list(parameters)), inputs, parameters)
        truth = program(*data)
        try:
            found = elsewhere(program, xp)(*map(xp.asarray, data))
        except TypeError as missing:
            assert "has no function" in str(missing) or "pas de fonction" in str(missing)
            continue
        assert_same(found, truth)
        compared += 1
    assert compared >= 30


def test_dask_s_gradients_are_lazy_and_their_rows_lie_apart() -> None:
    da = pytest.importorskip("dask.array")
    r = np.random.default_rng(1)
    X, Y = r.normal(size=(900, 2)), r.random((900, 2))
    program = two_three_two()[1]
    truth = program(X, Y)
    rows = [da.from_array(table, chunks=(300, 2)) for table in (X, Y)]
    value, gradients = elsewhere(program, da)(*rows)
    assert all(hasattr(g, "compute") for g in gradients.values())
    assert_same((value, {n: g.compute() for n, g in gradients.items()}), truth)


class Poor:
    """A library without most of NumPy's functions."""

    __name__ = "poor"
    asarray, float64 = staticmethod(np.asarray), np.float64


def test_a_function_that_is_not_there_is_named() -> None:
    w, x = Value(0.5), Value(1.0)
    program = to_numpy(erf(w * x), [[x]], [w], xp=Poor())
    with use("en"), pytest.raises(TypeError, match="poor has no function erf"):
        program([[1.0]])


def test_what_is_no_library_is_refused() -> None:
    w, x = Value(0.5), Value(1.0)
    for wrong in ("torch", 3):
        with use("en"), pytest.raises(TypeError, match="which has no asarray; give the module"):
            to_numpy(w * x, [[x]], [w], xp=wrong)([[1.0]])


def test_log_sum_exp_takes_the_greatest_out_first() -> None:
    w = [Value(0.1 * k) for k in range(3)]
    x = Value(1.0)
    L = logsumexp([a * x for a in w])
    program = to_numpy(L, [[x]], w, xp=np)
    assert program([[5000.0]])[0] == pytest.approx(1000.0)


def test_numbers_become_arrays_where_functions_ask_for_them() -> None:
    page = Namespace({"m": 1}, np, np.dtype("f4"))
    assert page.array(2).dtype == np.float32 and page.array("x") == "x"
    space, dtype = on(np, {"W": np.zeros(2), "m": 3, "I": np.arange(2)})
    assert isinstance(space["m"], int) and space["I"].dtype.kind == "i" and dtype == np.float64


class Theirs(np.ndarray):
    """An array of another library."""


class Narrow:
    """A library whose arrays do not mix dtypes by themselves."""

    __name__ = "narrow"

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


@pytest.mark.parametrize(
    ("x", "y", "dtype"),
    [("f4", "f4", "f4"), ("f4", "i8", "f4"), ("i8", "i4", "f8"), ("f4", "f8", "f8")],
)
def test_all_is_computed_in_the_dtype_of_the_data(x: str, y: str, dtype: str) -> None:
    space = {"W": np.ones((2, 3)), "m": 2, "I1": np.arange(2)}
    space |= {"X": np.ones((2, 3), x).view(Theirs), "Y": np.ones((2, 1), y).view(Theirs)}
    found, common = on(Narrow(), space)
    assert common == np.dtype(dtype) and found["I1"].dtype.kind == "i" and found["m"] == 2
    assert {found[name].dtype for name in "WXY"} == {np.dtype(dtype)}


def test_data_of_single_precision_give_their_gradients(xp: Any) -> None:
    r = np.random.default_rng(1)
    X, Y = r.normal(size=(9, 2)).astype("f4"), np.eye(2, dtype="i8")[r.integers(0, 2, 9)]
    program = two_three_two()[1]
    truth = program(X, Y)
    value, gradients = elsewhere(program, xp)(xp.asarray(X), xp.asarray(Y))
    assert value == pytest.approx(truth[0], rel=1e-5)
    for name, g in gradients.items():
        assert xp is np or "float32" in str(g.dtype)
        np.testing.assert_allclose(np.asarray(g), truth[1][name], rtol=1e-4, atol=1e-6)
