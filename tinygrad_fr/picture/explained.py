"""Step through it: the rule of a step, in a sentence; and which neurons are saturated."""

from __future__ import annotations

from functools import cache

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.stages import is_transfer
from tinygrad_fr.ops import Op, scalar_product
from tinygrad_fr.picture.boxes import is_sum
from tinygrad_fr.picture.fold import count
from tinygrad_fr.picture.frames import Film, Frame
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.words import number, say

SATURATED = 0.01  # of the steepest slope of the function
BOUNDED = 1.5  # the steepest slope of what a neuron ends with; that of GELU is 1.13


def explained(film: Film, frame: Frame) -> str:
    """What happens in a step, and by which rule."""
    if frame.kind == "given":
        begins = say(
            fr="Les nombres donnés : entrées, cibles et paramètres. La passe avant commence.",
            en="The numbers that are given: inputs, targets, parameters. The forward pass begins.",
        )
        return " ".join(filter(None, (begins, _gathered(film))))
    node = film.node(frame.box)
    name = node.name or node.title
    if frame.kind == "forward":
        return " ".join(filter(None, (_forward(node, name), _saturation(film, node))))
    if frame.kind == "seed":
        return say(
            fr=f"La passe arrière commence au coût : ∂{name}/∂{name} = 1.",
            en=f"The backward pass begins at the cost: ∂{name}/∂{name} = 1.",
        )
    if frame.kind == "inside":
        return say(
            fr=f"Les paramètres de {name} : ∂{film.view.root}/∂{name} fois la dérivée locale de "
            "chacun.",
            en=f"The parameters of {name}: ∂{film.view.root}/∂{name} times the local derivative of "
            "each.",
        )
    if frame.arrow is None:
        return say(
            fr=f"Tout ce qui revient à {name}, en une fois.",
            en=f"All that comes back to {name}, at once.",
        )
    return _backward(film, frame, name)


def _gathered(film: Film) -> str:
    """Where a graph is too large to be walked through node by node: what a box stands for."""
    boxes, nodes = len(film.view.nodes), sum(len(node.inside) for node in film.view.nodes)
    one = {
        "neuron": say(fr="d’un neurone", en="a neuron"),
        "layer": say(fr="d’une couche", en="a layer"),
    }.get(film.view.level)
    if one is None and not film.view.note:
        return ""
    one = one or say(fr="d’une partie du calcul", en="a part of the work")
    has, drawn = count(nodes), count(boxes)
    return say(
        fr=f"Ce graphe de {has} nœuds tient en {drawn} cases : une case peut tenir lieu {one} et "
        "reçoit alors ses nombres ensemble.",
        en=f"This graph of {has} nodes is shown in {drawn} boxes: a box may stand for {one}, and "
        "then gets its numbers together.",
    )


def _forward(node: Node, name: str) -> str:
    v = node.value
    if v is None:
        return say(
            fr=f"Passe avant : toutes les sorties de {name}.",
            en=f"Forward pass: all the outputs of {name}.",
        )
    if node.kind == "group":
        return say(
            fr="Passe avant : la somme pondérée des entrées et le biais, puis la fonction de "
            "transfert.",
            en="Forward pass: the weighted sum of the inputs and the bias, then the transfer "
            "function.",
        )
    if is_transfer(v):
        return say(
            fr="Passe avant : la fonction de transfert est appliquée.",
            en="Forward pass: the transfer function is applied.",
        )
    if is_sum(v.op) or v.op is scalar_product:
        return say(fr="Passe avant : une somme.", en="Forward pass: a sum.")
    return say(
        fr=f"Passe avant : {name} se calcule à partir de ce qui y entre.",
        en=f"Forward pass: {name} is worked out from what enters it.",
    )


def _backward(film: Film, frame: Frame, name: str) -> str:
    """The rule of the arrow, then which contribution of how many it brings."""
    assert frame.arrow is not None
    edge = film.view.edges[frame.arrow]
    dst = film.node(edge.dst)
    said = [_rule(dst, edge.local)]
    if frame.places > 1:
        i, n = frame.place, frame.places
        said.append(
            say(
                fr=f"{name} sert {n} fois : les contributions s’ajoutent ({i} sur {n}).",
                en=f"{name} is used {n} times: the contributions add up ({i} of {n}).",
            )
        )
    return " ".join(filter(None, (*said, _saturation(film, dst))))


def _rule(dst: Node, local: object) -> str:
    """The local slope, by what made the box that the gradient comes from."""
    v = dst.value
    if dst.kind == "group":
        return say(
            fr="À travers un neurone : sa pente f′(z), fois le poids de l’arc.",
            en="Through a neuron: its slope f′(z), times the weight of the arrow.",
        )
    if v is not None and is_transfer(v):
        return say(
            fr="Une fonction de transfert : ce qui arrive est multiplié par sa pente f′(z).",
            en="A transfer function: what arrives is multiplied by its slope f′(z).",
        )
    if local == 1:
        return say(
            fr="Une somme transmet ce qui arrive tel quel : la dérivée locale vaut 1.",
            en="A sum hands on what arrives as it is: the local derivative is 1.",
        )
    if local == -1:
        return say(
            fr="Ce qui est soustrait reçoit l’opposé : la dérivée locale vaut −1.",
            en="What is subtracted receives the opposite: the local derivative is −1.",
        )
    if v is not None and (is_sum(v.op) or v.op is scalar_product or _named(v, "mul")):
        return say(
            fr="Un produit : la dérivée locale est l’autre facteur.",
            en="A product: the local derivative is the other factor.",
        )
    if v is not None and _named(v, "square", "pow"):
        return say(
            fr="Une puissance : pour e², la dérivée locale est 2e.",
            en="A power: for e², the local derivative is 2e.",
        )
    return say(
        fr="Ce qui arrive est multiplié par la dérivée locale.",
        en="What arrives is multiplied by the local derivative.",
    )


def _named(v: Value, *names: str) -> bool:
    return isinstance(v.op, Op) and v.op.name in names


# ── saturation ───────────────────────────────────────────────────────────────────────────────────


def saturated(film: Film, node: Node) -> bool:
    """Whether a transfer function in the box has a slope under 1 % of its steepest one."""
    return any(_share(v) < SATURATED for v in node.inside if is_transfer(v))


def _saturation(film: Film, node: Node) -> str:
    if not saturated(film, node):
        return ""
    share = min(_share(v) for v in node.inside if is_transfer(v))
    slope = number(100 * share, 2)
    return say(
        fr=f"Saturé : la pente n’est que {slope} % de la plus raide, presque rien ne revient.",
        en=f"Saturated: the slope is {slope} % of the steepest, hardly anything comes back.",
    )


def _share(v: Value) -> float:
    """The slope of a transfer function at z, against its steepest."""
    assert isinstance(v.op, Op)
    d = v.partials[0]
    steepest = _steepest(v.op)
    return abs(float(d)) / steepest if d is not None and steepest else 1.0


@cache
def _steepest(row: Op) -> float:
    """The steepest slope of a function that flattens out, as σ, tanh and ReLU do; 0 for others.

    Looked for between −10 and 10: eˣ has none, sin does not flatten.
    """
    found = []
    for i in range(-80, 81):
        try:
            z = i / 8
            found.append(abs(float(row.local_derivatives([z], row(z))[0])))
        except (ArithmeticError, ValueError, TypeError):
            return 0.0
    steepest = max(found)
    flat = min(found[0], found[-1]) < SATURATED * steepest
    return steepest if flat and steepest <= BOUNDED else 0.0
