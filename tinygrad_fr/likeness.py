"""A Value remembers, and stands in for its number where nothing is lost: compared and shown."""

from __future__ import annotations

from typing import Any, NoReturn

from tinygrad_fr.refusals import refuse


def number_of(u: Any) -> Any:
    """The number a node holds; a number is its own."""
    return u.data if isinstance(u, Likeness) else u


class Likeness:
    """What a node answers when it is treated as a number.

    <, <=, >, >= compare data; equality, hash and truth are by identity: a node of data 0 is true.
    """

    __slots__ = ()

    data: Any
    grad: Any

    def __lt__(self, other: Any) -> bool:
        return bool(self.data < number_of(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.data <= number_of(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.data > number_of(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.data >= number_of(other))

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __float__(self) -> NoReturn:
        refuse(
            fr="un Value n’est pas un nombre ordinaire : le convertir perdrait le gradient. "
            "Écrivez v.exp() (ou exp de tinygrad_fr) au lieu de math.exp(v), "
            "v.data pour le nombre seul",
            en="a Value is not a plain number: converting it would lose the gradient. "
            "Write v.exp() (or exp from tinygrad_fr) instead of math.exp(v), "
            "v.data for the number alone",
            kind=TypeError,
        )

    __int__ = __index__ = __complex__ = __float__
