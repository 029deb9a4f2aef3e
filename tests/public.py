"""What was public when the house was rebuilt: names that clients write, and that stay."""

from __future__ import annotations

PUBLIC = {
    "tinygrad_fr": (
        "CATALOGUE DomainError Picture Report TABLE Value abs acos acosh asin asinh atan atan2 "
        "atanh bce_with_logits cbrt check check_class check_expression check_file clip cos cosh "
        "cross_entropy diagnose dot draw elu erf erfc exp exp2 expm1 floor gelu grad gradient "
        "hypot language leaky_relu log log10 log1p log2 log_softmax logsigmoid logsumexp maximum "
        "minimum number order parse relu replay sabotage say scope sigmoid sign silu sin sinh "
        "softmax softplus sqrt square step sum tan tanh to_dot to_latex to_text use view"
    ).split(),
    "tinygrad_fr.nn": (
        "Divergence Dropout History Layer MLP Module Neuron data fit load losses optim plot"
    ).split(),
    "tinygrad_fr.ops": (
        "DomainError Op TABLE absolute acos acosh add asin asinh atan atan2 atanh bce_with_logits "
        "cbrt class_cost clip cos cosh cross_entropy div dot elu erf erfc exp exp2 expm1 floor "
        "gelu hypot leaky_relu log log10 log1p log2 log_softmax log_sum_exp logsigmoid logsumexp "
        "maximum minimum mod mul neg power power_log quotient ratio relu scalar_product "
        "scaled_power sigmoid sign silu sin sinh softmax softplus sqrt square step sub sum tan "
        "tanh total"
    ).split(),
    "tinygrad_fr.engine:Value": (
        "_backward _op _prev _repr_svg_ abs acos acosh add arccos arccosh arcsin arcsinh arctan "
        "arctan2 arctanh asin asinh atan atan2 atanh backward bce_with_logits cbrt clip cos cosh "
        "data div elu erf erfc exp exp2 expm1 floor gelu grad hypot inputs label leaky_relu log "
        "log10 log1p log2 logsigmoid maximum minimum mod mul neg op partials pow relu scope "
        "sigmoid sign silu sin sinh softplus sqrt square step sub tan tanh"
    ).split(),
}
