"""Check it: which known mistake explains *all* the numbers of a wrong answer?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.answer import Answer, same
from tinygrad_fr.checking.bends import Mistake, bent_answer
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.locate import located
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.ops import DomainError
from tinygrad_fr.words import say


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A mistake, where it is made and the constant it is combined with."""

    mistake: Mistake
    where: str = "everywhere"
    factor: int = 0  # which of the constants; 0 is none

    def answers(self, scenes: Sequence[Scene]) -> list[list[Any]]:
        """The gradient it leads to, at each point."""
        out = []
        for scene in scenes:
            answer = bent_answer(scene, self.mistake, self.where)
            constant = ([1, *_constants(scene)])[self.factor]
            out.append([constant * g for g in answer] if self.factor else answer)
        return out

    @property
    def name(self) -> str:
        """The mistake in words, with its place and its constant."""
        place = {
            "output": say(fr=" (couche de sortie)", en=" (output layer)"),
            "hidden": say(fr=" (couches cachées)", en=" (hidden layers)"),
        }.get(self.where, "")
        if len(self.mistake.places) == 1:  # its name says it
            place = ""
        constant = ["", "×2", "×½", "×(−1)", "×m", "×1/m"][self.factor]
        return f"{self.mistake.name}{place}{' ' + constant if constant else ''}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the answer is compatible with.

    kind        "named": one mistake explains every number (several, if they coincide here);
                "several": two mistakes fit at the digits given, another point would tell;
                "slip": a few entries differ; "unknown": nothing fits
    hypotheses  the mistakes that fit
    place       where the first wrong quantity is, in words
    """

    kind: str
    hypotheses: tuple[Hypothesis, ...] = ()
    place: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(h.mistake.key for h in self.hypotheses))

    @property
    def names(self) -> tuple[str, ...]:
        """The mistakes in words, each once."""
        return tuple(dict.fromkeys(h.name for h in self.hypotheses))

    @property
    def hints(self) -> tuple[str, ...]:
        """What points to the mistake without telling it, where one is named."""
        return (self.hypotheses[0].mistake.hint,) if self.kind == "named" else ()

    def __str__(self) -> str:
        names = " ; ".join(self.names)
        if self.kind == "named":
            return say(
                fr=f"Compatible avec une erreur connue : {names}.",
                en=f"Compatible with one known mistake: {names}.",
            )
        if self.kind == "several":
            return say(
                fr=f"Plusieurs erreurs connues donnent ces chiffres : {names}. "
                "Donnez plus de chiffres, ou un autre point.",
                en=f"Several known mistakes give these digits: {names}. "
                "Give more digits, or another point.",
            )
        if self.kind == "slip":
            return say(
                fr=f"Sans doute une faute de calcul : {self.place}.",
                en=f"Probably a slip in the arithmetic: {self.place}.",
            )
        return say(
            fr=f"Aucune erreur connue n’explique tous les chiffres. {self.place}",
            en=f"No known mistake explains all the numbers. {self.place}",
        )


def _constants(scene: Scene) -> list[Any]:
    return [2, Fraction(1, 2), -1, scene.examples, Fraction(1, scene.examples)]


Round = list[tuple[Hypothesis, list[list[Any]]]]  # hypotheses, each with its answers at each point


def hypotheses(scenes: Sequence[Scene]) -> Iterator[Round]:
    """What a wrong answer may come from, simplest first: one constant, one rule, both.

    What changes nothing here is left out.
    """
    truth = [scene.truth for scene in scenes]
    first = scenes[0]
    yield [
        (Hypothesis(m), [[f * g for g in s.truth] for s, f in zip(scenes, fs, strict=True)])
        for m in CATALOGUE.values()
        if m.factors is not None
        for fs in [[f for s in scenes for f in m.factors(s)]]
        if len(fs) == len(scenes) and fs[0] != 1
    ]
    bent: Round = []
    for mistake in CATALOGUE.values():
        if mistake.factors is not None:
            continue
        one_layer = first.layers <= 1 and "everywhere" in mistake.places
        for where in ("everywhere",) if one_layer else mistake.places:
            hypothesis = Hypothesis(mistake, where)
            try:
                answers = hypothesis.answers(scenes)
            except DomainError:  # log of a bias set to 0: nobody came this way
                continue
            if not same(answers, truth) and not any(
                h.mistake is mistake and same(answers, known) for h, known in bent
            ):
                bent.append((hypothesis, answers))
    yield bent
    both: Round = []
    for hypothesis, answers in bent:
        for i, constant in enumerate(_constants(first), start=1):
            if constant != 1:
                scaled = [
                    [_constants(s)[i - 1] * g for g in answer]
                    for s, answer in zip(scenes, answers, strict=True)
                ]
                both.append((Hypothesis(hypothesis.mistake, hypothesis.where, i), scaled))
    yield both


def diagnose(
    scenes: Scene | Sequence[Scene], answer: Answer, rounds: Iterable[Round] | None = None
) -> Diagnosis:
    """The known mistake that explains every number of a wrong answer; else where it goes wrong.

    scenes      the graph at one or several points, parameters in the order of the answer
    rounds      the hypotheses, where many answers are diagnosed on the same scenes

    Refuses to name a mistake when none fits, or when several that differ fit.
    """
    points = [scenes] if isinstance(scenes, Scene) else list(scenes)
    ratio = answer.ratio(points)
    for level, found in enumerate(hypotheses(points) if rounds is None else rounds):
        if level == 2 and ratio is not None:
            break  # a constant alone explains it: a bent rule times a constant would be a guess
        fitting = [(hypothesis, answers) for hypothesis, answers in found if answer.fits(answers)]
        if fitting:
            first, numbers = fitting[0]
            alike = all(
                h.mistake is first.mistake or same(numbers, answers) for h, answers in fitting[1:]
            )
            return Diagnosis("named" if alike else "several", tuple(h for h, _ in fitting))
    kind, place = located(points, answer)
    return Diagnosis(kind, place=place)
