"""Check it: a student's file is executed here, in a process of its own, and only there.

`answer` is served by a `Child`: it runs the file, builds the graph of its `loss`, and calls its
`gradient` at the points that it is asked for.  What goes wrong is told in one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tinygrad_fr.checking.differences import differences
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.lab import Lab, is_array, line_of, slope_of
from tinygrad_fr.checking.wire import (
    context,
    pack_graph,
    pack_number,
    pack_point,
    unpack_number,
)
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say, use

context()  # mpmath is loaded before anybody's seconds are counted
_open: dict[
    str, Any
] = {}  # the file that runs here: its path, its Lab, what is asked for, its graph
ENTRY = re.compile(r"(\w+)\[([\d,]+)\]")  # W1[0,1]


def answer(request: bytes) -> bytes:
    """One question, {"do": "loss" | "gradient" | "at" | "slopes", "lang": …, …}, and its answer.

    Both are JSON.  What the file does wrong comes back as {"refused": one line}.
    """
    asked = json.loads(request)
    with use(asked["lang"]):
        try:
            found = DO[asked["do"]](asked)
        except SystemExit:
            found = _refused(
                say(fr="le fichier se termine par exit()", en="the file ends with exit()")
            )
        except SyntaxError as error:
            line = error.lineno
            where = say(fr=f", ligne {line}", en=f", line {line}") if line else ""
            found = _refused(
                say(
                    fr=f"erreur de syntaxe{where} ({error.msg})",
                    en=f"syntax error{where} ({error.msg})",
                )
            )
        except Exception as error:
            found = _refused(_told(error))
    return json.dumps(found).encode()


def _refused(line: str) -> dict[str, Any]:
    return {"refused": line}


def _told(error: Exception) -> str:
    """An error of the student's code by its name and line; one of ours is in words already."""
    line = line_of(error, _open["path"])
    if isinstance(error, MemoryError):
        return say(
            fr=f"mémoire épuisée{line} (le fichier en demande plus qu’il n’en a)",
            en=f"out of memory{line} (the file asks for more than it has)",
        )
    if isinstance(error, EOFError):
        return say(
            fr=f"le fichier pose une question avec input(){line} : personne ne répond ici. Écrivez "
            "la valeur dans le fichier",
            en=f"the file asks a question with input(){line}: nobody answers here. Write the value "
            "in the file",
        )
    if not line and isinstance(error, (ValueError, TypeError)):
        return str(error)
    name = type(error).__name__
    return say(fr=f"{name}{line} : {error}", en=f"{name}{line}: {error}")


# ── the file, and the graph of its loss ──────────────────────────────────────────────────────────


def _loss(request: Mapping[str, Any]) -> dict[str, Any]:
    """Run the file; the graph of its loss at its point, and what its gradient asks for.

    Where the loss takes arrays, what its gradient gives there too, since that says what is asked.
    """
    _open["path"] = request["path"]
    _open["lab"] = lab = Lab.run(request["path"])
    if lab.wide:
        return _wide(lab, request.get("names") or ())
    _open["asked"] = None
    leaves = {name: Value(x, label=name) for name, x in lab.point.items()}
    graph = Graph(lab.output(leaves))
    if _differs(lab, graph):
        names = set(lab.gradient(lab.point))
        _open["asked"] = [name for name in lab.point if name in names]
        graph = Graph(lab.output({n: leaves[n] if n in names else lab.point[n] for n in leaves}))
        if _differs(lab, graph):
            refuse(
                fr="loss ne renvoie pas le même nombre avec des Value qu’avec des flottants : "
                "comparez par < ou >, ou avec v.data",
                en="loss does not give the same number with Values as with floats: compare by "
                "< or >, or with v.data",
            )
    _open["graph"] = packed = _packed(graph)
    return {
        "leaves": pack_point({name: leaf.data for name, leaf in leaves.items()}),
        "graph": packed,
        "gradient": lab.asked(),
        "accept": _accepted(lab.names.get("accept", ())),
    }


def _accepted(keys: Any) -> list[str]:
    """What the line `accept = ("sum",)` names; one text alone is one name."""
    return [keys] if isinstance(keys, str) else [str(key) for key in keys]


def _differs(lab: Lab, graph: Graph) -> bool:
    """Whether the file, in floats, gives another number: a Value is == to itself only."""
    if not callable(lab.hand):
        return False
    try:
        plain = lab.value({name: float(x) for name, x in lab.point.items()})
    except Exception:  # it is written for Values
        return False
    return bool(abs(plain - graph.output.data) > 1e-6 * (abs(plain) + 1))


def _wide(lab: Lab, names: Any) -> dict[str, Any]:
    """The same for a loss of arrays: their shapes, and what stopped the Values where they were."""
    given = {} if lab.hand is None else _arrays(lab.gradient(lab.point))
    told = [slope_of(name.partition("[")[0], lab.point) or name for name in names]
    unknown = [n for n in told or given if n not in lab.point]
    if unknown:
        shown, known = ", ".join(unknown), ", ".join(lab.point)
        refuse(
            fr=f"« {shown} » n’est pas un paramètre de cette fonction loss ; il y a {known}",
            en=f"'{shown}' is not a parameter of this loss; it has {known}",
        )
    asked = [n for n in lab.point if n in (told or given)]
    if not given and not told:
        asked = [n for n in lab.point if is_parameter(Value(0, label=n))]
    _open["asked"] = asked
    graph = lab.graph(lab.point, asked)
    _open["graph"] = packed = None if isinstance(graph, str) else _packed(graph)
    shapes = {n: list(getattr(lab.point[n], "shape", ())) for n in asked}
    examples = [len(x) for n, x in lab.point.items() if n not in asked and is_array(x)]
    return {
        "leaves": {},
        "arrays": {n: [shapes[n], _numbers(lab.point[n])] for n in asked},
        "examples": max(set(examples), key=examples.count, default=1),
        "graph": packed,
        "stopped": graph if isinstance(graph, str) else None,
        "given": given,
        "gradient": lab.asked(),
        "accept": _accepted(lab.names.get("accept", ())),
    }


def _numbers(x: Any) -> list[Any]:
    import numpy as np

    return [pack_number(float(entry)) for entry in np.ravel(x)]


def _arrays(given: Mapping[str, Any]) -> dict[str, Any]:
    """What gradient gives, as [shape, numbers] by name."""
    import numpy as np

    out = {}
    for name, x in given.items():
        try:
            array = np.asarray(x, dtype=float)
        except (TypeError, ValueError):
            refuse(
                fr=f"gradient : {name} = {x!r} n’est ni un nombre ni un tableau de nombres",
                en=f"gradient: {name} = {x!r} is neither a number nor an array of numbers",
            )
        out[name] = [list(array.shape), _numbers(array)]
    return out


# ── at a point ───────────────────────────────────────────────────────────────────────────────────


def _gradient(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the student's gradient gives there: with all the digits, or in floats if it must."""
    lab: Lab = _open["lab"]
    point = {name: unpack_number(x) for name, x in request["point"].items()}
    if lab.wide:
        return {"values": _arrays(lab.gradient(_moved(lab, point)))}
    try:
        given = lab.gradient(point)
    except (TypeError, AttributeError):
        given = lab.gradient({name: float(x) for name, x in point.items()})
    return {"values": {str(name): _entry(str(name), x) for name, x in given.items()}}


def _at(request: Mapping[str, Any]) -> dict[str, Any]:
    """The loss called anew there: its graph, None if it is the one known; and the gradient.

    {"outside": true} where the file has no number there.
    """
    lab: Lab = _open["lab"]
    point = {name: float(unpack_number(x)) for name, x in request["point"].items()}
    asked = _open["asked"]
    try:
        if lab.wide:
            graph = lab.graph(_moved(lab, point), asked)
            if isinstance(graph, str):
                return {"outside": True}
        else:
            seen = point if asked is None else asked
            leaves = {n: Value(x, label=n) if n in seen else x for n, x in point.items()}
            graph = Graph(lab.output(leaves))
    except Exception:
        return {"outside": True}
    packed = _packed(graph)
    return {"graph": None if packed == _open["graph"] else packed, **_gradient(request)}


def _packed(graph: Graph) -> Any:
    """The graph without the numbers of its parameters: those are known where it goes."""
    return pack_graph(graph, {v.label for v in graph.leaves if v.label})


def _moved(lab: Lab, point: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays of the file with some entries moved: {"W1[0,1]": 0.5, …}."""
    values = {n: x.copy() if is_array(x) else x for n, x in lab.point.items()}
    for n in _open["asked"]:
        values[n] = values[n].astype(float) if is_array(values[n]) else float(values[n])
    for name, x in point.items():
        entry = ENTRY.fullmatch(name)
        if entry is None:
            values[name] = float(x)
        else:
            values[entry[1]][tuple(map(int, entry[2].split(",")))] = float(x)
    return values


def _entry(name: str, x: Any) -> Any:
    try:
        packed = pack_number(x)
    except (TypeError, ValueError):
        refuse(
            fr=f"gradient : {name} = {x!r} n’est pas un nombre",
            en=f"gradient: {name} = {x!r} is not a number",
        )
    if x != x:
        refuse(fr=f"gradient : {name} est NaN", en=f"gradient: {name} is NaN")
    return packed


def _slopes(request: Mapping[str, Any]) -> dict[str, Any]:
    """The slopes of the loss in floats, for some entries, and how far each may be off."""
    lab: Lab = _open["lab"]
    found = {}
    for name, packed in request["point"].items():
        loss = lambda x, name=name: lab.value(_moved(lab, {name: x}))
        found[name] = list(map(pack_number, differences(loss, unpack_number(packed))))
    return {"slopes": found}


DO = {"loss": _loss, "gradient": _gradient, "at": _at, "slopes": _slopes}
