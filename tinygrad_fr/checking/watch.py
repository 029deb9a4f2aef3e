"""Check it, in a process of its own: a student's file that never comes back must not hold the program.

Python can be interrupted between two of its own steps only.  Code that stays inside one of them,
`sum(range(10**15))`, holds every thread; only another process can end it.  So the command line runs
the check of a file in a child, whose pulse it feels: a thread there touches a file now and then.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

BEAT = 0.25  # seconds between two beats
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tinygrad_fr.checking.watch import beat; beat(sys.argv[2]); "
    "from tinygrad_fr.cli import main; raise SystemExit(main(sys.argv[3:]))"
)


def beat(path: str) -> None:
    """Touch a file again and again, from a thread that ends with the program."""
    pulse = Path(path)

    def forever() -> None:
        while pulse.exists():
            pulse.touch()
            time.sleep(BEAT)

    threading.Thread(target=forever, daemon=True).start()


def watched(words: Sequence[str], seconds: float) -> int | None:
    """The exit status of this command line run in a child; None if it was ended, its pulse gone."""
    with tempfile.TemporaryDirectory() as folder:
        pulse = Path(folder, "pulse")
        pulse.touch()
        path = json.dumps([str(Path(entry).absolute()) for entry in sys.path])
        child = subprocess.Popen([sys.executable, "-c", START, path, str(pulse), *words])
        try:
            while True:
                try:
                    return child.wait(BEAT)
                except subprocess.TimeoutExpired:
                    if time.time() - pulse.stat().st_mtime > seconds:
                        return None
        except KeyboardInterrupt:  # the child heard it too
            return child.wait()
        finally:
            child.kill()
            child.wait()
