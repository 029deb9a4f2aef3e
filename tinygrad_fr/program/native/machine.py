"""Compile it for the processor: LLVM's text becomes a function of this process.

llvmlite is the one door to LLVM; it is the extra `native`.  What has been compiled is kept in the
user's cache folder, by the text itself and the processor, so that a second run need not wait.  The
first use on a machine is tried in a process of its own: where a system forbids memory that can be
executed, LLVM may end the process instead of refusing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tinygrad_fr.child import Child, Died, TooLong
from tinygrad_fr.words import say

TRIAL = """define double @twice(double %x) {
  %y = fadd double %x, %x
  ret double %y
}
"""


class Machine(NamedTuple):
    """What this processor has: doubles in a vector, and vector registers."""

    width: int
    registers: int


@cache
def machine() -> Machine:
    """What LLVM says of this processor."""
    import llvmlite.binding as llvm

    has = llvm.get_host_cpu_features()
    if has.get("avx512f") and has.get("avx512dq"):
        return Machine(8, 32)
    if has.get("avx2") and has.get("fma"):
        return Machine(4, 16)
    return Machine(2, 32 if has.get("neon") else 16)


@cache
def fuses() -> bool:
    """Whether it rounds a·b + c once."""
    import llvmlite.binding as llvm

    has = llvm.get_host_cpu_features()
    return any(has.get(name) for name in ("fma", "fma4", "neon"))


@cache
def target() -> Any:
    """LLVM's idea of this processor, with all that it can do."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    features["prefer-256-bit"] = False
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=features.flatten(),
        opt=3,
        reloc="pic",
        codemodel="small",
    )


@cache
def why_not() -> str:
    """Why nothing can be compiled here, in a line; "" where it can."""
    try:
        import llvmlite.binding as llvm
    except (ImportError, OSError):
        return say(
            fr="il manque llvmlite : pip install 'tinygrad_fr[native]'",
            en="llvmlite is missing: pip install 'tinygrad_fr[native]'",
        )
    key = _key(TRIAL, llvm)
    if _kept(key + ".tried") == b"4.0":
        return ""
    child = Child("tinygrad_fr.program.native.machine:tried")
    try:
        answer = child.ask(b"", seconds=30)
    except (Died, TooLong):
        answer = b""
    finally:
        child.stop()
    if answer != b"4.0":
        return say(
            fr="LLVM ne peut pas produire de code ici (le système l’interdit peut-être)",
            en="LLVM cannot make code run here (the system may forbid it)",
        )
    _keep(key + ".tried", answer)
    return ""


def tried(_: bytes) -> bytes:
    """Twice 2, compiled: what the process that tries it first is asked."""
    import ctypes

    _library, address = linked(_object(TRIAL), "twice")
    function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(address)
    return str(function(2.0)).encode()


def compiled(text: str, name: str) -> tuple[Any, int]:
    """The library that the text makes, to be held as long as it is used, and where `name` is."""
    import llvmlite.binding as llvm

    key = _key(text, llvm) + ".o"
    code = _kept(key)
    if code is None:
        code = _object(text)
        _keep(key, code)
    return linked(code, name)


def linked(code: bytes, name: str) -> tuple[Any, int]:
    """Compiled code, in this process."""
    import llvmlite.binding as llvm

    builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
    library = builder.export_symbol(name).link(_linker(), name + str(next(_COUNT)))
    return library, int(library[name])


def _object(text: str) -> bytes:
    import llvmlite.binding as llvm

    tm = target()
    module = llvm.parse_assembly(text)
    module.verify()
    builder = llvm.create_pass_builder(tm, llvm.create_pipeline_tuning_options(3))
    passes = llvm.create_new_function_pass_manager()
    passes.add_sroa_pass()
    for function in module.functions:
        if not function.is_declaration:
            passes.run(function, builder)
    return bytes(tm.emit_object(module))


@cache
def _linker() -> Any:
    import llvmlite.binding as llvm

    return llvm.create_lljit_compiler(target())


_COUNT = iter(range(sys.maxsize))

# ── the cache ────────────────────────────────────────────────────────────────────────────────────


def _key(text: str, llvm: Any) -> str:
    """What the code depends on: the text, LLVM and the processor."""
    from llvmlite import __version__

    parts = (text, __version__, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def folder() -> Path | None:
    """The user's own folder for what can be made again; None where nobody else can be kept out."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        found = (Path(home) if home else Path.home() / ".cache") / "tinygrad_fr"
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = found.lstat()
    except (OSError, RuntimeError):
        return None
    mine = not hasattr(os, "getuid") or (
        seen.st_uid == os.getuid() and not stat.S_IMODE(seen.st_mode) & 0o077
    )
    return found if mine and stat.S_ISDIR(seen.st_mode) else None


def _kept(name: str) -> bytes | None:
    place = folder()
    try:
        return (place / name).read_bytes() if place else None
    except OSError:
        return None


def _keep(name: str, code: bytes) -> None:
    """Written whole or not at all, for whoever compiles at the same time; without it, it works."""
    place = folder()
    if place is None:
        return
    with contextlib.suppress(OSError):
        number, temporary = tempfile.mkstemp(dir=place)
        with os.fdopen(number, "wb") as file:
            file.write(code)
        Path(temporary).replace(place / name)
