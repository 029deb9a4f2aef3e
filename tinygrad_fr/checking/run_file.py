"""Check it: a student's file is executed here, in a process of its own, and only there.

`answer` is served by a `Child`: it runs the file, builds the graph of its `loss`, and calls its
`gradient` at the points that it is asked for.  What goes wrong is told in one line.
"""

from __future__ import annotations

import inspect
import json
import runpy
from collections.abc import Callable, Mapping
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.wire import (
    context,
    pack_graph,
    pack_number,
    pack_point,
    unpack_number,
)
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say, use

context()  # mpmath is loaded before anybody's seconds are counted
_open: dict[str, Any] = {}  # the file that runs here: its path, and the names it defines


def answer(request: bytes) -> bytes:
    """One question, {"do": "loss" | "gradient", "lang": …, …}, and its answer, both JSON.

    What the file does wrong comes back as {"refused": one line}.
    """
    asked = json.loads(request)
    with use(asked["lang"]):
        try:
            found = _loss(asked["path"]) if asked["do"] == "loss" else _gradient(asked["point"])
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
    line = _line_of(error, _open["path"])
    if not line and isinstance(error, (ValueError, TypeError)):
        return str(error)
    name = type(error).__name__
    return say(fr=f"{name}{line} : {error}", en=f"{name}{line}: {error}")


def _line_of(error: BaseException, path: str) -> str:
    """Where in the student's file it happened: ", line 7"; "" if outside."""
    trace = error.__traceback__
    found = ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            found = say(fr=f", ligne {trace.tb_lineno}", en=f", line {trace.tb_lineno}")
        trace = trace.tb_next
    return found


def _loss(path: str) -> dict[str, Any]:
    """Run the file; the graph of its loss at the defaults, and what its gradient asks for."""
    _open["path"] = path
    _open["names"] = names = runpy.run_path(path)
    loss = names.get("loss")
    if not callable(loss):
        refuse(
            fr="il faut une fonction loss(w=0.5, x=1.5, …) dont les valeurs par défaut sont le "
            "point",
            en="a function loss(w=0.5, x=1.5, …) is needed, whose defaults are the point",
        )
    leaves: dict[str, Value] = {}
    for name, parameter in inspect.signature(loss).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            refuse(
                fr=f"loss : {name} n’a pas de valeur par défaut (écrivez {name}=0.5)",
                en=f"loss: {name} has no default value (write {name}=0.5)",
            )
        leaves[name] = Value(parameter.default, label=name)
    output = loss(**leaves)
    if not isinstance(output, Value):
        refuse(
            fr=f"loss doit rendre un seul nombre calculé de ses paramètres, elle rend {output!r}",
            en=f"loss must give one number computed from its parameters, it gives {output!r}",
        )
    return {
        "leaves": pack_point({name: leaf.data for name, leaf in leaves.items()}),
        "graph": pack_graph(Graph(output)),
        "gradient": _asked(names.get("gradient")),
        "accept": _accepted(names.get("accept", ())),
    }


def _accepted(keys: Any) -> list[str]:
    """What the line `accept = ("sum",)` names; one text alone is one name."""
    return [keys] if isinstance(keys, str) else [str(key) for key in keys]


def _asked(hand: Any) -> dict[str, Any] | None:
    """The names of gradient's parameters, and whether it takes any others; None without one."""
    if not callable(hand):
        return None
    parameters = inspect.signature(hand).parameters.values()
    named = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
    return {"names": named, "others": len(named) < len(parameters)}


def _gradient(packed: Mapping[str, Any]) -> dict[str, Any]:
    """What the student's gradient gives there: with all the digits, or in floats if it must."""
    hand: Callable[..., Any] = _open["names"]["gradient"]
    point = {name: unpack_number(x) for name, x in packed.items()}
    try:
        given = hand(**point)
    except (TypeError, AttributeError):
        given = hand(**{name: float(x) for name, x in point.items()})
    if not isinstance(given, Mapping) or not given:
        refuse(
            fr=f"gradient doit rendre {{nom: valeur}}, elle rend {given!r}",
            en=f"gradient must give {{name: value}}, it gives {given!r}",
        )
    return {"values": {str(name): _entry(str(name), x) for name, x in given.items()}}


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
