"""Check it: what was found: verdicts, a diagnosis, remarks; as a table, a text, HTML and JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.checking.diagnose import Diagnosis
from tinygrad_fr.checking.shown import Shown
from tinygrad_fr.checking.verdict import COST, FLOAT, KINK, RIGHT, WRONG, Entry
from tinygrad_fr.words import say

STAGES = 2  # of hints: pointing, the rule


@dataclass(slots=True)
class Report:
    """What the check found: one entry per parameter, the diagnosis, the remarks.

    ok           every entry is right, to float accuracy, or at a kink; or all are right for another
                 cost, and that is accepted
    cost         the other version of the cost whose gradient this is: "half", "sum", … as in
                 `accept`; empty where it is that of the cost asked, or of none
    beside       remarks on the diagnosis
    missing      what this cost would need beside it: "the factor 2 is missing"
    pointing     the question that points to it
    crossed      gives the rules that are crossed on the way to what is wrong: the second hint
    exit_status  0 if ok, 1 if an entry is wrong (for this cost), 2 if one is undecided
    """

    entries: list[Entry]
    diagnosis: Diagnosis | None = None
    notes: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    accepted: bool = False
    cost: tuple[str, ...] = ()
    missing: str = ""
    pointing: str = ""
    crossed: Callable[[], list[str]] = list

    @property
    def ok(self) -> bool:
        fine = (RIGHT, FLOAT, KINK, *((COST,) if self.accepted else ()))
        return all(e.verdict in fine for e in self.entries)

    @property
    def exit_status(self) -> int:
        if any(e.verdict == WRONG for e in self.entries):
            return 1
        if any(e.verdict == COST for e in self.entries):
            return 0 if self.accepted else 1
        return 0 if self.ok else 2

    def __getitem__(self, name: str) -> Entry:
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(e.name for e in self.entries)
        raise KeyError(
            say(
                fr=f"il n’y a pas de « {name} » ; il y a {known}",
                en=f"there is no '{name}'; there is {known}",
            )
        )

    @property
    def hint(self) -> str:
        """A question to think about, without the answer; "" where nothing was named."""
        return next(iter(self.hints(1)), "")

    def hints(self, stage: int = 1) -> list[str]:
        """What points to the mistake (1), then the rule that it breaks too (2)."""
        return [told for told, _ in self._hints(stage)]

    def _hints(self, stage: int) -> list[tuple[str, bool]]:
        """Each hint, and whether it is a rule."""
        if stage < 1 or self.accepted:
            return []
        if self.diagnosis is None:
            return [(self.pointing, False)] if self.pointing else []
        pointing, *rules = self.diagnosis.hints or ("",)
        found = [(pointing, False)] if pointing else []
        if stage > 1:
            told = rules or [say(fr=" ; ", en="; ").join(self.crossed())]
            found += [(rule, True) for rule in told if rule]
        return found

    def sentences(self, hint: int = 1, expected: bool = True) -> list[str]:
        """The remarks below the table; without `expected`, the hints alone."""
        out = []
        if expected:
            out += self.notes
            if self.diagnosis is not None:
                out.append(str(self.diagnosis))
            out += self.beside
        for told, is_rule in self._hints(hint):
            if is_rule:
                out.append(say(fr=f"Règle : {told}", en=f"Rule: {told}"))
            else:
                out.append(say(fr=f"Indice : {told}", en=f"Hint: {told}"))
        return out

    def shown(self, hint: int = 1, expected: bool = True) -> Shown:
        """The report as it is looked at: with hints up to a stage, with the right numbers or not.

        print(report.shown(expected=False))
        """
        return Shown(self.entries, self.sentences(hint, expected), expected)

    def __rich__(self) -> Any:
        return self.shown()

    def __str__(self) -> str:
        return str(self.shown())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.shown()._repr_html_()

    def to_json(self, hint: int = STAGES, expected: bool = True) -> dict[str, Any]:
        """All of it as JSON has it; a number that is not finite is null.

        Without `expected`, verdicts and hints alone, as in `shown`.
        """
        found, hints = self.diagnosis, self.hints(hint)
        named: dict[str, Any] = {"kind": found.kind} if found else {}
        if found and expected:
            named |= {"keys": list(found.keys), "names": list(found.names), "place": found.place}
        return {
            "ok": self.ok,
            "exit": self.exit_status,
            "cost": list(self.cost) or None,
            "entries": [_entry(e, expected) for e in self.entries],
            "diagnosis": {**named, "hints": hints} if found else None,
            "notes": [*self.notes, *self.beside] if expected else [],
        }


def _entry(e: Entry, expected: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"name": e.name, "yours": _number(e.yours)}
    if expected:
        found |= {"expected": _number(e.truth), "ratio": _number(e.ratio)}
    return {**found, "verdict": e.verdict, "remark": e.remark if expected else ""}


def _number(x: Any) -> float | None:
    """A number as a float; None where there is none, or none that is finite."""
    try:
        found = math.nan if x is None else float(x)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
