"""What the pages of the course say: a title, a sentence, a question to predict and its answer.

Numbers in an answer are worked out by the graph of the lesson, never written down.
"""

from __future__ import annotations

from tinygrad_fr.gradient import gradient
from tinygrad_fr.reading.expression import read
from tinygrad_fr.reading.values import parse_values
from tinygrad_fr.words import number, say

Told = tuple[str, str, str, str]  # title, what it says, question, answer


def told(*, fr: Told, en: Told) -> Told:
    """The words of a lesson in the language in use."""
    title, says, question, answer = (say(fr=a, en=b) for a, b in zip(fr, en, strict=True))
    return title, says, question, answer


def slope(text: str, values: str, name: str) -> str:
    """∂L/∂name of an expression, as it is read."""
    found = read(text, parse_values(values.split()))
    return number(gradient(found.output, found.leaves[name]).data)


# ── the neuron ───────────────────────────────────────────────────────────────────────────────────

NEURON = "z = w*x + b; a = {}(z); L = (a - y)^2"
POINT = "w=0.5 x=1.5 b=0.1 y=1"
ASLEEP = "w=-0.5 x=1.5 b=0.1 y=1"


def c1() -> Told:
    d = slope("(w_1*x_1 + w_2*x_2 - y)^2", "w_1=0.5 w_2=-1 x_1=2 x_2=0 y=2", "w_2")
    return told(
        fr=(
            "L’état d’un neurone",
            "Un neurone multiplie chaque entrée par son poids, ajoute, puis passe la somme par f.",
            "Une entrée x₂ vaut 0 : que vaut ∂L/∂w₂ ?",
            f"{d} : un poids n’apprend rien d’une entrée nulle, car ∂z/∂w₂ = x₂.",
        ),
        en=(
            "The state of a neuron",
            "A neuron multiplies each input by its weight, adds, then passes the sum through f.",
            "An input x₂ is 0: what is ∂L/∂w₂?",
            f"{d}: a weight learns nothing from an input of zero, since ∂z/∂w₂ = x₂.",
        ),
    )


def c2() -> Told:
    d = slope(NEURON.format("relu"), ASLEEP, "w")
    return told(
        fr=(
            "ReLU",
            "ReLU laisse passer ce qui est positif, et sa pente est 1 ou 0.",
            "Avec w = −0,5 la somme z est négative. Que vaut ∂L/∂w, et que devient ce neurone ?",
            f"{d} : rien ne remonte. Tant que z reste négatif pour chaque exemple, il est mort.",
        ),
        en=(
            "ReLU",
            "ReLU lets through what is positive, and its slope is 1 or 0.",
            "With w = −0.5 the sum z is negative. What is ∂L/∂w, and what becomes of this neuron?",
            f"{d}: nothing comes back. As long as z is negative for every example, it is dead.",
        ),
    )


def c3() -> Told:
    far = slope(NEURON.format("sigmoid"), "w=8 x=1.5 b=0.1 y=0", "w")
    return told(
        fr=(
            "La sigmoïde",
            "σ rend un nombre entre 0 et 1, et σ′(z) = σ(z)(1 − σ(z)) se lit sur sa valeur.",
            "Pour quel z la pente σ′(z) est-elle la plus grande, et combien vaut-elle ?",
            f"En z = 0, où elle vaut ¼. Loin de là elle s’éteint : pour w = 8, ∂L/∂w = {far}.",
        ),
        en=(
            "The sigmoid",
            "σ gives a number between 0 and 1, and σ′(z) = σ(z)(1 − σ(z)) is read off its value.",
            "At which z is the slope σ′(z) largest, and how large is it?",
            f"At z = 0, where it is ¼. Far from there it fades: for w = 8, ∂L/∂w = {far}.",
        ),
    )


# ── outputs and costs ────────────────────────────────────────────────────────────────────────────

SCORES = "p = softmax(z_1, z_2, z_3); L = -(y_1*ln(p_1) + y_2*ln(p_2) + y_3*ln(p_3))"
SCORED = "z_1=1 z_2=2 z_3=0.5 y_1=0 y_2=1 y_3=0"


def c4() -> Told:
    d = slope(SCORES, SCORED, "z_2")
    return told(
        fr=(
            "Softmax",
            "Des scores deviennent des probabilités ; avec l’entropie croisée, ∂L/∂zₖ = pₖ − yₖ.",
            "La bonne classe est la deuxième : ∂L/∂z₂ est-il positif ou négatif ?",
            f"Négatif, {d} : la descente fait monter ce score, et descendre les autres.",
        ),
        en=(
            "Softmax",
            "Scores become probabilities; with the cross-entropy, ∂L/∂zₖ = pₖ − yₖ.",
            "The right class is the second: is ∂L/∂z₂ positive or negative?",
            f"Negative, {d}: the descent raises this score, and lowers the others.",
        ),
    )


BCE = "z = w*x + b; a = sigmoid(z); L = -(y*ln(a) + (1 - y)*ln(1 - a))"


def c5() -> Told:
    squared, crossed = (
        slope(text, "w=-4 x=1.5 b=0.1 y=1", "w") for text in (NEURON.format("sigmoid"), BCE)
    )
    return told(
        fr=(
            "Le coût",
            "Un coût mesure l’écart à la cible ; sa dérivée donne le sens de la correction.",
            "Le neurone se trompe gravement, a est près de 0 et y = 1 : quel coût corrige le "
            "plus, (a − y)² ou l’entropie croisée ?",
            f"L’entropie croisée : avec w = −4, ∂L/∂w = {crossed} contre {squared}, car σ′ a "
            "disparu.",
        ),
        en=(
            "The cost",
            "A cost measures the distance from the target; its slope says which way to correct.",
            "The neuron is badly wrong, a is near 0 and y = 1: which cost corrects more, (a − "
            "y)² or the cross-entropy?",
            f"The cross-entropy: with w = −4, ∂L/∂w = {crossed} against {squared}, since σ′ is "
            "gone.",
        ),
    )


# ── learning ─────────────────────────────────────────────────────────────────────────────────────


def c6() -> Told:
    return told(
        fr=(
            "La descente de gradient",
            "On fait un pas de longueur λ contre le gradient, puis on recommence.",
            "L = (w − 2)² et λ = 1 : où va w = 0, puis le suivant ?",
            f"En {number(0 - 1 * 2 * (0 - 2))}, puis de nouveau en 0 : λ est trop grand, w "
            "oscille.",
        ),
        en=(
            "Gradient descent",
            "One takes a step of length λ against the gradient, and begins again.",
            "L = (w − 2)² and λ = 1: where does w = 0 go, and the next one?",
            f"To {number(0 - 1 * 2 * (0 - 2))}, then back to 0: λ is too large, w swings.",
        ),
    )


def c7() -> Told:
    return told(
        fr=(
            "La régularisation",
            "Une pénalité sur les poids, α·w², ajoute 2α·w à leur gradient et les tire vers 0.",
            "Pourquoi ne pénalise-t-on pas d’habitude le biais ?",
            "Il déplace la fonction sans la rendre plus raide : il n’apprend rien par cœur.",
        ),
        en=(
            "Regularisation",
            "A penalty on the weights, α·w², adds 2α·w to their gradient and pulls them towards 0.",
            "Why is the bias usually not penalised?",
            "It moves the function without making it steeper: it learns nothing by heart.",
        ),
    )


# ── backpropagation ──────────────────────────────────────────────────────────────────────────────


def c8() -> Told:
    return told(
        fr=(
            "La dernière couche",
            "∂L/∂w est un produit le long du chemin : ce qui arrive, la pente, l’entrée.",
            "Le biais d’un neurone a la même dérivée qu’un poids : lequel ?",
            "Celui d’une entrée qui vaudrait 1 : ∂z/∂b = 1.",
        ),
        en=(
            "The last layer",
            "∂L/∂w is a product along the path: what arrives, the slope, the input.",
            "The bias of a neuron has the same derivative as a weight: which one?",
            "The weight of an input equal to 1: ∂z/∂b = 1.",
        ),
    )


def c9() -> Told:
    return told(
        fr=(
            "Un cas calculé",
            "Avec (a − y)² et σ, les deux pentes se lisent sur des nombres de la passe avant.",
            "Si a₁ = y₁ exactement, que vaut ∂L/∂a₁, et qu’apprend la couche de cette sortie ?",
            "0, donc rien : il n’y a rien à corriger.",
        ),
        en=(
            "A case worked out",
            "With (a − y)² and σ, both slopes are read off numbers of the forward pass.",
            "If a₁ = y₁ exactly, what is ∂L/∂a₁, and what does the layer learn from this output?",
            "0, so nothing: there is nothing to correct.",
        ),
    )


def c10() -> Told:
    return told(
        fr=(
            "Les couches cachées",
            "La même règle une couche plus bas, une fois ∂L/∂a connu.",
            "Combien de fois calcule-t-on ∂L/∂a₁⁽¹⁾ pour les trois dérivées du neurone 1 ?",
            "Une seule : c’est ce qui rend la rétropropagation rapide.",
        ),
        en=(
            "The hidden layers",
            "The same rule one layer below, once ∂L/∂a is known.",
            "How many times is ∂L/∂a₁⁽¹⁾ worked out for the three derivatives of neuron 1?",
            "Once: this is what makes backpropagation fast.",
        ),
    )


def c11() -> Told:
    return told(
        fr=(
            "La récurrence",
            "Un neurone caché agit sur le coût par chaque neurone qu’il nourrit : on additionne.",
            "Dans le réseau 2-3-2, combien de termes a la somme pour un neurone caché ?",
            "Deux, un par neurone de la couche 2.",
        ),
        en=(
            "The recursion",
            "A hidden neuron acts on the cost through every neuron it feeds: the terms add up.",
            "In the 2-3-2 network, how many terms does the sum have for a hidden neuron?",
            "Two, one for each neuron of layer 2.",
        ),
    )


def c12() -> Told:
    return told(
        fr=(
            "La mise à jour",
            "Le gradient du lot est la moyenne de ceux des exemples, puis w ← w − λ·∂L/∂w.",
            "On oublie de diviser par N = 3 : par combien faut-il diviser λ pour faire le même "
            "pas ?",
            "Par 3 : une somme et une moyenne ne diffèrent que d’un facteur, que λ absorbe.",
        ),
        en=(
            "The update",
            "The gradient of the batch is the mean over the examples, then w ← w − λ·∂L/∂w.",
            "One forgets to divide by N = 3: by how much must λ be divided to take the same step?",
            "By 3: a sum and a mean differ by a factor only, which λ absorbs.",
        ),
    )


# ── in practice ──────────────────────────────────────────────────────────────────────────────────

MEAN = (
    "L_1 = (w*x_1 - y_1)^2; L_2 = (w*x_2 - y_2)^2; L_3 = (w*x_3 - y_3)^2; L = (L_1 + L_2 + L_3)/3"
)
MEANT = "w=1 x_1=1 y_1=2 x_2=2 y_2=4 x_3=3 y_3=6"


def c13() -> Told:
    return told(
        fr=(
            "Les mini-batches",
            "On avance dès quelques exemples : leur moyenne estime celle du lot entier.",
            "Des mini-batches de même taille partagent le lot : que vaut la moyenne de leurs "
            "gradients, si w ne bouge pas ?",
            "Le gradient du lot entier, exactement.",
        ),
        en=(
            "Mini-batches",
            "One moves after only a few examples: their mean estimates that of the whole batch.",
            "Mini-batches of the same size share out the batch: what is the mean of their "
            "gradients, "
            "if w does not move?",
            "The gradient of the whole batch, exactly.",
        ),
    )


def c14() -> Told:
    return told(
        fr=(
            "Séparer le plan",
            "Sans couche cachée la frontière est une droite ; chaque neurone caché a la sienne.",
            "Le point (x₁, x₂) est sur la frontière d’un neurone σ : que valent z et a ?",
            "z = 0 et a = ½ : la frontière est la droite w₁x₁ + w₂x₂ + b = 0.",
        ),
        en=(
            "Separating the plane",
            "Without a hidden layer the boundary is a line; each hidden neuron has its own.",
            "The point (x₁, x₂) lies on the boundary of a neuron with σ: what are z and a?",
            "z = 0 and a = ½: the boundary is the line w₁x₁ + w₂x₂ + b = 0.",
        ),
    )


def c17() -> Told:
    d = slope(MEAN, MEANT, "w")
    return told(
        fr=(
            "Un neurone, une parabole",
            "Pour ŷ = w·x, le coût est une parabole en w, dont la descente cherche le fond.",
            "En w = 1 la pente est négative. De quel côté est le minimum ?",
            f"À droite : ∂L/∂w = {d}, donc w augmente, jusqu’à 2.",
        ),
        en=(
            "One neuron, one parabola",
            "For ŷ = w·x, the cost is a parabola in w, whose bottom the descent looks for.",
            "At w = 1 the slope is negative. On which side is the minimum?",
            f"To the right: ∂L/∂w = {d}, so w grows, up to 2.",
        ),
    )


def c18() -> Told:
    d = slope("(x*w - y)^2", "x=1 w=1 y=2", "w")
    return told(
        fr=(
            "Le programme du cours",
            "La dérivée 2x(xw − y), écrite à la main, sort ici du graphe, au dernier chiffre.",
            "Premier exemple, x = 1, y = 2, w = 1, λ = 0,01 : que vaut w après un pas ?",
            f"∂L/∂w = {d}, donc w = {number(1 + 0.01 * 2)}.",
        ),
        en=(
            "The course’s program",
            "The slope 2x(xw − y), written by hand, comes out of the graph, to the last digit.",
            "First example, x = 1, y = 2, w = 1, λ = 0.01: what is w after one step?",
            f"∂L/∂w = {d}, so w = {number(1 + 0.01 * 2)}.",
        ),
    )
