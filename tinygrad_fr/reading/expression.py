"""Build a graph from what a person types: "z = w*x; (z - y)**2" becomes nodes, nothing is run.

    L = parse("(w*x - y)**2", {"w": 1.0, "x": 2.0, "y": 4.0})
    read("z = w*x + b; a = sigmoid(z); (a - y)**2", values).steps["a"]      the node named a

Four stages.  `signs` are read one by one; `steps` end at a ; or a line; `grammar` says what may
follow what, writes out what they leave unsaid (2x is 2*x), and refuses the rest with its
correction; `graph` makes the nodes, of equal ones one.  There is no `eval` anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.reading.grammar import CALLS, read_grammar
from tinygrad_fr.reading.graph import CONSTANTS, Builder, Piece
from tinygrad_fr.reading.letters import Names, as_compared
from tinygrad_fr.reading.signs import Signs
from tinygrad_fr.reading.steps import Step, steps_of
from tinygrad_fr.refusals import excerpt, nearest, refuse
from tinygrad_fr.words import say


class Typed(NamedTuple):
    """What was typed, read.

    output   the node of the last step
    leaves   the node of each value given, by the name it was given
    steps    the node of each named step, by its name, in order; p_1, p_2, … for p = softmax(…)
    formula  the last step as it was typed, without its name
    """

    output: Value
    leaves: dict[str, Value]
    steps: dict[str, Value]
    formula: str


def read(
    text: str,
    values: Mapping[str, Any],
    where: Mapping[str, str] | None = None,
    lazy: bool = False,
) -> Typed:
    """The graph of an expression and of the named steps before it, at the given values.

    text    "z = w*x + b; a = sigmoid(z); (a - y)**2", steps separated by ; or ends of lines
    values  numbers, or Values that stay what they are; each is one leaf, with its name as label
    where   further steps by name: {"a": "sigmoid(z)"}, before the text or, if they need its steps,
            after it
    lazy    a step that floats cannot work out, 1/exp(-800), holds NaN instead of being refused

    Names, numbers, + - * / ** ^ %, parentheses, |x|, √x, 2x and the table's functions; ln, σ, max,
    arcsin … as a course writes them; π and e unless a value has that name; 0,5 and 0.5.  What the
    tool prints can be typed.  A step's name is the label of its node; equal subexpressions are one
    node.  A value the expression does not use is left alone (`refuse_unused` complains).  Raises
    ValueError, one line with its correction, for all else.

    >>> typed = read("z = w*x; (z - y)^2", {"w": 1.0, "x": 2.0, "y": 4.0})
    >>> typed.output.data, typed.steps["z"].data, typed.steps["z"].label
    (4.0, 2.0, 'z')
    """
    sheet = _Sheet(values, lazy)
    steps = steps_of(Signs(text))
    later = sheet.define(where or {}, [step.name for step in steps if step.name])
    output = sheet.read(steps)
    left = sheet.define(later)
    for name, definition in left.items():  # says what is missing
        sheet.step(name, definition)
    return Typed(output, sheet.leaves, sheet.steps, steps[-1].text)


def parse(text: str, values: Mapping[str, Any]) -> Value:
    """The graph of an expression, with or without steps before it, at the given values: see `read`.

    >>> L = parse("(w*x - y)**2", {"w": 1.0, "x": 2.0, "y": 4.0})
    >>> L.backward()
    >>> L.data, [(leaf.label, leaf.grad) for leaf in L._prev[0]._prev[0]._prev]
    (4.0, [('w', -8.0), ('x', -4.0)])
    """
    return read(text, values).output


def names(text: str) -> list[str]:
    """The names that need a value, in order of appearance; steps, π and e need none.

    >>> names("exp(x)*pi + w*x"), names("z = w*x; z**2")
    (['x', 'w'], ['w', 'x'])
    """
    defined, found = Names(), []
    for step in steps_of(Signs(text)):
        found += [n for n in _wanted(step) if n not in defined and n not in CONSTANTS]
        if step.name:
            defined.add(step.name)
    return list(dict.fromkeys(found))


def refuse_unused(text: str, values: Mapping[str, Any], also: Iterable[str] = ()) -> None:
    """Raise ValueError if the name of a value or of a step is used nowhere: often it is a slip.

    also    further expressions in which it may be
    """
    steps = [step for typed in (text, *also) for step in steps_of(Signs(typed))]
    wanted = [name for step in steps for name in _wanted(step)]
    own = steps_of(Signs(text))[:-1]
    known = Names([*values, *(step.label for step in own)])
    used = {known.find(name) or re.sub(r"_?\d+$", "", name) for name in wanted}  # p_1 is p's
    spare = [name for name in wanted if name not in known]
    for key in values:
        if key in used:
            continue
        close = nearest(as_compared(key), spare)
        shown = excerpt(text)
        advice = (
            say(fr=f"Vouliez-vous dire {close} ?", en=f"Did you mean {close}?")
            if close
            else say(
                fr=f"Retirez {key}=… ou écrivez {key} dans l’expression",
                en=f"Remove {key}=… or write {key} in the expression",
            )
        )
        refuse(
            fr=f"{key} reçoit une valeur mais n’est pas dans l’expression {shown}. {advice}",
            en=f"{key} is given a value but is not in the expression {shown}. {advice}",
        )
    for step in own:
        if step.label not in used and step.name not in used:
            refuse(
                fr=f"l’étape {step.label} ne sert nulle part. Retirez-la ou écrivez {step.label} "
                "dans une étape suivante",
                en=f"the step {step.label} is used nowhere. Remove it or write {step.label} in a "
                "later step",
            )


# ── the sheet ────────────────────────────────────────────────────────────────────────────────────


class _Sheet:
    """What is written so far: the names that are known, and the nodes that are made."""

    def __init__(self, values: Mapping[str, Any], lazy: bool = False) -> None:
        self.known, self.builder = Names(values), Builder(lazy)
        self.leaves = {
            key: known if isinstance(known, Value) else Value(known, label=key)
            for key, known in values.items()
        }
        self.steps: dict[str, Value] = {}
        self.several: dict[str, int] = {}  # p = softmax(…): how many there are

    def define(self, where: Mapping[str, str], later: Iterable[str] = ()) -> dict[str, str]:
        """Take the steps whose names are all known; gives those that have to wait.

        A name that waits itself, or comes `later`, is not known: a step e is not the number e.
        """
        waiting, later = dict(where), list(later)
        while ready := next((n for n in waiting if self._ready(n, waiting, later)), None):
            self.step(ready, waiting.pop(ready))
        return waiting

    def _ready(self, name: str, waiting: Mapping[str, str], later: Iterable[str]) -> bool:
        steps = steps_of(Signs(waiting[name]))
        others = Names([*later, *(n for n in waiting if n != name)])
        return not self._missing(steps) and not any(n in others for s in steps for n in _wanted(s))

    def step(self, name: str, definition: str) -> None:
        """One step more, its name and its definition apart."""
        *before, last = steps_of(Signs(definition))
        self.read([*before, last._replace(label=name, name=as_compared(name))])

    def read(self, steps: Sequence[Step]) -> Value:
        """The node of the last step."""
        later, output = [step.name for step in steps], None
        for i, step in enumerate(steps):
            signs = read_grammar(step, self._has)
            missing = [name for name in _wanted(step) if not self._has(name)]
            if missing:
                self._refuse_missing(step, missing, later[i:])
            if step.name:
                self._refuse_taken(step)
            output = self._written(step, self.builder.build(step, signs, self._nodes(step)))
        assert output is not None  # an empty text has been refused
        return output

    def _has(self, name: str) -> bool:
        return name in self.known or name in CONSTANTS

    def _missing(self, steps: Sequence[Step]) -> list[str]:
        own = Names(step.name for step in steps if step.name)
        return [n for s in steps for n in _wanted(s) if not self._has(n) and n not in own]

    def _nodes(self, step: Step) -> dict[str, Value]:
        """The node of each name in the step that has one."""
        found = ((name, self.known.find(name)) for name in _wanted(step))
        return {
            name: self.leaves[key] if key in self.leaves else self.steps[key]
            for name, key in found
            if key is not None
        }

    def _written(self, step: Step, found: Piece) -> Value:
        """Keep what a step gave under its name; gives its (first) node."""
        if not step.name:
            only = Piece(found.value[0]) if type(found.value) is tuple else found
            return self.builder.labelled(only, "")
        if type(found.value) is not tuple:
            self._keep(step.label, found)
            return self.steps[step.label]
        self.several[step.name] = len(found.value)
        for k, part in enumerate(found.value, start=1):
            self._keep(f"{step.label}_{k}", Piece(part))
        return self.steps[f"{step.label}_1"]

    def _keep(self, label: str, piece: Piece) -> None:
        self.known.add(label)
        self.steps[label] = self.builder.labelled(piece, label)

    # ── what is refused ──

    def _refuse_taken(self, step: Step) -> None:
        label = step.label
        if self.known.exactly(step.name) in self.leaves:
            refuse(
                fr=f"{label} a déjà une valeur : donnez un autre nom à l’étape, ou retirez "
                f"{label}=… ; hors d’une étape une expression n’a pas de signe =",
                en=f"{label} has a value already: give the step another name, or remove "
                f"{label}=…; outside a step an expression has no = sign",
            )
        if self.known.exactly(step.name) is not None or step.name in self.several:
            refuse(
                fr=f"il y a deux étapes {label}. Donnez un autre nom à l’une",
                en=f"there are two steps {label}. Give one of them another name",
            )

    def _refuse_missing(self, step: Step, missing: list[str], later: Sequence[str]) -> NoReturn:
        name, where = missing[0], excerpt(step.text)
        if name in later:
            refuse(
                fr=f"{name} sert dans « {where} » avant d’être défini. Écrivez l’étape {name} = … "
                "plus tôt",
                en=f"{name} is used in '{where}' before it is defined. Write the step {name} = … "
                "earlier",
            )
        several = [key for key in self.leaves if re.fullmatch(rf"{re.escape(name)}_\d+", key)]
        if name in self.several or len(several) > 1:
            known = [f"{name}_{k}" for k in range(1, self.several.get(name, 0) + 1)]
            parts = ", ".join(known or several)
            refuse(
                fr=f"{name} désigne plusieurs nombres dans « {where} ». Écrivez l’un d’eux : "
                f"{parts}",
                en=f"{name} stands for several numbers in '{where}'. Write one of them: {parts}",
            )
        if name in CALLS:
            refuse(
                fr=f"{name} est une fonction et n’a pas d’entrée dans « {where} ». Écrivez "
                f"{name}(…)",
                en=f"{name} is a function and has no input in '{where}'. Write {name}(…)",
            )
        listed = ", ".join(missing[:8]) + (", …" if len(missing) > 8 else "")
        used = {self.known.find(n) for n in _wanted(step)}
        close = nearest(name, [as_compared(key) for key in self.leaves if key not in used])
        advice = (
            say(
                fr=f"{close} en a une et ne sert pas : vouliez-vous dire {close} ?",
                en=f"{close} has one and is not used: did you mean {close}?",
            )
            if close
            else say(fr=f"Ajoutez {name}=…", en=f"Add {name}=…")
        )
        refuse(
            fr=f"il manque une valeur pour {listed} dans « {where} ». {advice}",
            en=f"no value is given for {listed} in '{where}'. {advice}",
        )


def _wanted(step: Step) -> list[str]:
    """The names in a step that are neither called functions nor the word mod, each once."""
    kinds = ["", *(token.kind for token in step.tokens), ""]
    found = []
    for i, token in enumerate(step.tokens, start=1):
        called = kinds[i + 1] == "(" and token.read in CALLS
        between = token.read == "mod" and kinds[i - 1] in ("name", "number", "power", *")|⌋")
        if token.kind == "name" and not called and not between:
            found.append(token.read)
    return list(dict.fromkeys(found))
