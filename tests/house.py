"""The house read from the code: its rooms, its floors, what each room imports, how long it is.

One reading: the tests of the house and its picture (`make house`) are both made from it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent

# On which wing's floor a library from outside may first be met, always inside a function.
OUTSIDE = {
    "numpy": "program",
    "llvmlite": "program",
    "mpmath": "checking",
    "matplotlib": "nn",
    "rich": "nn",
    "graphviz": "picture",
    "pygraphviz": "picture",
    "PIL": "nn",
    "contourpy": "nn",  # comes with matplotlib, as PIL does
    "pypdf": "picture",
    "IPython": "picture",
}
# Draw from the user's random numbers when first imported (or import who does): only unmoved.
DRAWS = {"rich", "sklearn"}
# what a room may use where it is installed, inside the function
ALSO = {"nn.data.handwritten": {"sklearn"}}


class Import(NamedTuple):
    """One name brought in: `tinygrad_fr.nn.layers` with `MLP`, and where it stands."""

    module: str
    name: str
    line: int
    relative: bool
    waits: bool  # inside a function, or only for type checkers
    unmoved: bool  # within `with unmoved()`, or only for type checkers


def room_of(path: Path) -> str:
    """The room a file is: nn/layers.py is "nn.layers", tinygrad_fr/__init__.py is ""."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] == "tinygrad_fr" else parts
    return ".".join(part for part in parts if part != "__init__")


def folder_of(wing: str) -> Path:
    """Where a wing lies: nn and demos at the top, the others inside the package."""
    path = Path(*wing.split("."))
    return next((f for f in (ROOT / "tinygrad_fr" / path, ROOT / path) if f.is_dir()), ROOT / path)


def path_of(room: str) -> Path:
    """The file of a room at the top of the package."""
    return ROOT / "tinygrad_fr" / f"{room}.py"


def floors_of(wing: str) -> tuple[tuple[str, ...], ...]:
    """The FLOORS that a table of contents lists: rooms of one tuple do not see each other."""
    folder = folder_of(wing) if wing else ROOT / "tinygrad_fr"
    for node in ast.parse((folder / "__init__.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FLOORS":
            return ast.literal_eval(node.value)  # type: ignore[no-any-return]
    raise AssertionError(f"{wing or 'tinygrad_fr'}/__init__.py lists no FLOORS")


def house(wing: str = "", below: tuple[int, ...] = ()) -> dict[str, tuple[int, ...]]:
    """The floor of every room, from the tables of contents: "checking.judge" is (7, 2)."""
    found: dict[str, tuple[int, ...]] = {}
    listed = floors_of(wing)
    for i, level in enumerate(listed, start=1):
        for name in others(wing, listed) if level == ("*",) else level:
            room = f"{wing}.{name}" if wing else name
            found[room] = (*below, i)
            if folder_of(room).is_dir():
                found |= house(room, (*below, i))
                found[room] = (*below, i, 99)  # a table of contents imports its rooms
    return found


def others(wing: str, listed: tuple[tuple[str, ...], ...]) -> list[str]:
    """The rooms of a wing that its table of contents does not name: "*" stands for them."""
    named = {name for level in listed for name in level}
    return sorted({p.stem for p in folder_of(wing).glob("[!_]*.py")} - named)


HOUSE = {**house(), "__main__": (100,)}
HOUSE[""] = (HOUSE["picture"][0], 100)  # the table of contents of the package: all but the demos
HOUSE["demos"] = (HOUSE["demos"][0], 0)  # what every demo has stands below the demos
CONTENTS = {room for room in HOUSE if not room or folder_of(room).is_dir()}


def files() -> list[Path]:
    return sorted(
        p for folder in ("tinygrad_fr", "nn", "demos") for p in (ROOT / folder).rglob("*.py")
    )


def imports(tree: ast.Module, room: str) -> Iterator[Import]:
    """Every import, those inside functions and for type checkers too."""

    def walk(node: ast.AST, waits: bool, unmoved: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, "", node.lineno, False, waits, unmoved)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                package = f"tinygrad_fr.{room}".split(".")
                package = package[: len(package) - node.level + (room in {*CONTENTS, "demos"})]
                module = ".".join([*package, module] if module else package)
            for alias in node.names:
                yield Import(module, alias.name, node.lineno, bool(node.level), waits, unmoved)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in {"import_module", "__import__"}:
                yield Import(str(node.args[0].value), "", node.lineno, False, waits, unmoved)
        inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for child in node.body:
                yield from walk(child, True, True)
            for child in node.orelse:
                yield from walk(child, waits, unmoved)
            return
        kept = unmoved or (
            isinstance(node, ast.With)
            and any(ast.unparse(item.context_expr) == "unmoved()" for item in node.items)
        )
        for child in ast.iter_child_nodes(node):
            yield from walk(child, waits or inside, kept)

    return walk(tree, False, False)


def target(found: Import) -> str:
    """The room that an import of ours enters."""
    inside = found.module.removeprefix("tinygrad_fr").lstrip(".")
    longer = f"{inside}.{found.name}".lstrip(".") if found.name else inside
    return longer if longer in HOUSE else inside  # else a name that the room gives


def wing_floor(wing: str) -> tuple[int, ...]:
    return HOUSE[wing][:1]


def complaints(source: str, room: str) -> list[str]:
    """What is wrong with the imports of one room, a line each; nothing if all is well."""
    here = HOUSE.get(room)
    if here is None:
        return [f"{room}: a room without a floor; give it one in the FLOORS of its folder"]
    out = []
    for found in imports(ast.parse(source), room):
        top = found.module.partition(".")[0]
        at = f"{room or '__init__'}:{found.line}: {found.module}"
        if top in {"nn", "demos"}:
            out.append(f"{at}: write tinygrad_fr.{found.module}, else there are two copies of it")
        elif top == "tinygrad_fr":
            if found.relative and room.startswith(("nn", "demos")):
                out.append(f"{at}: relative; write it in full, else there are two copies of it")
            there = HOUSE.get(target(found))
            if there is None:
                out.append(f"{at}: enters the unknown room {target(found)}")
            elif there >= here:
                out.append(f"{at}: goes up or sideways, from floor {here} to {there}")
        elif top not in sys.stdlib_module_names:
            own = top in ALSO.get(room, ())
            if not own and (top not in OUTSIDE or here < wing_floor(OUTSIDE[top])):
                out.append(f"{at}: not on this floor")
            if not found.waits:
                out.append(f"{at}: a heavy library at module level; import it where it is used")
            if top in DRAWS and not found.unmoved:
                out.append(f"{at}: draws random numbers; import it within `with unmoved()`")
    return out


# ── how long ─────────────────────────────────────────────────────────────────────────────────────

LINES, FUNCTION, COLUMNS = 400, 60, 100
MOST = {"walk": 100, "engine": 280, "ops": 560}  # the heart is read aloud; the table is one table
ROWS, A_ROW = 57, 12  # the table may grow with its rows: 560 lines are for those of today


def most_lines(source: str, room: str) -> int:
    """How many lines a room may have."""
    rows = len(re.findall(r"^\w+(?:: Op)? = Op\(", source, re.MULTILINE)) if room == "ops" else 0
    return MOST.get(room, LINES) + A_ROW * max(0, rows - ROWS)


def too_long(source: str, room: str) -> dict[str, int]:
    """What of a room does not fit: its name, its functions' ("room: f"), its widest line."""
    lines = source.splitlines()
    measured = {room: (len(lines), most_lines(source, room))}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            long = (node.end_lineno or node.lineno) - node.lineno + 1
            measured[f"{room}: {node.name}"] = max(
                (long, FUNCTION), measured.get(f"{room}: {node.name}", (0, FUNCTION))
            )
    measured[f"{room}: columns"] = (max(map(len, lines), default=0), COLUMNS)
    return {what: found for what, (found, most) in measured.items() if found > most}
