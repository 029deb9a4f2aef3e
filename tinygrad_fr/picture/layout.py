"""Draw it: Graphviz lays the picture out in a process of its own, kept for the next picture.

Its library holds the interpreter while it works, so that a time limit could not fire beside it.
"""

from __future__ import annotations

import atexit
import contextlib
import html
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number, say


class LayoutError(RuntimeError):
    """The picture could not be laid out; the message says what to do."""


def serve() -> None:
    """The other process: reads (format, source) from its input, writes the picture to its output.

    A message is a line of JSON that ends with the number of bytes that follow it.
    """
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever Graphviz prints must not fall among the answers
    _bring_the_font()
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        source = sys.stdin.buffer.read(asked["bytes"]).decode()
        try:
            content, error = _lay_out(source, asked["format"]), ""
        except Exception as trouble:  # told to the process that asked
            content, error = b"", f"{type(trouble).__name__}: {trouble}"
        answers.write(
            json.dumps({"error": error, "bytes": len(content)}).encode() + b"\n" + content
        )
        answers.flush()


def _lay_out(source: str, kind: str) -> bytes:
    from pygraphviz import AGraph

    graph = AGraph(string=source)
    if kind == "png":
        graph.graph_attr["dpi"] = "144"
    content: bytes = graph.draw(prog="dot", format=kind) or b""
    if kind != "svg":
        return content
    plan = json.loads(graph.draw(prog="dot", format="json") or b"{}")
    return _held_to_width(content.decode(), _widths(plan)).encode()


def _widths(plan: dict[str, Any]) -> dict[tuple[str, str], float]:
    """The width that the layout gave each text, by size and text."""
    found: dict[tuple[str, str], float] = {}
    for thing in (plan, *plan.get("objects", ()), *plan.get("edges", ())):
        size = 0.0
        for stroke in thing.get("_ldraw_", ()):
            if stroke["op"] == "F":
                size = stroke["size"]
            elif stroke["op"] == "T":
                found[f"{size:.2f}", stroke["text"]] = stroke["width"]
    return found


_TEXT = re.compile(r'(<text [^>]*font-size="([\d.]+)"[^>]*)>([^<]*)</text>')


def _held_to_width(svg: str, widths: dict[tuple[str, str], float]) -> str:
    """Every text told its width, so that no other font makes it leave its box."""

    def held(found: re.Match[str]) -> str:
        width = widths.get((found[2], html.unescape(found[3])))
        if not width:
            return found[0]
        return (
            f'{found[1]} textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs">{found[3]}</text>'
        )

    return _TEXT.sub(held, svg)


def _bring_the_font() -> None:
    """Let the layout find DejaVu Sans where the system has none: matplotlib brings it."""
    import tempfile

    spec = importlib.util.find_spec("matplotlib")
    places = [
        str(Path(place) / "mpl-data/fonts/ttf")
        for place in (spec and spec.submodule_search_locations) or ()
    ]
    places += [
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        "/Library/Fonts",
        "/System/Library/Fonts",
        "WINDOWSFONTDIR",
    ]
    dirs = "".join(f"<dir>{html.escape(place)}</dir>" for place in places)
    caches = (
        '<cachedir>/var/cache/fontconfig</cachedir><cachedir prefix="xdg">fontconfig</cachedir>'
    )
    plain = (  # letters as wide as they are designed, not as pixels would like them
        '<edit name="hinting" mode="assign"><bool>false</bool></edit>'
        '<edit name="hintstyle" mode="assign"><const>hintnone</const></edit>'
    )
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False, encoding="utf-8") as file:
        file.write(
            f'<?xml version="1.0"?><fontconfig>{dirs}<dir prefix="xdg">fonts</dir>{caches}'
            f'<match target="pattern">{plain}</match><match target="font">{plain}</match>'
            "</fontconfig>"
        )
    os.environ["FONTCONFIG_FILE"] = file.name
    atexit.register(lambda: Path(file.name).unlink(missing_ok=True))


class Layout:
    """The other process seen from this one: started when first needed, reused, killed if late."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0

    def ask(self, source: str, kind: str, seconds: float) -> bytes:
        """The picture as bytes; LayoutError or TimeoutError in one line."""
        with self.lock:
            process = self._started()
            late = threading.Event()

            def give_up() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(seconds, give_up)
            timer.start()
            try:
                answer, content = self._exchange(process, source.encode(), kind)
            except BaseException as trouble:
                self.stop()
                if late.is_set():
                    _refuse_time(seconds)
                if isinstance(trouble, (OSError, ValueError)):
                    _refuse_layout(str(trouble) or type(trouble).__name__)
                raise
            finally:
                timer.cancel()
        if answer["error"]:
            _refuse_layout(answer["error"])
        return content

    def _exchange(
        self, process: subprocess.Popen[bytes], source: bytes, kind: str
    ) -> tuple[dict[str, Any], bytes]:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(
            json.dumps({"format": kind, "bytes": len(source)}).encode() + b"\n" + source
        )
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline() or b"{")
        content = process.stdout.read(answer["bytes"])
        if len(content) < answer["bytes"]:
            raise EOFError
        return answer, content

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is not None and self.owner == os.getpid() and self.process.poll() is None:
            return self.process
        start = (
            "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
            "from tinygrad_fr.picture.layout import serve; serve()"
        )
        path = [os.path.abspath(entry) for entry in sys.path]
        self.owner = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, json.dumps(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self.process

    def stop(self) -> None:
        """End the process; the next picture starts another."""
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


SHARED = Layout()  # the one process of all pictures; `Picture` takes another where it is given one
atexit.register(SHARED.stop)


def _refuse_time(seconds: float) -> NoReturn:
    refuse(
        fr=f"la mise en page a dépassé {number(seconds)} s et a été arrêtée : demandez une image "
        'plus simple, par exemple level="layer", ou donnez plus de temps avec seconds=…',
        en=f"the layout took more than {number(seconds)} s and was stopped: ask for a simpler "
        'picture, level="layer" for example, or give more time with seconds=…',
        kind=TimeoutError,
    )


def _refuse_layout(reason: str) -> NoReturn:
    if "No module named" in reason:
        reason = say(fr="pygraphviz n’est pas installé", en="pygraphviz is not installed")
    refuse(
        fr=f"pas de mise en page ({reason}) : « pip install pygraphviz », ou enregistrez le .dot "
        "et faites « dot -Tsvg graphe.dot -o graphe.svg »",
        en=f"no layout ({reason}): pip install pygraphviz, or save the .dot and run "
        "dot -Tsvg graph.dot -o graph.svg",
        kind=LayoutError,
    )
