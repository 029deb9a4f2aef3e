"""What a person types has names: w1, ŷ, w₁⁽²⁾, ∂L/∂w; which of them are one and the same.

    as_compared("w₁⁽²⁾")        "w1^[2]": how a name is compared, however it was typed
    name_end("w₁·x", 0)         2, where the name that begins there ends
    Names(["w_1"]).find("w₁")   "w_1": the known name that was meant

Two spellings of Unicode are one name.  Beyond that a known name may be typed as the tool prints it:
a value w_1 is printed w₁, theta is printed θ.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

from tinygrad_fr.formula.names import pretty
from tinygrad_fr.refusals import refuse

_PRINTED = re.compile(r"⁽([^⁽⁾\s]+)⁾$")
_LAYER = re.compile(r"\^\[\w+\]")
_BELOW = re.compile(r"_\{[^{}\s]+\}")
_ORDER = re.compile(r"[²³⁰-⁹]*")


def as_compared(key: str) -> str:
    """A name as it is compared: x₁ is x1, and é is é however it was typed; w₁⁽²⁾ is w1^[2]."""
    if key.isascii():
        return key
    above = _PRINTED.search(key)
    if above:
        key = f"{key[: above.start()]}^[{above[1]}]"
    return unicodedata.normalize("NFKC", key)


def name_end(text: str, start: int) -> int:
    """Where the name that begins at `start` ends; `start` itself where none begins."""
    if text.startswith("∂", start):
        return _derivative_end(text, start)
    if not (text[start].isalpha() or text[start] == "_"):
        return start
    end = start + 1
    while end < len(text) and _goes_on(text, end):
        end += 1
    if text[end - 1] == "_" and (below := _BELOW.match(text, end - 1)):
        end = below.end()
    layer = _LAYER.match(text, end)
    if layer:
        return layer.end()
    if text.startswith("⁽", end):
        closed = text.find("⁾", end)
        inside = text[end + 1 : closed]
        if closed > 0 and inside and all(map(is_raised, inside)):
            return closed + 1
    return end


def is_name(text: str) -> bool:
    """Whether the whole text is one name, as a value or a step may have."""
    return bool(text) and name_end(text, 0) == len(text) and _is_identifier(as_compared(text))


def held_name(text: str, start: int, end: int) -> str:
    """The name that stands there, as it is compared; what is none is refused."""
    shown = text[start:end]
    name = as_compared(shown)
    if not _is_identifier(name):
        refuse(
            fr=f"« {shown} » n’est pas un nom. Un nom est fait de lettres, de chiffres et de _ "
            ": w, x1, w_12",
            en=f"'{shown}' is not a name. A name is made of letters, digits and _: w, x1, w_12",
        )
    refuse_keyword(name, shown)
    return name


def refuse_keyword(name: str, shown: str) -> None:
    """Refuse what is a word of Python: a formula that holds one is a program."""
    if not keyword.iskeyword(name):
        return
    other = {"lambda": "λ", "True": "1", "False": "0"}.get(name, "")
    if other:
        refuse(
            fr=f"« {shown} » est un mot réservé de Python, pas un nom. Écrivez {other}",
            en=f"'{shown}' is a reserved word of Python, not a name. Write {other}",
        )
    refuse(
        fr=f"« {shown} » est un mot réservé de Python, pas un nom. Choisissez un autre nom ; "
        "un choix s’écrit avec maximum, minimum, relu ou step",
        en=f"'{shown}' is a reserved word of Python, not a name. Choose another name; "
        "a choice is written with maximum, minimum, relu or step",
    )


def is_raised(sign: str) -> bool:
    """A sign written above the line: ² ⁻ ⁿ."""
    return not sign.isascii() and unicodedata.decomposition(sign).startswith("<super>")


class Names:
    """The names known so far, each found however it is typed."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._exactly: dict[str, str] = {}
        self._printed: dict[str, list[str]] = {}
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        """One name more; ValueError if it is another's, typed otherwise."""
        other = self._exactly.setdefault(as_compared(key), key)
        if other != key:
            refuse(
                fr=f"{other} et {key} sont un même nom. Gardez-en un",
                en=f"{other} and {key} are one and the same name. Keep one",
            )
        self._printed.setdefault(as_printed(key), []).append(key)

    def exactly(self, name: str) -> str | None:
        """The known name that is the same, but for Unicode's spelling."""
        return self._exactly.get(as_compared(name))

    def find(self, name: str) -> str | None:
        """The known name that was meant: the same, else the only one that is printed so."""
        known = self.exactly(name)
        if known is not None:
            return known
        alike = self._printed.get(as_printed(name), [])
        if len(alike) > 1:
            both = ", ".join(alike)
            refuse(
                fr=f"{name} peut être {both} : écrivez le nom comme il a reçu sa valeur",
                en=f"{name} may be {both}: write the name as it was given its value",
            )
        return alike[0] if alike else None

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None


def as_printed(name: str) -> str:
    """The name as the tool prints it, made comparable: w_1, w1 and w₁ are one, theta is θ."""
    return as_compared(pretty(as_compared(name)))


def _goes_on(text: str, i: int) -> bool:
    """Whether the sign at i still belongs to the name before it."""
    sign = text[i]
    if sign == "," and i + 1 < len(text) and text[i - 1] in _LOWERED:  # w₁,₂
        return text[i + 1] in _LOWERED
    if text[i - 1] in _LOWERED and sign not in _LOWERED:  # w₁x is two names
        return False
    letter = sign == "_" or sign.isalnum() or unicodedata.category(sign)[0] == "M"
    return letter and not is_raised(sign)


_LOWERED = "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"


def _derivative_end(text: str, start: int) -> int:
    """Where ∂L/∂w or ∂²L/∂w∂b ends; `start` where it is none."""
    order = _ORDER.match(text, start + 1)
    assert order is not None
    end, above = order.end(), True
    while True:
        if end >= len(text) or text[end] == "∂" or (after := name_end(text, end)) == end:
            return start
        end = after
        if above and not text.startswith("/∂", end):
            return start
        if not above and not text.startswith("∂", end):
            return end
        end += 2 if above else 1
        above = False


def _is_identifier(name: str) -> bool:
    if name.startswith("∂"):
        return True
    base = name.partition("^[")[0]
    return re.sub(r"[{},]", "", base).isidentifier()
