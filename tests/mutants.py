"""Every check is shown to fail: faults planted one at a time in a copy, and which tests see them.

    python -m tests.mutants                 all of tests/faults.txt, on every core (`make mutants`)
    python -m tests.mutants red-is-blue …   these only
    python -m tests.mutants --slice 5       five of them, evenly spread (CI)

Each fault runs the tests it names, stopped at the first red.  The status is 1 if a fault survives
that does not say why it may.
"""

from __future__ import annotations

import argparse
import ast
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.house import ROOT

SECONDS = 300  # a fault that makes a test hang is seen too; all the tests together have longer


class Fault(NamedTuple):
    """One wrong line: `old` stands once in `file`; `tests` are those that must see `new`."""

    name: str  # "red-is-blue"
    kind: str  # arithmetic, words, options, spellings, thresholds, order, conventions, catalogue
    file: str
    old: str
    new: str
    tests: str  # folders, files or single tests, with spaces between
    survives: str = ""  # why no test can see it


class Seen(NamedTuple):
    """What became of a fault: the first test that saw it, or "" if none did."""

    fault: Fault
    by: str
    seconds: float


def faults(text: str | None = None) -> list[Fault]:
    """The faults of tests/faults.txt, or of a text written like it."""
    found, kind = [], ""
    for block in (text or (ROOT / "tests" / "faults.txt").read_text("utf-8")).split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        if lines[0].startswith("["):
            kind = lines[0].strip("[]")
            continue
        name, file, tests = (part.strip() for part in lines[0].split("|"))
        old, new, why = (
            "\n".join(line[2:] for line in lines[1:] if line[0] == mark) for mark in "-+?"
        )
        found.append(Fault(name, kind, file, old, new, tests, why))
    return found


def misplaced(fault: Fault, root: Path = ROOT) -> str:
    """Why a fault cannot be planted, or ""."""
    path = root / fault.file
    if not path.is_file():
        return f"{fault.name}: no file {fault.file}"
    times = path.read_text("utf-8").count(fault.old)
    if times != 1:
        return f"{fault.name}: its text stands {times} times in {fault.file}: {fault.old!r}"
    missing = [t for t in fault.tests.split() if not (root / t.partition("::")[0]).exists()]
    return f"{fault.name}: no tests {', '.join(missing)}" if missing else ""


def unreadable(fault: Fault, root: Path = ROOT) -> str:
    """Why Python cannot read the file any more once the fault is planted, or ""."""
    try:
        ast.parse((root / fault.file).read_text("utf-8").replace(fault.old, fault.new))
    except SyntaxError as trouble:
        return f"{fault.name}: no Python any more: {trouble}"
    return ""


def copy_into(folder: Path) -> None:
    """What git knows of the checkout, and what it would: nothing that is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def pytest(
    folder: Path, tests: str, *options: str, keep: str = "1", seconds: int = SECONDS
) -> tuple[int, str]:
    """The status of a run of tests and what it printed; 124 if it never came back.

    `keep="1"` leaves the compiled files as they are: none is ever made from a faulty line.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=line", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [*command, *options, *tests.split()],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
            | {"PYTHONDONTWRITEBYTECODE": keep},
        )
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout + done.stderr


def seen(fault: Fault, folder: Path) -> Seen:
    """Plant the fault in the copy, run its tests, and put the line back."""
    path, began = folder / fault.file, time.perf_counter()
    right = path.read_text("utf-8")
    before = path.stat()
    path.write_text(right.replace(fault.old, fault.new), "utf-8")
    try:
        status, said = pytest(folder, fault.tests)
    finally:
        path.write_text(right, "utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    by = found[1] if found else "time" if status == 124 else ""
    if status not in (0, 1, 2, 124) or (status and not by):
        raise SystemExit(f"{fault.name}: pytest ended with {status}\n{said}")
    return Seen(fault, by, time.perf_counter() - began)


def hunt(chosen: list[Fault], workers: int) -> Iterator[Seen]:
    """Each fault in a copy of its own, as many at a time as there are workers."""
    with tempfile.TemporaryDirectory() as space:
        first = Path(space, "0")
        copy_into(first)
        tests = " ".join(sorted({t for fault in chosen for t in fault.tests.split()}))
        status, said = pytest(first, tests, "-n", str(workers), keep="", seconds=6 * SECONDS)
        if status:
            raise SystemExit(f"the tests are red without any fault:\n{said}")
        copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
        copies.put(first)
        for n in range(1, workers):
            copies.put(shutil.copytree(first, Path(space, str(n))))

        def one(fault: Fault) -> Seen:
            copy = copies.get()
            try:
                return seen(fault, copy)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(one, chosen)


def main(argv: list[str] | None = None) -> int:
    known = faults()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these faults")
    parser.add_argument("--slice", type=int, default=0, help="only so many, evenly spread")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(argv)
    unknown = set(asked.names) - {fault.name for fault in known}
    if unknown:
        parser.error(f"no fault is called {', '.join(sorted(unknown))}")
    chosen = [fault for fault in known if not asked.names or fault.name in asked.names]
    if asked.slice:
        chosen = chosen[:: max(1, len(chosen) // asked.slice)][: asked.slice]
    wrong = [told for fault in chosen if (told := misplaced(fault) or unreadable(fault))]
    if wrong:
        raise SystemExit("\n".join(wrong))

    began, survived, surprises = time.perf_counter(), 0, 0
    for fault, by, seconds in hunt(chosen, asked.workers):
        excuse = f" (it may: {fault.survives})" if fault.survives else ""
        print(f"{fault.name:32} {fault.kind:12} {seconds:5.0f} s  {by or 'SURVIVES' + excuse}")
        sys.stdout.flush()
        survived += not by
        surprises += bool(by) is bool(fault.survives)
    minutes = (time.perf_counter() - began) / 60
    print(f"{len(chosen)} planted, {survived} survive, {minutes:.1f} minutes")
    return int(bool(surprises))


if __name__ == "__main__":
    raise SystemExit(main())
