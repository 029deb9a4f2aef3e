"""Another walk, in this thread only."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tinygrad_fr.bend import sweeping
from tinygrad_fr.engine import Value
from tinygrad_fr.places import scope
from tinygrad_fr.walk import sweep


def test_sweeping_bends_one_thread_only() -> None:
    seen: dict[str, float] = {}
    ready, go = threading.Event(), threading.Event()

    def bent() -> None:
        def double(nodes: Any) -> None:
            nodes[-1].grad = 2
            sweep(nodes)

        with sweeping(double):
            x = Value(3.0)
            ready.set()
            go.wait(10)
            (x * x).backward()
            seen["bent"] = x.grad

    thread = threading.Thread(target=bent)
    thread.start()
    assert ready.wait(10)
    y = Value(3.0)
    (y * y).backward()
    go.set()
    thread.join()
    assert seen == {"bent": 12.0} and y.grad == 6.0
    with pytest.raises(RuntimeError), sweeping(lambda nodes: None):
        raise RuntimeError
    z = Value(1.0)
    (z * 2).backward()
    assert z.grad == 2.0


def test_each_thread_has_its_own_graph_scope_and_sweep() -> None:
    results: dict[int, tuple[float, Any, bool]] = {}

    def work(n: int) -> None:
        walked = []
        with scope("thread", n):
            x = Value(float(n))
            y = x
            for _ in range(2000):
                y = y * 1.0 + x
        if n % 2:
            with sweeping(lambda nodes: (walked.append(len(nodes)), sweep(nodes))[1]):
                y.backward()
        else:
            y.backward()
        results[n] = (x.grad, y.scope, bool(walked))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == {n: (2001.0, (("thread", n),), bool(n % 2)) for n in range(6)}
