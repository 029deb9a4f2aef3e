"""Check it: what a teacher keeps of a class: a CSV of marks, and a page for every student.

write_marks(found, "marks.csv")
write_pages(found, "students/")
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from pathlib import Path

from tinygrad_fr.checking.classes import ClassReport, Student
from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.words import say

TAKEN = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}
LONGEST = 80  # characters of a file's name
FORMULA = ("=", "+", "-", "@")  # a spreadsheet would compute what begins like this


def write_marks(found: ClassReport, path: str | os.PathLike[str]) -> Path:
    """The class as a CSV file that a spreadsheet opens; the names of its columns are fixed.

    student, mark (✓ ≈ ✗ ?), right (1 where all is right, or accepted, else 0), a verdict for each
    parameter, mistake, place
    """
    check_target(path, [".csv"])
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(["student", "mark", "right", *found.parameters, "mistake", "place"])
    for student in found.students:
        verdicts = {e.name: e.verdict for e in student.report.entries} if student.report else {}
        each = [verdicts.get(name, "") for name in found.parameters]
        rows.writerow(
            [
                _harmless(student.name),
                student.mark,
                int(student.ok),
                *each,
                student.mistake,
                student.place,
            ]
        )
    return write_whole(path, text.getvalue().encode("utf-8-sig"))


def _harmless(cell: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def write_pages(
    found: ClassReport, folder: str | os.PathLike[str], hint: int = 1, expected: bool = True
) -> list[Path]:
    """One text per student, named for them: the report, with hints up to a stage."""
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    names = file_names([student.name for student in found.students])
    return [
        write_whole(where / f"{name}.txt", _page(student, hint, expected))
        for name, student in zip(names, found.students, strict=True)
    ]


def _page(student: Student, hint: int, expected: bool) -> str:
    lines = [f"{student.name}   {student.mark}", ""]
    if student.remark:
        lines += [student.remark, ""]
    if student.report is not None:
        lines += [student.report.shown(hint, expected).text(80), ""]
    elif not student.remark:
        lines += [say(fr="Aucune réponse.", en="No answer."), ""]
    return "\n".join(lines)


def file_names(names: list[str]) -> list[str]:
    """A name for every student's file: letters any system takes, none twice in any capitals.

    >>> file_names(["Zoé", "A/B", "zoé", "con"])
    ['Zoé', 'A_B', 'zoé-2', 'con_']
    """
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        plain = unicodedata.normalize("NFC", name)[:LONGEST]
        plain = re.sub(r"[^\w '’-]", "_", plain).strip(" _") or "_"
        plain = f"{plain}_" if plain.casefold() in TAKEN else plain
        once, count = plain, 1
        while once.casefold() in taken:
            count += 1
            once = f"{plain}-{count}"
        taken.add(once.casefold())
        found.append(once)
    return found
