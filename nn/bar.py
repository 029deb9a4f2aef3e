"""Downhill, and one watches: a bar on the terminal that shows the cost."""

from __future__ import annotations

import math
import time
from typing import Any

from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.training import Listener, Training
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import number, say

FIRST, EVERY = 0.2, 0.25  # seconds: until it appears, and between two drawings


class Bar(Listener):
    """Drawn four times a second at most, from 0.2 s on; nothing where stderr is no terminal."""

    def __init__(self, progress: Any, epochs: int) -> None:
        self.wanted, self.epochs = progress, epochs
        self.bar: Any = None
        self.task: Any = None
        self.console: Any = None
        self.next = math.inf

    def begins(self, t: Training) -> None:
        self.next = time.perf_counter() + FIRST

    def stepped(self, t: Training, predictions: list[Any], ys: list[Any]) -> None:
        self.look(t)

    def leapt(self, t: Training, costs: Any, counts: Any, right: int) -> None:
        self.look(t)

    def look(self, t: Training) -> None:
        """Draw it if it is time."""
        if self.next == math.inf:
            return
        self.seen = t.epoch, t.seen / len(t.batches.X), t.cost
        if time.perf_counter() >= self.next:
            if self.bar is None:
                self.appear()
            if self.bar is not None:
                self.draw()
                self.next = time.perf_counter() + EVERY

    def ends(self, t: Training) -> None:
        self.closes(t)
        if self.console is not None:
            line = f"{t.history}{reason(t.history)}"
            self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def closes(self, t: Training) -> None:
        self.next = math.inf
        if self.bar is not None:
            self.draw()
            self.bar.stop()
            self.bar = None

    def appear(self) -> None:
        with unmoved():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = self.wanted if isinstance(self.wanted, Console) else Console(stderr=True)
        if not (self.console.is_terminal or self.console.is_jupyter):
            self.console, self.next = None, math.inf
            return
        # drawn by hand, not by rich's own thread, which would draw ten times a second
        self.bar = Progress(
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=self.console,
            auto_refresh=False,
        )
        self.task = self.bar.add_task("", total=self.epochs, told="")
        self.bar.start()

    def draw(self) -> None:
        (epoch, share, cost), epochs = self.seen, self.epochs
        told = say(
            fr=f"époque {epoch}/{epochs}, coût {number(cost)}",
            en=f"epoch {epoch}/{epochs}, cost {number(cost)}",
        )
        self.bar.update(self.task, completed=epoch - 1 + share, told=told)
        self.bar.refresh()


def reason(history: History) -> str:
    """Why it ended, if it ended early, and which weights are left, if not the last."""
    why = {
        "": "",
        "patience": say(fr=" ; le coût ne baissait plus", en="; the cost had stopped falling"),
        "callback": say(fr=" ; un callback l’a arrêté", en="; a callback stopped it"),
        "interrupted": say(fr=" ; interrompu", en="; interrupted"),
    }[history.stopped]
    if history.best_epoch != len(history.loss):
        best = history.best_epoch
        why += say(
            fr=f" ; poids gardés : ceux de l’époque {best}",
            en=f"; weights kept: those of epoch {best}",
        )
    return why
