"""Build a graph: the points that a network learns from, drawn with a seed or read from a CSV file.

    X, y = moons(200, noise=0.1, seed=0)
    X, y = read_csv("points.csv", target="label")
    (X, y), (X_test, y_test) = split(X, y, 0.2, seed=0)

X is a list of examples, each a list of floats; y a list with one target per example, an int where
it is a class (0, 1, 2, …).  Plain Python numbers, and a generator of its own per call: the same
seed gives the same points on every machine, and nobody else's random numbers move.
"""

from __future__ import annotations

import csv
import importlib
import math
import os
import random
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.words import number, say

Rows = list[list[float]]
Targets = list[Any]


class Examples(tuple[Rows, Targets]):
    """`X, y = …`, and what else is known of them.

    names    of the columns of X
    classes  what the targets 0, 1, 2, … stand for; empty where y is a quantity
    """

    names: tuple[str, ...]
    classes: tuple[Any, ...]

    def __new__(
        cls, X: Rows, y: Targets, names: Sequence[str] = (), classes: Sequence[Any] = ()
    ) -> Examples:
        out = super().__new__(cls, (X, y))
        out.names = tuple(names) or tuple(f"x_{i}" for i in range(1, len(X[0]) + 1))
        out.classes = tuple(classes)
        return out

    def __getnewargs__(self) -> tuple[Any, ...]:
        return *self, self.names, self.classes  # how copies and pickles are made

    def __repr__(self) -> str:
        X, _ = self
        kind = f"{len(self.classes)} classes" if self.classes else "a quantity"
        return f"<{len(X)} examples of ({', '.join(self.names)}), target: {kind}>"


# ── points of the plane, class by class ──────────────────────────────────────────────────────────


def clouds(n: int = 200, noise: float = 0.5, seed: int = 0, classes: int = 2) -> Examples:
    """n points around `classes` centres on a circle of radius 1.5: always linearly separable.

    X: n × 2; y: 0 … classes − 1.  noise is the standard deviation; a point nearer to another
    centre than to its own, or nearly so (0.15 from the line between the two), is drawn again.
    """
    _check(n, noise)
    _between("classes", classes, 2, 8)
    turns = [math.pi * (1.25 + 2 * k / classes) for k in range(classes)]
    centres = [(1.5 * math.cos(t), 1.5 * math.sin(t)) for t in turns]

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        while True:
            p = (draw.gauss(centres[k][0], noise), draw.gauss(centres[k][1], noise))
            own = math.dist(p, centres[k])
            for j, other in enumerate(centres):
                # (d² − own²)/(2·gap) is the signed distance to the line halfway between the two
                gap = math.dist(centres[k], other)
                if j != k and (math.dist(p, other) ** 2 - own**2) / (2 * gap) < 0.15:
                    break
            else:
                return p

    return _points(n, classes, 0.0, seed, point)


def xor(n: int = 200, noise: float = 0.25, seed: int = 0) -> Examples:
    """n points around (−1, −1), (−1, 1), (1, −1), (1, 1): class 1 where the signs differ.

    X: n × 2; y: 0 or 1.  No line separates them.  `xor(4, noise=0)` is the truth table, with −1
    for false and 1 for true.

    >>> sorted(zip(*xor(4, noise=0)))
    [([-1.0, -1.0], 0), ([-1.0, 1.0], 1), ([1.0, -1.0], 1), ([1.0, 1.0], 0)]
    """
    _check(n, noise)
    draw = random.Random(seed)
    corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
    rows = [(corners[i % 4], i % 2) for i in range(n)]
    draw.shuffle(rows)
    X = [[a + noise * draw.gauss(0, 1) for a in corner] for corner, _ in rows]
    return Examples(X, [label for _, label in rows], classes=(0, 1))


def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Examples:
    """n points on two half-moons, each with an end in the hollow of the other.

    X: n × 2, within about [−1, 2] × [−0.5, 1]; y: 0 above, 1 below.  The curves are those of
    scikit-learn's make_moons: (cos t, sin t) and (1 − cos t, ½ − sin t), 0 ≤ t ≤ π.
    """
    _check(n, noise)

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        c, s = math.cos(math.pi * t), math.sin(math.pi * t)
        return (1 - c, 0.5 - s) if k else (c, s)

    return _points(n, 2, noise, seed, point)


def circles(n: int = 200, noise: float = 0.08, seed: int = 0, factor: float = 0.5) -> Examples:
    """n points on two circles around 0: radius 1 is class 0, radius `factor` is class 1.

    X: n × 2; y: 0 or 1.  0 < factor < 1.
    """
    _check(n, noise)
    if not 0 < factor < 1:
        _refuse_option("factor", factor, "0 < factor < 1")

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        r, turn = factor if k else 1.0, 2 * math.pi * t
        return r * math.cos(turn), r * math.sin(turn)

    return _points(n, 2, noise, seed, point)


def spirals(
    n: int = 200, noise: float = 0.03, seed: int = 0, arms: int = 2, turns: float = 1.0
) -> Examples:
    """n points on 2 to 5 spiral arms that start near 0 and end at radius 1 after `turns` turns.

    X: n × 2; y: the arm, 0 … arms − 1.
    """
    _check(n, noise)
    _between("arms", arms, 2, 5)
    if not 0 < turns < math.inf:
        _refuse_option("turns", turns, "turns > 0")

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        r = 0.1 + 0.9 * t
        turn = 2 * math.pi * (k / arms + turns * t)
        return r * math.cos(turn), r * math.sin(turn)

    return _points(n, arms, noise, seed, point)


def parabola(n: int = 200, noise: float = 0.05, seed: int = 0) -> Examples:
    """n points of the plane: class 1 above the parabola x₂ = x₁² − ½, class 0 below it.

    X: n × 2, x₁ within ±1.5, x₂ from 0.15 to 1.15 away from the curve, plus the noise; y: 0 or 1.
    """
    _check(n, noise)

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        x = 3 * t - 1.5
        height = 0.15 + draw.random()
        return x, x * x - 0.5 + (height if k else -height)

    return _points(n, 2, noise, seed, point)


def _points(
    n: int,
    classes: int,
    noise: float,
    seed: int,
    point: Callable[[int, float, random.Random], tuple[float, float]],
) -> Examples:
    """n points shared evenly between the classes, in shuffled order.

    point(k, t, draw) gives one of class k; t runs evenly from 0 to 1 along the class.
    """
    draw = random.Random(seed)
    rows: list[tuple[list[float], int]] = []
    for k in range(classes):
        count = len(range(k, n, classes))
        for i in range(count):
            clean = point(k, i / max(count - 1, 1), draw)
            rows.append(([a + noise * draw.gauss(0, 1) for a in clean], k))
    draw.shuffle(rows)
    return Examples([x for x, _ in rows], [k for _, k in rows], classes=range(classes))


DATASETS: dict[str, Callable[..., Examples]] = {
    "clouds": clouds,
    "xor": xor,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "parabola": parabola,
}


def dataset(name: str, n: int = 200, seed: int = 0, **options: Any) -> Examples:
    """The points of that name: `dataset("spirals", 300, arms=3)`."""
    if name not in DATASETS:
        raise ValueError(_unknown("data", name, list(DATASETS)))
    return DATASETS[name](n, seed=seed, **options)


# ── pictures of digits ───────────────────────────────────────────────────────────────────────────


def digits(n: int | None = None, seed: int = 0) -> Examples:
    """The handwritten digits of scikit-learn: 8 × 8 pictures and the digit that each shows.

    X: n × 64, row by row of the picture, from 0 (paper) to 1 (ink); y: 0 … 9.  n: so many, drawn
    without repetition; all 1797 unless told.  Raises ImportError if scikit-learn is not installed.
    """
    try:
        loaded = importlib.import_module("sklearn.datasets").load_digits()
    except ImportError:
        raise ImportError(
            say(
                fr="digits() lit les chiffres de scikit-learn, qui n’est pas installé : "
                "« pip install scikit-learn », ou prenez une autre source, par exemple moons()",
                en="digits() reads the digits of scikit-learn, which is not installed: "
                "pip install scikit-learn, or take other data, moons() for example",
            )
        ) from None
    X: Rows = (loaded.data / 16).tolist()
    y: Targets = loaded.target.tolist()
    if n is not None:
        _between("n", n, 1, len(X))
        chosen = random.Random(seed).sample(range(len(X)), n)
        X, y = [X[i] for i in chosen], [y[i] for i in chosen]
    names = [f"pixel_{i},{j}" for i in range(1, 9) for j in range(1, 9)]
    return Examples(X, y, names, range(10))


# ── in two parts ─────────────────────────────────────────────────────────────────────────────────


def split(
    X: Sequence[Any], y: Sequence[Any], fraction: float = 0.2, seed: int = 0
) -> tuple[tuple[list[Any], list[Any]], tuple[list[Any], list[Any]]]:
    """((X, y) to learn from, (X, y) to test on): the second has `fraction` of the examples.

    Drawn with the seed; each part keeps at least one example.

    >>> (X, y), (X_test, y_test) = split(*moons(10), 0.3)
    >>> len(X), len(y), len(X_test), len(y_test)
    (7, 7, 3, 3)
    """
    if len(X) != len(y) or len(X) < 2:
        raise ValueError(
            say(
                fr=f"split a reçu {len(X)} exemples et {len(y)} cibles : donnez-en autant des deux, "
                "au moins deux",
                en=f"split was given {len(X)} examples and {len(y)} targets: give as many of both, "
                "at least two",
            )
        )
    if not 0 < fraction < 1:
        _refuse_option("fraction", fraction, "0 < fraction < 1")
    places = list(range(len(X)))
    random.Random(seed).shuffle(places)
    count = min(max(round(fraction * len(X)), 1), len(X) - 1)

    def part(chosen: list[int]) -> tuple[list[Any], list[Any]]:
        return [X[i] for i in chosen], [y[i] for i in chosen]

    return part(places[count:]), part(places[:count])


# ── a CSV file ───────────────────────────────────────────────────────────────────────────────────

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}
_BOUNDLESS = re.compile(r"[+-]?(?:inf|infinity|∞)", re.IGNORECASE)


def read_csv(
    path: str | os.PathLike[str],
    target: str | int | None = None,
    *,
    header: bool | None = None,
    encoding: str = "utf-8-sig",
) -> Examples:
    """The examples of a CSV file: one per line, a column for each input and one for the target.

    target  name of the column of the targets, or its number counted from 1 (−1 is the last);
            the last column unless told.  Where its cells are words they are classes, numbered in
            alphabetical order (`.classes` keeps the words); the other columns are numbers
    header  whether the first line names the columns; found out unless told (no cell is a number)

    The separator is a tab, a semicolon or a comma, found out; a decimal comma is read as one, where
    the separator leaves it.  Blank lines are passed over.  Raises FileNotFoundError, and ValueError
    in one line that names line and column for whatever cannot be a number: missing, text, infinite.
    """
    table = _Table(path, _read_text(path, encoding), header)
    return table.examples(table.place(target))


def _read_text(path: str | os.PathLike[str], encoding: str) -> str:
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(
            say(
                fr=f"{path} : aucun fichier de ce nom ; vérifiez le chemin",
                en=f"{path}: there is no such file; check the path",
            )
        ) from None
    except OSError as error:
        if Path(path).is_dir():
            _refuse(path, "c’est un dossier ; donnez un fichier", "this is a folder; give a file")
        _refuse(path, f"illisible ({error.strerror})", f"it cannot be read ({error.strerror})")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        _refuse(
            path,
            f"ligne {line} : l’octet 0x{content[error.start]:02x} n’est pas de l’{encoding} ; "
            "enregistrez le fichier en UTF-8, ou donnez encoding=, par exemple « cp1252 »",
            f"line {line}: byte 0x{content[error.start]:02x} is not {encoding}; "
            "save the file as UTF-8, or give encoding=, 'cp1252' for example",
        )
    except LookupError:
        _refuse(
            path,
            f"encodage {encoding!r} inconnu ; par exemple « utf-8 » ou « cp1252 »",
            f"unknown encoding {encoding!r}; 'utf-8' or 'cp1252' for example",
        )
    if "\0" in text:
        _refuse(
            path,
            "ce n’est pas un texte ; enregistrez le tableau en CSV, UTF-8",
            "this is not text; save the table as CSV, UTF-8",
        )
    return text


class _Table:
    """The cells of a file, each with the line it stands on."""

    def __init__(self, path: str | os.PathLike[str], text: str, header: bool | None) -> None:
        self.path = path
        self.separator, rows = self._rows(text)
        if not rows:
            _refuse(
                path,
                "le fichier est vide ; il faut une ligne par exemple",
                "the file is empty; one line per example is needed",
            )
        first = rows[0][1]
        if header is None:
            header = not any(_like_number(cell) for cell in first)
        self.names = first if header else [f"x_{i}" for i in range(1, len(first) + 1)]
        self.named = header
        self.rows = rows[1:] if header else rows
        self.decimal = ""
        self._check(rows)

    def _rows(self, text: str) -> tuple[str, list[tuple[int, list[str]]]]:
        """The separator, and every line that is not blank as (its number, its cells)."""
        first = next((line for line in text.splitlines() if line.strip()), "")
        separator = ","
        for separator in "\t;,":  # the last one if none divides the line
            if len(next(csv.reader([first], delimiter=separator, skipinitialspace=True), [])) > 1:
                break
        lines = csv.reader(
            text.splitlines(keepends=True), delimiter=separator, strict=True, skipinitialspace=True
        )
        rows = []
        begin = 1
        try:
            for cells in lines:
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    rows.append((begin, stripped))
                begin = lines.line_num + 1
        except csv.Error as error:
            _refuse(
                self.path,
                f'ligne {begin} : un guillemet " n’est pas fermé comme il faut ({error})',
                f'line {begin}: a quote " is not closed as it should be ({error})',
            )
        return separator, rows

    def _check(self, rows: list[tuple[int, list[str]]]) -> None:
        if len(self.names) < 2:
            _refuse(
                self.path,
                "une seule colonne ; il en faut une pour chaque entrée et une pour la cible, "
                "séparées par , ou ; ou une tabulation",
                "a single column; one is needed for each input and one for the target, "
                "separated by , or ; or a tab",
            )
        for line, cells in rows:
            if len(cells) != len(self.names):
                comma = self.separator == "," and len(cells) > len(self.names)
                _refuse(
                    self.path,
                    f"ligne {line} : {len(cells)} cases au lieu de {len(self.names)}"
                    + (" (avec des virgules décimales, séparez par ;)" if comma else ""),
                    f"line {line}: {len(cells)} cells instead of {len(self.names)}"
                    + (" (with decimal commas, separate by ;)" if comma else ""),
                )
        if self.named:
            for i, name in enumerate(self.names):
                if not name:
                    _refuse(
                        self.path,
                        f"ligne {rows[0][0]} : la colonne {i + 1} n’a pas de nom ; nommez-la ou ôtez-la",
                        f"line {rows[0][0]}: column {i + 1} has no name; name it or take it out",
                    )
                if name in self.names[:i]:
                    _refuse(
                        self.path,
                        f"ligne {rows[0][0]} : deux colonnes s’appellent {name!r} ; renommez-en une",
                        f"line {rows[0][0]}: two columns are named {name!r}; rename one",
                    )
        if not self.rows:
            _refuse(
                self.path,
                "les colonnes ont un nom, mais il n’y a pas d’exemple",
                "the columns have names, but there is no example",
            )

    def place(self, target: str | int | None) -> int:
        """The place of the target's column, from 0."""
        count = len(self.names)
        if target is None:
            return count - 1
        if isinstance(target, str):
            if self.named and target in self.names:
                return self.names.index(target)
            if not re.fullmatch(r"-?\d+", target, re.ASCII):
                if self.named:
                    _refuse(self.path, *[_unknown("target", target, self.names)] * 2)
                _refuse(
                    self.path,
                    f"target={target!r}, mais la première ligne ne nomme pas les colonnes ; "
                    f"donnez un numéro de 1 à {count}",
                    f"target={target!r}, but the first line does not name the columns; "
                    f"give a number from 1 to {count}",
                )
            target = int(target)
        if target == 0 or not -count <= target <= count:
            _refuse(
                self.path,
                f"target={target} : il y a {count} colonnes ; donnez un numéro de 1 à {count}",
                f"target={target}: there are {count} columns; give a number from 1 to {count}",
            )
        return target - 1 if target > 0 else count + target

    def examples(self, place: int) -> Examples:
        words = [not _like_number(cells[place]) for _, cells in self.rows]
        X: Rows = []
        y: Targets = []
        for (line, cells), word in zip(self.rows, words, strict=True):
            X.append([self.number(cell, line, i) for i, cell in enumerate(cells) if i != place])
            cell = cells[place]
            if cell.lower() in _MISSING:
                self._refuse_missing(cell, line, place)
            if word != words[0]:
                self._refuse_mixture(words, place)
            y.append(cell if word else self.number(cell, line, place))
        names = [name for i, name in enumerate(self.names) if i != place]
        if words[0]:
            classes = {word: k for k, word in enumerate(sorted(set(y)))}
            return Examples(X, [classes[word] for word in y], names, list(classes))
        if all(t.is_integer() for t in y):
            y = [int(t) for t in y]
            if min(y) == 0 and max(y) == len(set(y)) - 1:
                return Examples(X, y, names, range(max(y) + 1))
        return Examples(X, y, names)

    def number(self, cell: str, line: int, i: int) -> float:
        """The number in a cell; ValueError that says where it stands if it is none."""
        text = cell.replace("−", "-")
        if text.lower() in _MISSING:
            self._refuse_missing(cell, line, i)
        if _NUMBER.fullmatch(text):
            mark = next((c for c in text if c in ",."), "")
            if mark and self.decimal and mark != self.decimal:
                self._refuse_cell(
                    cell,
                    line,
                    i,
                    f"écrit sa décimale avec « {mark} », les lignes d’avant avec « {self.decimal} » ; "
                    "choisissez l’un des deux",
                    f"has '{mark}' before its decimals, the lines above have '{self.decimal}'; choose one",
                )
            self.decimal = self.decimal or mark
            x = float(text.replace(",", "."))
            if math.isfinite(x):
                return x
        elif not _BOUNDLESS.fullmatch(text):
            self._refuse_cell(
                cell,
                line,
                i,
                "n’est pas un nombre ; corrigez la case ou ôtez la ligne",
                "is not a number; mend the cell or take the line out",
            )
        self._refuse_cell(
            cell,
            line,
            i,
            "est infini ; il faut un nombre fini",
            "is infinite; a finite number is needed",
        )

    def _column(self, i: int) -> str:
        return f"{i + 1}" + (f" ({self.names[i]})" if self.named else "")

    def _refuse_cell(self, cell: str, line: int, i: int, fr: str, en: str) -> NoReturn:
        _refuse(
            self.path,
            f"ligne {line}, colonne {self._column(i)} : {cell!r} {fr}",
            f"line {line}, column {self._column(i)}: {cell!r} {en}",
        )

    def _refuse_missing(self, cell: str, line: int, i: int) -> NoReturn:
        found = f" ({cell!r})" if cell else ""
        _refuse(
            self.path,
            f"ligne {line}, colonne {self._column(i)} : valeur manquante{found} ; "
            "complétez la ligne ou ôtez-la",
            f"line {line}, column {self._column(i)}: missing value{found}; "
            "complete the line or take it out",
        )

    def _refuse_mixture(self, words: list[bool], place: int) -> NoReturn:
        odd = words.index(not words[0])
        (line, cells), (other, others) = self.rows[0], self.rows[odd]
        _refuse(
            self.path,
            f"colonne {self._column(place)} : {cells[place]!r} (ligne {line}) et {others[place]!r} "
            f"(ligne {other}), des mots et des nombres ; une cible est faite des uns ou des autres",
            f"column {self._column(place)}: {cells[place]!r} (line {line}) and {others[place]!r} "
            f"(line {other}), words and numbers; a target is made of either",
        )


def _like_number(cell: str) -> bool:
    """Whether the cell is, or should have been, a number; a name or the word of a class is not."""
    text = cell.replace("−", "-")
    return bool(
        text.lower() in _MISSING - {""} or _NUMBER.fullmatch(text) or _BOUNDLESS.fullmatch(text)
    )


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def _refuse(path: str | os.PathLike[str], fr: str, en: str) -> NoReturn:
    raise ValueError(say(fr=f"{path} : {fr}", en=f"{path}: {en}")) from None


def _unknown(option: str, given: str, names: Sequence[str]) -> str:
    near = get_close_matches(str(given), names, n=1)
    hint = (
        say(fr=f" Vouliez-vous dire {near[0]!r} ?", en=f" Did you mean {near[0]!r}?")
        if near
        else ""
    )
    return say(
        fr=f"{option}={given!r} est inconnu.{hint} Choisissez parmi : {', '.join(names)}",
        en=f"{option}={given!r} is unknown.{hint} Choose one of: {', '.join(names)}",
    )


def _check(n: int, noise: float) -> None:
    _between("n", n, 1, None)
    if not 0 <= noise < math.inf:
        _refuse_option("noise", noise, "noise ≥ 0")


def _between(option: str, x: Any, low: int, high: int | None) -> None:
    whole = isinstance(x, int) and not isinstance(x, bool)
    if not whole or x < low or (high is not None and x > high):
        _refuse_option(
            option, x, f"{option} ≥ {low}" if high is None else f"{low} ≤ {option} ≤ {high}"
        )


def _refuse_option(option: str, x: Any, expected: str) -> NoReturn:
    shown = number(x) if isinstance(x, (int, float)) else repr(x)
    raise ValueError(
        say(
            fr=f"{option} vaut {shown} ; il faut {expected}",
            en=f"{option} is {shown}; it must be {expected}",
        )
    )
