"""Check it: a whole class at once, one row of a CSV file for each student.

print(check_class("answers.csv", "td3.py"))     # numbers only; the key is a file with a loss(…)
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.exercise import Limits
from tinygrad_fr.checking.hand import Number, as_typed
from tinygrad_fr.checking.report import STAGES, Report
from tinygrad_fr.checking.shown import Glued, glue, plain_text
from tinygrad_fr.checking.student_file import read_exercise
from tinygrad_fr.checking.verdict import COST, UNDECIDED, WRONG
from tinygrad_fr.reading.table import Row, Table, read_table
from tinygrad_fr.refusals import refuse
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import say

FEW = 6  # parameters; with more, the table counts the right ones instead of marking each
NAME = 24  # columns for a student's name; a longer one is cut
NAMED = (  # what the columns that name the students are often called
    *("élève", "eleve", "élèves", "étudiant", "étudiante", "etudiant", "nom", "prénom", "prenom"),
    *("student", "students", "name", "first name", "last name", "surname", "forename"),
)


@dataclass(slots=True)
class Student:
    """One row of the class: the report, or why there is none.

    gaps   of which parameters no answer could be read
    line   where it stands in the file
    """

    name: str
    report: Report | None
    remark: str = ""
    gaps: tuple[str, ...] = ()
    line: int = 0

    @property
    def ok(self) -> bool:
        """All is answered, and right; for another cost, if that is accepted."""
        return self.report is not None and self.report.ok and not self.gaps

    @property
    def mark(self) -> str:
        """✓ all right, ≈ right for another cost, ✗ something is wrong, ? undecided or missing."""
        marks = {mark(e.verdict) for e in self.report.entries} if self.report else {"?"}
        if self.gaps:
            marks.add("?")
        return next(sign for sign in "✗?≈✓" if sign in marks)

    @property
    def mistake(self) -> str:
        """The mistake in a few words, with a "?" where it is only suggested; "" where none is."""
        found = self.report.diagnosis if self.report else None
        if found is None:
            return self.report.missing if self.report else ""
        name = next(iter(found.names), "") or _unnamed(found.kind)
        return name if found.kind == "named" or not found.names else f"{name} ?"

    @property
    def place(self) -> str:
        """Where it goes wrong, in words."""
        found = self.report.diagnosis if self.report else None
        return found.place if found else ""

    def told(self) -> str:
        """One line for the class: the mistake, else the first remark."""
        words = [self.remark] if self.remark else []
        if self.mistake:
            words.append(": ".join(filter(None, (self.mistake, self.place))))
        elif self.report is not None:
            remarks = [
                say(fr=f"{e.name} : {e.remark}", en=f"{e.name}: {e.remark}")
                for e in self.report.entries
                if e.remark
            ]
            words += [*self.report.notes, *remarks][:1]
        return say(fr=" ; ", en="; ").join(words)

    def to_json(self, hint: int = STAGES, expected: bool = True) -> dict[str, Any]:
        """The row as JSON has it, with its report."""
        return {
            "student": self.name,
            "mark": self.mark,
            "right": int(self.ok),
            "remark": self.remark,
            "report": self.report.to_json(hint, expected) if self.report else None,
        }


@dataclass(slots=True)
class ClassReport:
    """A whole class: one Student per row, and how many made each mistake."""

    parameters: list[str]
    students: list[Student]
    notes: list[str] = field(default_factory=list)

    @property
    def mistakes(self) -> list[tuple[str, int]]:
        """(mistake, how many students), the most frequent first."""
        return Counter(s.mistake for s in self.students if s.mistake).most_common()

    def titles(self) -> list[str]:
        each = self.parameters if len(self.parameters) <= FEW else []
        return [
            say(fr="élève", en="student"),
            say(fr="note", en="mark"),
            *each,
            say(fr="justes", en="right"),
            say(fr="diagnostic", en="diagnosis"),
        ]

    def rows(self) -> list[list[str]]:
        """One line per student: the mark, each answer or how many are right, the mistake."""
        return [self._row(student) for student in self.students]

    def _row(self, student: Student) -> list[str]:
        entries = student.report.entries if student.report else []
        given = {e.name: mark(e.verdict) for e in entries}
        each = self.parameters if len(self.parameters) <= FEW else []
        fine = "✓≈" if student.report is not None and student.report.accepted else "✓"
        right = sum(sign in fine for sign in given.values())
        return [
            student.name,
            student.mark,
            *(given.get(p, "–") for p in each),
            f"{right}/{len(self.parameters)}",
            student.told(),
        ]

    def below(self) -> list[str]:
        """How many are right, and what was passed over."""
        right, total = sum(s.ok for s in self.students), len(self.students)
        if not right:
            summed = say(
                fr=f"Aucun élève sur {total} n’a tout juste.",
                en=f"None of the {total} students has everything right.",
            )
        else:
            summed = say(
                fr=f"{right} élève{'s' if right > 1 else ''} sur {total} "
                f"{'ont' if right > 1 else 'a'} tout juste.",
                en=f"{right} of {total} students {'have' if right > 1 else 'has'} everything "
                "right.",
            )
        return [summed, *self.notes]

    # ── where it is looked at ──

    def __rich__(self) -> Any:
        with unmoved():
            from rich.console import Group
            from rich.table import Table
            from rich.text import Text

        table = Table(box=None, header_style="bold")
        titles, rows = self.titles(), self.rows()
        for i, title in enumerate(titles[:-1]):
            longest = max(len(cell) for cell in (title, *(row[i] for row in rows)))
            justify: Any = "center" if i else "left"
            table.add_column(title, justify=justify, no_wrap=True, min_width=min(longest, NAME))
        table.add_column(titles[-1])
        for *cells, told in rows:
            cut = Text(glue(told), no_wrap=True, overflow="ellipsis")
            table.add_row(*(_cut(Text(glue(cell)), NAME) for cell in cells), cut)
        parts: list[Any] = [table, Text(""), *(Text(glue(line)) for line in self.below())]
        if self.mistakes:
            counts = Table(box=None, header_style="bold")
            counts.add_column(say(fr="erreur", en="mistake"))
            counts.add_column(say(fr="élèves", en="students"), justify="right")
            for name, count in self.mistakes:
                counts.add_row(Text(glue(name)), str(count))
            parts += [Text(""), counts]
        return Glued(Group(*parts))

    def __str__(self) -> str:
        return plain_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        def line(cells: Iterable[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(c)}</{tag}>" for c in cells) + "</tr>"

        counts = "".join(line((name, str(n)), "td") for name, n in self.mistakes)
        return (
            f"<table><thead>{line(self.titles(), 'th')}</thead>"
            f"<tbody>{''.join(line(row, 'td') for row in self.rows())}</tbody></table>"
            + "".join(f"<p>{escape(told)}</p>" for told in self.below())
            + (f"<table><tbody>{counts}</tbody></table>" if counts else "")
        )


def _cut(text: Any, width: int) -> Any:
    text.truncate(width, overflow="ellipsis")
    return text


def mark(verdict: str) -> str:
    """A verdict in one character."""
    return {WRONG: "✗", UNDECIDED: "?", COST: "≈"}.get(verdict, "✓")


def _unnamed(kind: str) -> str:
    return {
        "slip": say(fr="faute d’inattention", en="slip"),
        "several": say(fr="plusieurs erreurs possibles", en="several possible mistakes"),
    }.get(kind, say(fr="erreur inconnue", en="unknown mistake"))


# ── a file of answers ────────────────────────────────────────────────────────────────────────────


def check_class(
    path: str | os.PathLike[str],
    key: str | os.PathLike[str],
    seconds: float | None = None,
    *,
    memory: int | None = None,
    printed: Callable[[str], object] | None = None,
    accept: Iterable[str] = (),
    rate: Any = None,
) -> ClassReport:
    """Check the answers of a class, one CSV row per student, against the loss of a Python file.

    Columns named as the key's parameters are answers; one, or two, of the others name the student,
    and what else there is (an address, a mark) is let through.  A missing or unreadable answer is
    told in that student's row and shown as –; what else they answered is still checked.  The other
    arguments are those of `check_file`.
    """
    exercise = read_exercise(key, Limits(seconds, memory, printed))
    table = read_table(path, header=True, corner=True)
    asked = {i: name for i, name in enumerate(table.names) if name in exercise.leaves}
    naming = _naming(table, list(asked.values()), list(exercise.leaves))
    accepted = {*accept, *exercise.accept}
    students = []
    for row in table.rows:
        answers, remarks = _read({name: row.cells[i] for i, name in asked.items()})
        report = None
        if answers:
            report = check(exercise.output, answers, accept=accepted, rate=rate)
        gaps = tuple(name for name in asked.values() if name not in answers)
        told = say(fr=" ; ", en="; ").join(remarks)
        students.append(Student(_called(row, naming), report, told, gaps, row.line))
    _tell_namesakes(students)
    rest = [n for i, n in enumerate(table.names) if i not in asked and i not in naming and n]
    return ClassReport(list(asked.values()), students, _passed_over(rest, exercise.leaves, asked))


def _naming(table: Table, asked: Sequence[str], leaves: Sequence[str]) -> list[int]:
    """Which columns name the students; refuses a table without one, or without an answer."""
    others = [i for i, name in enumerate(table.names) if name not in leaves]
    known, told = ", ".join(leaves), ", ".join(name for name in table.names if name)
    if not asked:
        table.refuse(
            fr=f"aucune colonne ne porte le nom d’un paramètre ; le corrigé a {known}, "
            f"le tableau {told}",
            en=f"no column has the name of a parameter; the key has {known}, the table {told}",
        )
    if not others:
        table.refuse(
            fr="aucune colonne ne nomme les élèves ; ajoutez-en une, « élève » par exemple",
            en="no column names the students; add one, 'student' for example",
        )
    usual = [i for i in others if table.names[i].casefold() in NAMED]
    return usual or others[:1]


def _called(row: Row, naming: Sequence[int]) -> str:
    name = " ".join(filter(None, (row.cells[i] for i in naming)))
    return name or say(fr=f"(ligne {row.line})", en=f"(line {row.line})")


def _read(cells: Mapping[str, str]) -> tuple[dict[str, Number], list[str]]:
    """The numbers of one row by name, and what is missing or cannot be read."""
    answers: dict[str, Number] = {}
    remarks = []
    for name, cell in cells.items():
        try:
            if not cell:
                refuse(fr="pas de réponse", en="no answer")
            answers[name] = as_typed(cell)
        except ValueError as error:
            remarks.append(say(fr=f"{name} : {error}", en=f"{name}: {error}"))
    if len(remarks) == len(cells) > 1 and not any(cells.values()):
        return {}, [say(fr="aucune réponse", en="no answer at all")]
    return answers, remarks


def _tell_namesakes(students: Sequence[Student]) -> None:
    """Say in their rows that two have one name."""
    for name, count in Counter(s.name for s in students).items():
        same = [s for s in students if s.name == name] if count > 1 else []
        for student in same:
            lines = ", ".join(str(other.line) for other in same if other is not student)
            told = say(fr=f"même nom que la ligne {lines}", en=f"same name as on line {lines}")
            student.remark = say(fr=" ; ", en="; ").join(filter(None, (told, student.remark)))


def _passed_over(rest: Sequence[str], leaves: Iterable[str], asked: Mapping[int, str]) -> list[str]:
    """Which columns were not compared, and which parameters nobody was asked for."""
    notes = []
    if rest:
        told = ", ".join(rest)
        notes.append(
            say(fr=f"Colonnes non comparées : {told}.", en=f"Columns not compared: {told}.")
        )
    unasked = [name for name in leaves if name not in asked.values()]
    if unasked and rest:
        told = ", ".join(unasked)
        notes.append(
            say(
                fr=f"Paramètres du corrigé sans colonne : {told}.",
                en=f"Parameters of the key without a column: {told}.",
            )
        )
    return notes
