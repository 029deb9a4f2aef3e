"""Check it: no known mistake, so a slip, or where the answer leaves the chain rule."""

from __future__ import annotations

from collections.abc import Sequence

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.words import number, say

Block = tuple[str, int]  # ("W", layer), ("b", layer), ("?", 0)


def located(scenes: Sequence[Scene], answer: Answer) -> tuple[str, str]:
    """("slip" or "unknown", where in words): what is said of an answer that no mistake explains."""
    ratio = answer.ratio(scenes)
    if all(x == 0 for row in answer.numbers for x in row):
        return "unknown", say(
            fr="Tous vos nombres sont 0 : la passe arrière a-t-elle eu lieu ?",
            en="All your numbers are 0: did the backward pass happen?",
        )
    if ratio is not None and len(scenes[0].parameters) > 1 and abs(ratio - 1) > 0.01:
        return "unknown", say(
            fr=f"Tous les nombres sont dans le même rapport {number(ratio)} au gradient : "
            "regardez le coût et ses constantes.",
            en=f"Every number is in the same ratio {number(ratio)} to the gradient: "
            "look at the cost and its constants.",
        )
    slip = _slip(scenes, answer, ratio)
    return ("slip", slip) if slip else ("unknown", _first_wrong_block(scenes, answer))


def _slip(scenes: Sequence[Scene], answer: Answer, ratio: float | None) -> str:
    """A few entries that differ, or all of them by little; "" if it is more than a slip."""
    parameters = scenes[0].parameters
    wrong = [p for e, p in enumerate(parameters) if not answer.right(scenes, e)]
    names = ", ".join(p.label or "?" for p in wrong[:4])
    if ratio is not None and abs(ratio - 1) <= 0.01:
        return say(
            fr=f"juste à moins de 1 % près ({names}) : vérifiez les derniers chiffres",
            en=f"right to within 1 % ({names}): check the last digits",
        )
    total = len(parameters)
    if wrong and total >= 4 and len(wrong) <= max(1, total // 6):
        return say(
            fr=f"{len(wrong)} nombre sur {total} diffère ({names})",
            en=f"{len(wrong)} entry of {total} differs ({names})",
        )
    return ""


def _first_wrong_block(scenes: Sequence[Scene], answer: Answer) -> str:
    """Whether weights or biases, and from which layer on; "" where there is no network."""
    scene = scenes[0]
    blocks: dict[Block, bool] = {}
    for e, p in enumerate(scene.parameters):
        block = scene.places.get(p, ("?", 0))[:2]
        blocks[block] = blocks.get(block, True) and answer.right(scenes, e)
    right = {block for block, well in blocks.items() if well}
    wrong = set(blocks) - right
    if not any(n.transfer for n in scene.neurons) or not wrong or ("?", 0) in wrong:
        return ""
    if right and all(kind == "W" for kind, _ in wrong):
        return say(
            fr="Les biais sont justes, les poids faux : regardez ∂z/∂W, ce que chaque poids "
            "multiplie.",
            en="The biases are right, the weights wrong: look at ∂z/∂W, what each weight "
            "multiplies.",
        )
    if right and all(kind == "b" for kind, _ in wrong):
        return say(
            fr="Les poids sont justes, les biais faux : regardez ∂z/∂b.",
            en="The weights are right, the biases wrong: look at ∂z/∂b.",
        )
    deepest = max(layer for _, layer in wrong)
    if deepest < scene.layers:
        return say(
            fr=f"Juste jusqu’à la couche {deepest + 1}, faux à partir de la couche {deepest} : "
            f"regardez la récursion qui donne δ^[{deepest}].",
            en=f"Right down to layer {deepest + 1}, wrong from layer {deepest} on: look at the "
            f"recursion that gives δ^[{deepest}].",
        )
    return say(
        fr="Faux dès la dernière couche : vérifiez d’abord la passe avant, puis ∂L/∂ŷ et σ′(z) "
        "en sortie.",
        en="Wrong from the last layer on: check the forward pass first, then ∂L/∂ŷ and σ′(z) at "
        "the output.",
    )
