"""Build a graph, put it in order, walk it backward; then draw it, write it, check it: the contents."""

from pathlib import Path as _Path

from tinygrad_fr.answers import check_class, check_expression, check_file
from tinygrad_fr.check import Report, check
from tinygrad_fr.draw import Picture, draw, to_dot
from tinygrad_fr.engine import (
    Value,
    grad,
    gradient,
    order,
    replay,
    scope,
)
from tinygrad_fr.expression import parse
from tinygrad_fr.formula import to_latex, to_text
from tinygrad_fr.mistakes import CATALOGUE, diagnose, sabotage
from tinygrad_fr.ops import (
    TABLE,
    DomainError,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    bce_with_logits,
    cbrt,
    clip,
    cos,
    cosh,
    cross_entropy,
    dot,
    elu,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    log_softmax,
    logsigmoid,
    logsumexp,
    maximum,
    minimum,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    square,
    step,
    sum,
    tan,
    tanh,
)
from tinygrad_fr.ops import absolute as abs
from tinygrad_fr.view import view
from tinygrad_fr.words import language, number, say, use

# In a checkout nn/ and demos/ lie beside this folder; installed, they lie inside it.
_folder = _Path(__file__).resolve().parent
if not (_folder / "nn").is_dir():
    __path__.append(str(_folder.parent))

__all__ = [
    "CATALOGUE", "TABLE", "DomainError", "Picture", "Report", "Value", "abs", "acos", "acosh",
    "asin", "asinh", "atan", "atan2", "atanh", "bce_with_logits", "cbrt", "check", "check_class",
    "check_expression", "check_file", "clip", "cos", "cosh", "cross_entropy", "diagnose", "dot",
    "draw", "elu", "erf", "erfc", "exp", "exp2", "expm1", "floor", "gelu", "grad", "gradient",
    "hypot", "language", "leaky_relu", "log", "log1p", "log2", "log10", "log_softmax",
    "logsigmoid", "logsumexp", "maximum", "minimum", "number", "order", "parse", "relu", "replay",
    "sabotage", "say", "scope", "sigmoid", "sign", "silu", "sin", "sinh", "softmax", "softplus",
    "sqrt", "square", "step", "sum", "tan", "tanh", "to_dot", "to_latex", "to_text", "use", "view",
]  # fmt: skip
