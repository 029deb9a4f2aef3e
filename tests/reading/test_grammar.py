"""What is typed wrong is refused with its correction, in both languages: the signs and their "
"grammar."""

from __future__ import annotations

import pytest

from tests.shared import refusal
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.reading.signs import Signs
from tinygrad_fr.refusals import excerpt

POINT = {"x": 2.0, "y": 3.0, "w": 0.5, "b": -1.25}


REFUSED: list[tuple[str, str, str]] = [
    # text, what the French line holds, what the English line holds
    ("(x)y", "écrivez )*y", "write )*y"),
    ("x y", "écrivez x*y", "write x*y"),
    ("x²y", "écrivez x²*y", "write x²*y"),
    ("1j", "il manque une valeur pour j", "no value is given for j"),
    ("u(x)", "Pour multiplier, écrivez u*(…)", "To multiply, write u*(…)"),
    ("__import__(x)", "n’est pas une fonction connue", "is not a known function"),
    ("sigmoide(x)", "Vouliez-vous dire sigmoid(…) ?", "Did you mean sigmoid(…)?"),
    ("Tanh(x)", "Vouliez-vous dire tanh(…) ?", "Did you mean tanh(…)?"),
    ("dot(x, y)", "w1*x1 + w2*x2", "w1*x1 + w2*x2"),
    ("sin x", "Écrivez sin(x)", "Write sin(x)"),
    ("sin 2", "Écrivez sin(2)", "Write sin(2)"),
    ("sin", "Écrivez sin(…)", "Write sin(…)"),
    ("sin*x", "Écrivez sin(…)", "Write sin(…)"),
    ("sin²(x)", "Écrivez sin(…)**2", "Write sin(…)**2"),
    ("sin**2(x)", "Écrivez sin(…)**2", "Write sin(…)**2"),
    ("x²**3", "(x**2)**3", "(x**2)**3"),
    ("x² ³", "(x**2)**3", "(x**2)**3"),
    ("²x", "(x**2)**3", "(x**2)**3"),
    ("xⁿ", "Écrivez **(n)", "Write **(n)"),
    ("x⁺⁻²", "Écrivez **(+-2)", "Write **(+-2)"),
    ("x = 2", "n’a pas de signe =", "has no = sign"),
    ("x == 2", "n’a pas de signe =", "has no = sign"),
    ("x := 2", "n’a pas de signe =", "has no = sign"),
    ("exp(a=x)", "n’a pas de signe =", "has no = sign"),
    ("x < y", "maximum, minimum", "maximum, minimum"),
    ("x!", "factorielle", "factorials"),
    ("'x'*y", "sans guillemets", "without quotes"),
    ('"x"*"y"', "sans guillemets", "without quotes"),
    ("np.exp(x)", "exp(x) au lieu de np.exp(x)", "exp(x) instead of np.exp(x)"),
    ("2*math.log(x)", "« math. » est du Python", "'math.' is Python's"),
    ("x'", "sans guillemets : y1", "without quotes: y1"),
    ("x[0]", "un indice fait partie du nom : x1", "an index is part of the name: x1"),
    ("{x}", "Seules les parenthèses", "Only parentheses"),
    ("[x for x in y]", "Seules les parenthèses", "Only parentheses"),
    ("x.data", "Le point ne sert que dans un nombre", "A point is for numbers only"),
    ("x.__class__", "Le point ne sert que", "A point is for numbers only"),
    ("lambda x", "Écrivez λ", "Write λ"),
    ("True", "Écrivez 1", "Write 1"),
    ("x if y else w", "Choisissez un autre nom", "Choose another name"),
    ("x and y", "un choix s’écrit avec maximum", "a choice is written with maximum"),
    ("x; y", "« x » n’est pas la dernière étape", "'x' is not the last step and has no name"),
    ("x @ y", "le signe @ n’est pas compris", "the sign @ is not understood"),
    ("x\0", "le signe \\x00 n’est pas compris", "the sign \\x00 is not understood"),
    ("x\u200b", "le signe \\u200b", "the sign \\u200b"),
    ("x\ud800", "le signe \\ud800", "the sign \\ud800"),
    ("١ + x", "le signe ١", "the sign ١"),
    ("a½", "n’est pas un nom", "is not a name"),
    (
        "(x",
        "il manque ) : la dernière parenthèse ouverte est dans « (x »",
        ") is missing: the last",
    ),
    ("((x)*(y", "il manque ))", ")) is missing"),
    ("x)", "une parenthèse ) de trop dans « x) »", "one ) too many in 'x)'"),
    ("()", "il manque un nom ou un nombre avant )", "a name or a number is missing before )"),
    ("x + (", "est vide", "is empty"),
    ("", "l’expression est vide", "the expression is empty"),
    (" \n ", "l’expression est vide", "the expression is empty"),
    ("x +", "à la fin de « x + »", "at the end of 'x +'"),
    ("x + * y", "avant *", "before *"),
    ("*x", "avant *", "before *"),
    ("exp(*x)", "avant *", "before *"),
    ("exp(**x)", "avant **", "before **"),
    ("exp(x,)", "avant )", "before )"),
    ("max(,x)", "avant ,", "before ,"),
    ("x * * 2", "une puissance s’écrit ** sans espace", "a power is written ** without a space"),
    ("x // 2", "Écrivez floor(a/b)", "Write floor(a/b)"),
    ("x, y", "dans aucune fonction", "in no function"),
    ("(x, y)", "dans aucune fonction", "in no function"),
    ("relu(0, 5)", "relu reçoit 2 entrées", "relu is given 2 inputs"),
    ("max(0,5)′", "le signe ′", "the sign ′"),
    ("max′(0,5)", "Vouliez-vous dire max", "Did you mean max"),
    ("w′(x)", "w′ n’est pas une fonction", "w′ is not a known function"),
    ("𝟙[x > 1]", "le signe >", "the sign >"),
    ("𝟙[x]", "le signe ]", "the sign ]"),
    ("exp(x)₁", "le signe ₁", "the sign ₁"),
    ("softmax(x, y)₃", "il y a 2 résultats", "there are 2 results"),
    ("leaky_relu(0,5)", "peut être décimale", "may be a decimal mark"),
    ("sum(x, 0,5)", "peut être décimale", "may be a decimal mark"),
    ("exp()", "exp reçoit 0 entrée dans", "exp is given 0 inputs in 'exp()', it expects 1."),
    (
        "exp(x, y)",
        "exp reçoit 2 entrées dans",
        "exp is given 2 inputs in 'exp(x, y)', it expects 1.",
    ),
    ("max(x)", "elle en attend 2", "is given 1 input in 'max(x)', it expects 2"),
    ("leaky_relu(x, y, w)", "elle en attend 1 ou 2", "it expects 1 or 2"),
    ("sum()", "elle en attend au moins 1", "it expects at least 1"),
    ("1.2.3", "n’est pas un nombre", "is not a number"),
    ("1 000", "les chiffres sans séparateur", "the digits without separators"),
    ("1_000", "les chiffres sans séparateur : 1000", "the digits without separators: 1000"),
    ("1e999", "« 1e999 » sort de", "'1e999' is outside"),
    ("1e-999*x", "« 1e-999 » sort de", "'1e-999' is outside"),
    ("9" * 350, "sort de ce qu’un nombre", "is outside what a number can hold"),
    ("9" * 5000, "sort de ce qu’un nombre", "is outside what a number can hold"),
    ("9**9**9", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    ("x**9**9**9", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    ("2**-9**9**9", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    ("e**1000", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    ("10**400", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    ("1e308*10*x", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    ("square(" * 90 + "9" + ")" * 90, "dépasse ce qu’on peut", "exceeds what can be held"),
    ("(" * 10_000 + "x" + ")" * 10_000, "20001 caractères", "20001 characters"),
    ("(" * 1000 + "x" + ")" * 1000, "plus de 100 parenthèses", "more than 100 parentheses"),
    ("(-" * 60 + "x" + ")" * 60, "sont emboîtés", "are nested"),
    ("-" * 200 + "x", "sont emboîtés", "are nested"),
    ("**".join("x" * 200), "sont emboîtés", "are nested"),
    ("exp(" * 200 + "x" + ")" * 200, "sont emboîtés", "are nested"),
    ("+".join("x" * 4000), "7999 noms, nombres et signes", "7999 names, numbers and signs"),
    ("1/0", "b ≠ 0", "b ≠ 0"),
    ("ln(-1)", "a > 0", "a > 0"),
    ("(-8)**(1/3)", "b ∈ ℤ", "b ∈ ℤ"),
    # names
    (
        "u*x",
        "il manque une valeur pour u dans « u*x ». Ajoutez u=…",
        "no value is given for u in 'u*x'. Add u=…",
    ),
    ("u*v", "pour u, v dans", "for u, v in"),
    ("X*y", "vouliez-vous dire x ?", "did you mean x?"),
]


@pytest.mark.parametrize(("text", "fr", "en"), REFUSED, ids=[ascii(t[:20]) for t, _, _ in REFUSED])
def test_refused_with_its_correction(text: str, fr: str, en: str) -> None:
    assert fr in refusal(lambda: parse(text, POINT), "fr")
    assert en in refusal(lambda: parse(text, POINT), "en")


UNCLEAR: list[tuple[str, str, str]] = [
    # what could be read in two ways, or is no step
    ("1/2x", "où s’arrête le / dans « 1/2x ». Écrivez …/(2*x) ou …/2*x", "Write …/(2*x) or …/2*x"),
    ("1/2(x+y)", "Écrivez …/(2*(…)) ou …/2*(…)", "Write …/(2*(…)) or …/2*(…)"),
    ("x/y²(w)", "où s’arrête le /", "where the / ends"),
    ("1/(x)(y)", "où s’arrête le /", "where the / ends"),
    ("e^2x", "Écrivez …**(2*x) ou …**2*x", "Write …**(2*x) or …**2*x"),
    ("x^-2y", "où s’arrête le **", "where the ** ends"),
    ("7 % 2x", "où s’arrête le %", "where the % ends"),
    ("√x²", "jusqu’où va la racine", "how far the root goes"),
    ("√x^2", "jusqu’où va la racine", "how far the root goes"),
    ("√2x", "jusqu’où va la racine", "how far the root goes"),
    ("√x(y)", "jusqu’où va la racine", "how far the root goes"),
    ("√-x", "avant -", "before -"),
    ("√", "à la fin de « √ »", "at the end of '√'"),
    ("w₁x", "écrivez w₁*x", "write w₁*x"),
    ("x√y", "écrivez x*√", "write x*√"),
    ("|x", "il manque |", "| is missing"),
    ("|x)", "un ) vient avant le |", "a ) comes before the | expected"),
    ("(|x)|", "un ) vient avant le |", "a ) comes before the | expected"),
    ("⌊x)", "un ) vient avant le ⌋", "a ) comes before the ⌋ expected"),
    ("x⌋", "il y a une parenthèse ⌋ de trop", "there is one ⌋ too many"),
    ("‖x‖", "La valeur absolue s’écrit |x|", "The absolute value is written |x|"),
    ("⌈x⌉", "-floor(-x)", "-floor(-x)"),
    ("2½", "n’est pas un nombre", "is not a number"),
    ("0, 5*x", "dans aucune fonction", "in no function"),
    ("1,2,3", "dans aucune fonction", "in no function"),
    ("1.5,2", "dans aucune fonction", "in no function"),
    ("x,5", "dans aucune fonction", "in no function"),
    ("max(x, 0,5)", "elle en attend 2", "it expects 2"),
    ("softmax()", "au moins 1", "at least 1"),
    ("softmax(x, y)[3]", "il y a 2 résultats", "there are 2 results"),
    ("softmax(x, y)[0]", "un numéro de 1 à 2", "a number from 1 to 2"),
    ("softmax(x, y)[w]", "Seules les parenthèses", "Only parentheses"),
    ("softmax(x, y)[1", "Seules les parenthèses", "Only parentheses"),
    ("exp(x)[1]", "Seules les parenthèses", "Only parentheses"),
    ("cross_entropy(x)", "au moins 2", "at least 2"),
    ("cross_entropy(x, y, w)", "le numéro de la classe, de 0 à 1", "number of the class, from 0"),
    ("cross_entropy(2, y, w)", "le numéro de la classe, de 0 à 1", "number of the class, from 0"),
    ("x mod", "à la fin de « x mod »", "at the end of 'x mod'"),
    ("x; = 2", "n’a pas de signe =", "has no = sign"),
    ("z = ; x", "l’étape « z = » est vide", "the step 'z =' is empty"),
    ("w*x = y", "à gauche va un nom seul", "on the left goes a single name"),
    ("z = w = x", "à gauche va un nom seul", "on the left goes a single name"),
    ("x = 2*y", "x a déjà une valeur", "x has a value already"),
    ("z = x; z = y; z", "il y a deux étapes z", "there are two steps z"),
    (
        "a = z²; z = x; a",
        "z sert dans « z² » avant d’être défini",
        "z is used in 'z²' before it is",
    ),
    ("z = z + 1; z", "avant d’être défini", "before it is defined"),
    ("z = w*x; u; z", "« u » n’est pas la dernière étape", "'u' is not the last step"),
    ("z = w*x\n+ b", "la ligne « + b » continue-t-elle", "does the line '+ b' continue the one"),
    ("p = softmax(x, y); p*x", "Écrivez l’un d’eux : p_1, p_2", "Write one of them: p_1, p_2"),
    ("p = softmax(x, y); p = x; p", "il y a deux étapes p", "there are two steps p"),
    ("2.10^-3*x", "Écrivez 2*10^… pour une puissance de dix", "(2.1)^… for a power of 2.1"),
    ("2,10⁻³*x", "(2,1)^… pour une puissance de 2,1", "Write 2*10^… for a power of ten"),
    ("x*3.10**8", "se lit de deux façons", "'x*3.10**8' can be read in two ways"),
    ("u = 10**300; u*u", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    ("u = 9**9; v = u**u; v", "dépasse ce qu’on peut contenir", "exceeds what can be held"),
    (";", "l’expression est vide", "the expression is empty"),
]


@pytest.mark.parametrize(("text", "fr", "en"), UNCLEAR, ids=[ascii(t[:20]) for t, _, _ in UNCLEAR])
def test_what_is_unclear_is_refused_with_both_readings(text: str, fr: str, en: str) -> None:
    assert fr in refusal(lambda: parse(text, POINT), "fr")
    assert en in refusal(lambda: parse(text, POINT), "en")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("w·x − y×2 ÷ 4", "w * x - y * 2 / 4"),
        ("(x₁ + é)²", "( x1 + é ) 2"),
        ("007.50 + .5e-3", "007.50 + .5e-3"),
        ("0E5 + 007", "0E5 + 7"),
        ("x^2 − ½", "x ** 2 - 1/2"),
        ("1\u202f000.5x", "1000.5 x"),
        ("w₁⁽²⁾²·ŵ", "w1^[2] 2 * ŵ"),
        ("w_{1,2}^[3] + w₁,₂", "w_{1,2}^[3] + w1,2"),
        ("∂²L/∂w∂b·x", "∂2L/∂w∂b * x"),
    ],
)
def test_the_signs_as_they_are_read(text: str, read: str) -> None:
    typed = Signs(text)
    assert " ".join(token.read for token in typed.tokens) == read
    assert [excerpt(text[t.start : t.end]) for t in typed.tokens] == [
        typed.near(t.start, t.end) for t in typed.tokens
    ]
