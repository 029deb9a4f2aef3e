"""Check it: no known mistake, so what is certain: where the numbers leave the chain rule.

From the cost backwards: an entry that is right shows that ∂L/∂v is right at every node v that all
its paths go through.  What is said of the wrong ones is said of what stands below the last of
these.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.structure import Scene, is_transfer, row_name
from tinygrad_fr.checking.wording import NO_PLACE, function, place, spelled
from tinygrad_fr.checking.world import World
from tinygrad_fr.engine import Value
from tinygrad_fr.words import number, say

MANY = 3000  # nodes above which paths are not followed
NEAR_ONE = 0.01


def located(scenes: Sequence[Scene], world: World, answer: Answer) -> str:
    """Where the first wrong quantity is, in words that are true of this graph and these answers."""
    scene = scenes[0]
    if all(x == 0 for row in answer.numbers for x in row):
        return say(
            fr="Tous vos nombres sont 0 : la passe arrière a-t-elle eu lieu ?",
            en="All your numbers are 0: did the backward pass happen?",
        )
    told = same_ratio(world, answer)
    if told:
        return told + _in_common(scene)
    right = {p: answer.right(scenes, k) for k, p in enumerate(scene.parameters)}
    if all(right.values()):
        return ""
    if scene.is_network() and scene.layered() and any(n.transfer for n in scene.neurons):
        told = _first_wrong_block(scene, right)
    return told or _below_what_is_right(scene, right) or _outermost(scene)


# ── one ratio ────────────────────────────────────────────────────────────────────────────────────


def same_ratio(world: World, answer: Answer) -> str:
    """That all entries are in one ratio to the gradient; "" if not, or for a single entry."""
    rows = zip(answer.numbers, answer.tolerance, world.truth, strict=True)
    found = [_ratio([(*map(float, e),) for e in zip(*row, strict=True)]) for row in rows]
    ends = [e for e in found if e is not None]
    if len(ends) < len(found):
        return ""
    low, high = max(a for a, _ in ends), min(b for _, b in ends)
    if low <= high * (1 + 1e-9) if high > 0 else low <= high * (1 - 1e-9):
        ratio = (low + high) / 2
        if abs(ratio - 1) <= NEAR_ONE:
            return ""
        return say(
            fr=f"Tous les nombres valent le gradient multiplié par {number(ratio)}.",
            en=f"Every number is the gradient multiplied by {number(ratio)}.",
        )
    ratio = sum(ends[0]) / 2
    return say(
        fr=f"En chaque point, tous les nombres valent le gradient multiplié par un facteur (ici "
        f"{number(ratio)}), qui change d’un point à l’autre.",
        en=f"At each point every number is the gradient multiplied by one factor (here "
        f"{number(ratio)}), which changes from point to point.",
    )


def _ratio(entries: Sequence[tuple[float, ...]]) -> tuple[float, float] | None:
    """Between which bounds the one ratio of (given, allowed, true) is; None if there is none."""
    low, high, moving = -float("inf"), float("inf"), 0
    for x, room, t in entries:
        room += 1e-9 * abs(x)
        if t == 0:
            if abs(x) > room:
                return None
            continue
        moving += 1
        one, two = sorted(((x - room) / t, (x + room) / t))
        low, high = max(low, one), min(high, two)
    return (low, high) if moving > 1 and low <= high else None


def _in_common(scene: Scene) -> str:
    """What all the entries have in common: the cost, and each f′ that all paths go through."""
    above = _dominators(scene)
    common = set(scene.nodes)
    for p in scene.parameters:
        common &= above.get(p, set())
    slopes = [function(v) for v in scene.nodes if v in common and is_transfer(v)]
    also = "".join(f", {f}′" for f in dict.fromkeys(slopes))
    return say(
        fr=f" Regardez ce qu’ils ont en commun : le coût et ses constantes{also}.",
        en=f" Look at what they have in common: the cost and its constants{also}.",
    )


# ── layers ───────────────────────────────────────────────────────────────────────────────────────


def _first_wrong_block(scene: Scene, right: dict[Value, bool]) -> str:
    """Whether weights or biases, and from which layer on; "" where the answers do not show it."""
    wrong = {scene.places[p][:2] for p, well in right.items() if not well}
    asked = {scene.places[p][:2] for p in right}
    well = asked - wrong
    kinds = {kind for kind, _ in wrong}
    layers = {layer for _, layer in wrong}
    if kinds == {"W"} and {("b", layer) for layer in layers} <= well:
        other = any(len(scene.users.get(p, [])) > scene.examples for p in right if not right[p])
        also = say(
            fr=", et les autres termes du coût où ils entrent",
            en=", and the other terms of the cost they enter",
        )
        return say(
            fr="Les biais sont justes, les poids faux : regardez ∂z/∂W, ce que chaque poids "
            f"multiplie{also if other else ''}.",
            en="The biases are right, the weights wrong: look at ∂z/∂W, what each weight "
            f"multiplies{also if other else ''}.",
        )
    if kinds == {"b"} and {("W", layer) for layer in layers} <= well:
        return say(
            fr="Les poids sont justes, les biais faux : regardez ∂z/∂b.",
            en="The weights are right, the biases wrong: look at ∂z/∂b.",
        )
    deepest = max(layers)
    if deepest < scene.layers and any(layer == deepest + 1 for _, layer in well):
        return say(
            fr=f"Juste jusqu’à la couche {deepest + 1}, faux à partir de la couche {deepest} : "
            f"regardez la récursion qui donne δ^[{deepest}].",
            en=f"Right down to layer {deepest + 1}, wrong from layer {deepest} on: look at the "
            f"recursion that gives δ^[{deepest}].",
        )
    if scene.layers == 1 and not well:
        return say(
            fr="Rien n’est juste : vérifiez d’abord la passe avant, puis ∂L/∂ŷ et f′(z).",
            en="Nothing is right: check the forward pass first, then ∂L/∂ŷ and f′(z).",
        )
    if deepest == scene.layers and not any(layer == deepest for _, layer in well):
        return say(
            fr="Faux dès la dernière couche : vérifiez d’abord la passe avant, puis ∂L/∂ŷ et "
            "f′(z) en sortie.",
            en="Wrong from the last layer on: check the forward pass first, then ∂L/∂ŷ and f′(z) "
            "at the output.",
        )
    return ""


# ── any graph ────────────────────────────────────────────────────────────────────────────────────


def _dominators(scene: Scene) -> dict[Value, set[Value]]:
    """For each node, those that all its paths to the output go through, itself included."""
    if len(scene.nodes) > MANY:
        return {}
    found: dict[Value, set[Value]] = {}
    for v in reversed(scene.nodes):
        users = [found[user] for user, _ in scene.users.get(v, []) if user in found]
        found[v] = (set.intersection(*users) if users else set()) | {v}
    return found


def _below_what_is_right(scene: Scene, right: dict[Value, bool]) -> str:
    """Down to which node ∂L/∂v is right, as the right entries show; "" if they show nothing."""
    above = _dominators(scene)
    truth = dict(zip(scene.parameters, scene.truth, strict=True))
    shown: dict[Value, Value] = {}
    for p, well in right.items():
        if well and truth[p] != 0:
            for v in above.get(p, set()) - {p}:
                shown.setdefault(v, p)
    for q, well in right.items():
        if well or q not in above:
            continue
        cleared = (v for v in scene.nodes if v in shown and v in above[q] and v is not q)
        d = next((v for v in cleared if place(v).strip(NO_PLACE)), scene.output)
        if d is scene.output:
            continue
        p, node = shown[d], place(d)
        return say(
            fr=f"{spelled(p)} est juste, donc la dérivée du coût par rapport à {node} l’est "
            f"aussi : l’erreur de {spelled(q)} est plus bas, entre ce nœud et {spelled(q)}.",
            en=f"{spelled(p)} is right, so the derivative of the cost with respect to {node} is "
            f"right too: the error in {spelled(q)} is below, between that node and {spelled(q)}.",
        )
    wrong = [spelled(q) for q, well in right.items() if not well]
    fine = [spelled(p) for p, well in right.items() if well]
    if not fine:
        return ""
    return say(
        fr=f"Juste pour {', '.join(fine[:4])}, faux pour {', '.join(wrong[:4])} : qu’est-ce qui "
        "n’entre que dans le second calcul ?",
        en=f"Right for {', '.join(fine[:4])}, wrong for {', '.join(wrong[:4])}: what enters only "
        "the second computation?",
    )


def _outermost(scene: Scene) -> str:
    """The rule of the last operation, from which the way back begins."""
    name = row_name(scene.output)
    rules = {
        "mul": say(fr="un produit, (u·v)′ = u′·v + u·v′", en="a product, (u·v)′ = u′·v + u·v′"),
        "div": say(
            fr="un quotient, (u/v)′ = (u′·v − u·v′)/v²",
            en="a quotient, (u/v)′ = (u′·v − u·v′)/v²",
        ),
        "pow": say(fr="une puissance, (uⁿ)′ = n·uⁿ⁻¹·u′", en="a power, (uⁿ)′ = n·uⁿ⁻¹·u′"),
        "square": say(fr="un carré, (u²)′ = 2·u·u′", en="a square, (u²)′ = 2·u·u′"),
        "add": say(
            fr="une somme, qui se dérive terme par terme", en="a sum, differentiated term by term"
        ),
        "sum": say(
            fr="une somme, qui se dérive terme par terme", en="a sum, differentiated term by term"
        ),
        "sub": say(
            fr="une différence, qui se dérive terme par terme",
            en="a difference, differentiated term by term",
        ),
    }
    if not name:
        return ""
    f = function(scene.output) if name not in rules else ""
    rule = rules.get(name) or say(
        fr=f"{f}, dont la dérivée multiplie celle de l’intérieur",
        en=f"{f}, whose derivative multiplies that of the inside",
    )
    return say(
        fr=f"Reprenez de l’extérieur vers l’intérieur : la dernière opération est {rule}.",
        en=f"Start again from the outside and work inwards: the last operation is {rule}.",
    )
