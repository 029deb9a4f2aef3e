"""A process of its own, with its limits: what may hang, crash or print runs there, and never here.

    child = Child("package.module:function", memory=2 * 10**9)
    answer = child.ask(b"…", seconds=10)        what function(b"…") gives there, as bytes

Python can be interrupted between two of its own steps only: code that stays inside one of them,
`sum(range(10**15))` or a layout, holds every thread, and a signal may be ignored.  Another process
can always be ended.  Only what comes back through its own pipe, with the number that the question
carried, is an answer; what the code there prints is held back (`child.output`).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import secrets
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from typing import IO, Any, BinaryIO, NoReturn

from tinygrad_fr.words import number, say

STARTING = 60.0  # seconds that the start itself may take; they do not count as time to answer
KEPT = 20_000  # bytes of what was printed: the last ones
SLICE = 0.1  # seconds; a thread that waits longer in one go cannot be interrupted on Windows
QUESTION = struct.Struct("!16sdQ")  # a nonce, the seconds, how many bytes follow
ANSWER = struct.Struct("!16sQ")  # the same nonce, how many bytes follow
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tinygrad_fr.child import answer_for_ever; answer_for_ever()"
)


class TooLong(TimeoutError):
    """No answer within the seconds given; the process was ended.  `.output`: what it had "
    "printed."""

    def __init__(self, seconds: float, output: str = "") -> None:
        self.seconds, self.output = seconds, output
        shown = number(seconds)
        super().__init__(
            say(
                fr=f"arrêté au bout de {shown} s, sans réponse",
                en=f"stopped after {shown} s, without an answer",
            )
        )


class Died(RuntimeError):
    """The process ended instead of answering.  `.status`: how, if known; `.output`: its last words.

    An error that the function did not catch ends its process: its name is then the last line.
    """

    def __init__(self, status: int | None, output: str = "") -> None:
        self.status, self.output = status, output
        last = (output.strip().splitlines() or [""])[-1].strip()
        shown = "?" if status is None else str(status)
        super().__init__(
            say(
                fr=f"le processus s’est terminé sans réponse (état de sortie {shown})",
                en=f"the process ended without an answer (exit status {shown})",
            )
            + (say(fr=f" : {last}", en=f": {last}") if last else "")
        )


class Child:
    """One function served by another process: started when first asked, kept warm, asked in turn.

    serve   "package.module:function", which takes bytes and gives bytes
    memory  bytes that the process may use, where the system knows such a limit

    A process that was ended, or ended itself, is replaced at the next question.  Several threads
    may ask; a fork of this program starts its own.  Left alone, it ends with this program.
    """

    def __init__(self, serve: str, memory: int | None = None) -> None:
        self.serve, self.memory = serve, memory
        self.output = ""  # what was printed while the last question was answered
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._end: Callable[[], object] = lambda: None
        self._owner = os.getpid()

    def start(self) -> None:
        """Start the process if it does not run; what is left to `ask` is then the answer alone."""
        self._mine()
        with self._lock:
            self._started()

    def ask(self, request: bytes, seconds: float) -> bytes:
        """What the function gives for these bytes; TooLong or Died (see there) where it gives "
        "nothing."""
        self._mine()
        with self._lock:
            try:
                running = self._started()
                answer = running.exchange(request, seconds)
                self.output = running.printed()
                return answer
            except (TooLong, Died) as trouble:
                self.output = trouble.output
                self._end()
                raise
            except BaseException:  # Ctrl-C while it works: nobody waits for the answer
                self._end()
                raise

    def stop(self) -> None:
        """End the process; the next question starts another."""
        if self._owner == os.getpid():
            self._end()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _mine(self) -> None:
        """After a fork the process and its lock are not ours."""
        if self._owner != os.getpid():
            self._lock, self._running, self._owner = threading.Lock(), None, os.getpid()

    def _started(self) -> _Running:
        running = self._running
        if running is not None and running.process.poll() is None and not running.ended:
            return running
        self._end()
        self._running = running = _Running(self.serve, self.memory)
        self._end = weakref.finalize(self, running.end)  # when nobody holds us, and at exit
        try:
            running.exchange(b"", STARTING, first=True)
        except TooLong as trouble:
            raise Died(None, trouble.output) from None
        running.printed()  # while it started: nobody's answer
        return running


class _Running:
    """A process that runs: its pipes, what it printed, its end."""

    def __init__(self, serve: str, memory: int | None) -> None:
        path = json.dumps([os.path.abspath(entry) for entry in sys.path])
        apart: dict[str, Any] = {"start_new_session": True}  # a group to be ended as a whole
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", START, path, serve, str(memory or 0)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                **apart,
            )
        except OSError as error:  # no processes here, a browser for example
            raise Died(None, str(error)) from None
        self.owner, self.ended, self.silent = os.getpid(), False, False
        self.tail, self.heard, self.mark = bytearray(), threading.Condition(), b""
        threading.Thread(target=self._listen, daemon=True).start()

    def exchange(self, request: bytes, seconds: float, first: bool = False) -> bytes:
        """One question and its answer, in a thread that nobody need wait for."""
        self.mark = secrets.token_bytes(16)
        found: list[bytes] = []
        thread = threading.Thread(
            target=self._exchange, args=(self.mark, request, seconds, first, found), daemon=True
        )
        until = time.monotonic() + seconds
        thread.start()
        while thread.is_alive():
            left = until - time.monotonic()
            if left <= 0:
                self.end()
                raise TooLong(seconds, self.printed())
            thread.join(min(left, SLICE))
        if not found:
            self._mourn(seconds)
        return found[0]

    def _exchange(
        self, mark: bytes, request: bytes, seconds: float, first: bool, found: list[bytes]
    ) -> None:
        questions, answers = self.process.stdin, self.process.stdout
        assert questions is not None and answers is not None
        with contextlib.suppress(OSError, ValueError, EOFError):
            for piece in (QUESTION.pack(mark, seconds, len(request)), request):
                _write(questions, piece)
            head = _read(answers, ANSWER.size)
            while first and head[:16] != mark:  # what was printed before we could hold it back
                head = head[1:] + _read(answers, 1)
            given, length = ANSWER.unpack(head)
            if given == mark:
                found.append(_read(answers, length))

    def _mourn(self, seconds: float) -> NoReturn:
        """The pipe is closed, or what came is no answer: say what is known of the end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1.0)
        status = self.process.poll()
        self.end()
        if sys.platform != "win32" and status == -signal.SIGALRM:
            raise TooLong(seconds, self.printed())
        raise Died(status, self.printed())

    def _listen(self) -> None:
        """Take what is printed as fast as it comes, so that nobody waits, and keep the last of "
        "it."""
        printed = self.process.stderr
        assert printed is not None
        with printed:
            while piece := printed.read(65536):
                with self.heard:
                    self.tail += piece
                    if self.mark not in self.tail:
                        del self.tail[:-KEPT]
                    self.heard.notify_all()
        with self.heard:
            self.silent = True
            self.heard.notify_all()

    def printed(self) -> str:
        """What was printed up to the answer, or up to the end; taken once."""
        with self.heard:
            self.heard.wait_for(lambda: self.silent or self.mark in self.tail, timeout=1.0)
            before, mark, after = bytes(self.tail).partition(self.mark)
            self.tail[:] = after if mark else b""
        return before[-KEPT:].decode("utf-8", "replace")

    def end(self) -> None:
        """End the process and its own children; nothing is left of it, no zombie either."""
        if self.ended or self.owner != os.getpid():
            return
        self.ended = True
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _write(pipe: IO[bytes], content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[pipe.write(left) :]


def _read(pipe: IO[bytes] | BinaryIO, count: int) -> bytes:
    """So many bytes; EOFError if the pipe ends before."""
    content = bytearray()
    while len(content) < count:
        piece = pipe.read(min(count - len(content), 1 << 20))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)


# ── the other side ───────────────────────────────────────────────────────────────────────────────


def answer_for_ever() -> None:
    """The other process: answers one question after the other until nobody asks any more."""
    questions, answers, printed = _own_pipes()
    serve, memory, streams = sys.argv[2], int(sys.argv[3]), (sys.stdout, sys.stderr)
    del sys.argv[1:]
    me, leave, status = os.getpid(), os._exit, 1
    try:
        module, _, name = serve.partition(":")
        function: Callable[[bytes], bytes] = getattr(importlib.import_module(module), name)
        _limit_memory(memory)
        function_now: Callable[[bytes], bytes] = bytes  # the first question: are you there?
        while question := _next(questions):
            mark, seconds, request = question
            _alarm(seconds + 5)  # if nobody is left to end us
            answer = function_now(request)
            if os.getpid() != me:  # a fork that came back: it was not asked
                leave(0)
            _alarm(0)
            _flush(streams)
            _write(printed, mark)
            _write(answers, ANSWER.pack(mark, len(answer)) + answer)
            function_now = function
        status = 0
    except BaseException:  # told where it is held back; threads left over must not keep us
        with contextlib.suppress(BaseException):
            traceback.print_exc()
            _flush(streams)
    finally:
        leave(status)


def _next(questions: BinaryIO) -> tuple[bytes, float, bytes] | None:
    """The mark, the seconds and the bytes of the next question; None if there is none any more."""
    with contextlib.suppress(EOFError):
        mark, seconds, length = QUESTION.unpack(_read(questions, QUESTION.size))
        return mark, seconds, _read(questions, length)
    return None


def _flush(streams: tuple[Any, ...]) -> None:
    for stream in streams:
        with contextlib.suppress(Exception):
            stream.flush()


def _own_pipes() -> tuple[BinaryIO, BinaryIO, BinaryIO]:
    """The pipes of the questions, the answers and the prints, out of the way of what will run "
    "here."""
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    return questions, answers, os.fdopen(os.dup(2), "wb", buffering=0)


def _limit_memory(memory: int) -> None:
    if not memory:
        return
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _alarm(seconds: float) -> None:
    """Have the system end this process after so many seconds, whatever it is in; 0 takes it "
    "back."""
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, min(seconds, 1e8))
