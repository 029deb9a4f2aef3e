"""Draw it: a worksheet, the picture with boxes to be filled in.

An empty text stands where a number is to be written.
"""

from __future__ import annotations

from dataclasses import replace

from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.view import View
from tinygrad_fr.words import number

BLANKS = ("gradients", "all")


def worksheet(seen: View, blank: str) -> View:
    """A view without its gradients ("gradients"), or without all that has to be computed ("all").

    The leaves keep their values: they are what is given.  Arrows keep their formulas.
    """
    nodes = [_emptied(node, blank) for node in seen.nodes]
    edges = [_bare(edge, blank) for edge in seen.edges]
    return replace(seen, nodes=nodes, edges=edges, birth="", blank=blank)


def _emptied(node: Node, blank: str) -> Node:
    given = node.kind in ("parameter", "data", "number") or blank == "gradients"
    several = isinstance(node.data, tuple)
    empty = ("",) * len(node.data) if several else ""
    return replace(
        node,
        data=node.data if given or node.data is None else empty,
        grad=node.grad if node.grad is None else empty,
        sum=_terms(node.sum),
        parameters=tuple(
            (name, data, grad if grad is None else "") for name, data, grad in node.parameters
        ),
        truth=None,
        broken=False,
    )


def _terms(text: str) -> str:
    """A sum with as many gaps as it has terms: "∂L/∂x = … + … = …"."""
    if not text:
        return ""
    name, _, rest = text.partition(" = ")
    terms = rest.split(" + ")
    return f"{name} = {' + '.join('………' for _ in terms)} = ………"


def _bare(edge: Edge, blank: str) -> Edge:
    """An arrow that tells its formula, and no number that has to be computed."""
    constant = edge.local is not None and edge.formula == number(edge.local)
    hidden = blank == "all" and not constant
    return replace(edge, local="" if hidden else edge.local, gradient=None, contribution=None)
