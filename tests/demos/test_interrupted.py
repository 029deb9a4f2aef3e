"""Ctrl-C in a demo or in the course: it ends, exit status 130, and gives no verdict.

A real SIGINT, in a process of its own, in the midst of a training.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # where it was started in the background
from tinygrad_fr import cli
from tinygrad_fr.demos import course, {demo}
from tinygrad_fr.nn.optim import {descent}
course.demos = lambda: iter([{demo}])
step, steps = {descent}.step, 0
def interrupted(self):
    global steps
    steps += 1
    if steps == 40:
        os.kill(os.getpid(), signal.SIGINT)
    step(self)
{descent}.step = interrupted
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("command", ["demo", "course"])
@pytest.mark.parametrize(
    ("demo", "descent"), [("minibatch", "SGD"), ("regularisation", "Adam"), ("separation", "Adam")]
)
def test_an_interrupted_demo_gives_no_verdict(
    command: str, demo: str, descent: str, tmp_path: Path
) -> None:
    words = [command, *([demo] if command == "demo" else []), "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(demo=demo, descent=descent), *words, "--lang", "en"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
    )
    assert done.returncode == 130, done.stderr
    assert "right" not in done.stdout and "WRONG" not in done.stdout
    assert done.stderr == "tinygrad-fr: interrupted\n"
    assert not list((tmp_path / "out").glob("index.*")), "no page of verdicts"
