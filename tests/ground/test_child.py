"""A process of its own: an answer is an answer and the limit holds, whatever runs there."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import tinygrad_fr
from tinygrad_fr.child import KEPT, Child, Died, TooLong
from tinygrad_fr.words import use

LONG = 60.0  # seconds; what should come back does, even on a busy machine
posix = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")

SERVED = """
import os, signal, subprocess, sys, threading, time

def serve(request):
    return globals()[request.decode("latin-1").partition(" ")[0]](request)

def echo(request):
    return request[::-1]

def pid(request):
    return str(os.getpid()).encode()

def big(request):
    return bytes(5_000_000)

def in_c(request):
    print("here we go")
    return str(sum(range(10**15))).encode()

def leave(request):
    os._exit(0)

def leave_politely(request):
    raise SystemExit(7)

def fail(request):
    print("before")
    raise ZeroDivisionError("by hand")

def read_more(request):
    return input().encode()

def flood(request):
    for _ in range(3):
        os.write(1, b"x" * 1_000_000)
        sys.stderr.write("y" * 1_000_000)
    print("the end")
    return b"done"

def garbage(request):
    for fd in range(3, 30):
        try:
            os.write(fd, b"garbage" * 10)
        except OSError:
            pass
    return b"done"

def shut(request):
    os.closerange(0, 50)
    return b"done"

def dumb(request):
    sys.stdout.close()
    sys.stdout = sys.stderr = None
    return b"done"

def thread(request):
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return b"done"

def deaf(request):
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass

def hungry(request):
    return bytes(6 * 10**9)[:1]  # nobody touches them: without a limit this is quick

def fork(request):
    os.fork()
    return b"done"

def grandchild(request):
    code = "import time; time.sleep(1000)"
    child = subprocess.Popen([sys.executable, "-c", code])
    print(child.pid, flush=True)
    time.sleep(1000)

def nap(request):
    time.sleep(0.05)
    return request

def path(request):
    return "\\n".join(sys.path).encode()
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    (tmp_path / "served_here.py").write_text(SERVED, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with use("en"), Child("served_here:serve") as child:
        yield child


def gone(pid: int) -> bool:
    """Whether the process has ended; a zombie, which its own parent has yet to see, has ended."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


# ── answers ──


def test_a_warm_process_answers_in_turn_with_our_path(child: Child, tmp_path: Path) -> None:
    assert child.ask(b"echo \x00\xff", LONG) == b"\xff\x00 ohce"
    assert child.ask(b"pid", LONG) == child.ask(b"pid", LONG) != str(os.getpid()).encode()
    assert child.ask(b"big", LONG) == bytes(5_000_000)
    assert child.ask(b"echo " + bytes(5_000_000), LONG).endswith(b"ohce")
    assert str(tmp_path) in child.ask(b"path", LONG).decode().splitlines()


def test_it_starts_when_first_asked_and_again_after_a_stop(child: Child) -> None:
    assert child._running is None
    first = child.ask(b"pid", LONG)
    child.stop()
    assert gone(int(first))
    assert child.ask(b"pid", LONG) != first


def test_it_can_be_started_before_it_is_asked(child: Child) -> None:
    child.start()
    assert child._running is not None and child._running.process.poll() is None
    first = child._running.process.pid
    child.start()
    assert child._running.process.pid == first
    assert int(child.ask(b"pid", LONG)) == first


def test_two_threads_ask_and_each_gets_its_own_answer(child: Child) -> None:
    got: dict[bytes, bytes] = {}

    def ask(request: bytes) -> None:
        got[request] = child.ask(request, LONG)

    threads = [threading.Thread(target=ask, args=(b"nap %d" % i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {b"nap %d" % i: b"nap %d" % i for i in range(8)}


# ── limits ──


@pytest.mark.slow
@pytest.mark.parametrize(
    "request_", [b"in_c", pytest.param(b"deaf", marks=posix), pytest.param(b"grandchild")]
)
def test_what_does_not_come_back_is_ended(child: Child, request_: bytes) -> None:
    pid = int(child.ask(b"pid", LONG))
    before = time.monotonic()
    with pytest.raises(TooLong, match=r"stopped after 0\.5 s") as caught:
        child.ask(request_, 0.5)
    assert time.monotonic() - before < 20
    assert gone(pid)
    if request_ == b"in_c":
        assert caught.value.seconds == 0.5
    if request_ == b"grandchild" and os.name != "nt":
        assert gone(int(caught.value.output))
    assert child.ask(b"echo", LONG) == b"ohce"  # another takes its place


@posix
def test_memory_has_a_limit(child: Child) -> None:
    pytest.importorskip("resource")
    if sys.platform == "darwin":
        pytest.skip("the system knows no such limit")
    limited = Child(child.serve, memory=4 * 10**9)
    with pytest.raises(Died, match="MemoryError"):
        limited.ask(b"hungry", LONG)
    assert limited.ask(b"echo", LONG) == b"ohce"
    limited.stop()


# ── ends ──


@pytest.mark.slow
@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (b"leave", 0, ""),
        (b"leave_politely", 1, "SystemExit: 7"),
        (b"fail", 1, "ZeroDivisionError: by hand"),
        (b"read_more", 1, "EOF when reading a line"),
        (b"unknown", 1, "KeyError: 'unknown'"),
        (b"shut", 1, ""),
    ],
)
def test_an_end_is_no_answer(child: Child, request_: bytes, status: int, words: str) -> None:
    with pytest.raises(Died) as caught:
        child.ask(request_, LONG)
    assert caught.value.status == status
    assert f"exit status {status}" in str(caught.value) and str(caught.value).endswith(words)
    assert "\n" not in str(caught.value)
    assert child.ask(b"echo", LONG) == b"ohce"


@posix
def test_a_signal_is_told(child: Child) -> None:
    pid = int(child.ask(b"pid", LONG))
    threading.Timer(0.3, os.kill, (pid, signal.SIGSEGV)).start()
    with pytest.raises(Died) as caught:
        child.ask(b"deaf", LONG)
    assert caught.value.status == -signal.SIGSEGV
    with use("fr"):
        assert "état de sortie -11" in str(Died(-11))


def test_a_module_that_does_not_exist_is_told() -> None:
    with use("en"), pytest.raises(Died, match="No module named 'nowhere_at_all'"):
        Child("nowhere_at_all:serve").ask(b"", LONG)


def test_a_fork_of_the_served_code_does_not_answer_twice(child: Child) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork")
    assert child.ask(b"fork", LONG) == b"done"
    assert child.ask(b"echo", LONG) == b"ohce"
    assert child.ask(b"echo 2", LONG) == b"2 ohce"


def test_threads_left_over_keep_nobody(child: Child) -> None:
    assert child.ask(b"thread", LONG) == b"done"
    before = time.monotonic()
    with pytest.raises(Died):
        child.ask(b"fail", LONG)
    assert time.monotonic() - before < 20


# ── what is printed is held back ──


def test_prints_are_collected_and_no_flood_blocks(
    child: Child, capfd: pytest.CaptureFixture[str]
) -> None:
    assert child.ask(b"flood", LONG) == b"done"
    assert len(child.output) == KEPT and child.output.endswith("the end\n")
    assert child.ask(b"echo", LONG) == b"ohce" and child.output == ""
    with pytest.raises(Died) as caught:
        child.ask(b"fail", LONG)
    assert caught.value.output.startswith("before\nTraceback") and child.output
    with pytest.raises(TooLong):
        child.ask(b"in_c", 0.2)
    assert capfd.readouterr() == ("", "")


def test_a_child_without_streams_still_answers(child: Child) -> None:
    assert child.ask(b"dumb", LONG) == b"done"
    assert child.ask(b"echo", LONG) == b"ohce"


@pytest.mark.slow
def test_garbage_among_the_answers_is_no_answer(child: Child) -> None:
    with pytest.raises(Died):
        child.ask(b"garbage", LONG)
    assert child.ask(b"echo", LONG) == b"ohce"


# ── the end of this program ──


def run(program: str, folder: Path) -> subprocess.Popen[str]:
    (folder / "served_here.py").write_text(SERVED, encoding="utf-8")
    above = str(Path(tinygrad_fr.__file__).parent.parent)
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), above])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_ends_with_this_program(tmp_path: Path) -> None:
    program = run(
        """
        from tinygrad_fr.child import Child
        child = Child("served_here:serve")
        print(child.ask(b"pid", 60).decode(), flush=True)
        """,
        tmp_path,
    )
    out, err = program.communicate(timeout=LONG)
    assert program.returncode == 0 and err == "" and gone(int(out))


@pytest.mark.slow
@posix
@pytest.mark.parametrize("ignored", [False, True])
def test_ctrl_c_here_ends_it_there(tmp_path: Path, ignored: bool) -> None:
    """Where SIGINT is ignored, as under nohup, the time limit still holds."""
    program = run(
        f"""
        import signal
        from tinygrad_fr.child import Child, TooLong
        signal.signal(signal.SIGINT, signal.SIG_IGN if {ignored} else signal.default_int_handler)
        child = Child("served_here:serve")
        print(child.ask(b"pid", 60).decode(), flush=True)
        try:
            child.ask(b"in_c", 1.0 if {ignored} else 60)
        except TooLong:
            print("too long")
        """,
        tmp_path,
    )
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    time.sleep(0.3)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=LONG)
    assert gone(pid)
    assert out == ("too long\n" if ignored else "")
    assert ("KeyboardInterrupt" in err) is not ignored


def test_nobody_holds_it_and_it_is_gone(child: Child) -> None:
    other = Child(child.serve)
    pid = int(other.ask(b"pid", LONG))
    del other
    gc.collect()
    assert gone(pid)
