"""Take it to class: docs/notebooks/*.ipynb, written and run from what stands here.

python docs/notebooks.py            needs the extra `notebook`

A cell of text says the same twice, in English and in French; a cell of code is run, and what it
shows is kept without counts, so that the same program gives the same file.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "notebooks"
LANGUAGE = 'from tinygrad_fr import use\n\nuse("en");  # use("fr") : tout ce qui suit en français'

# A cell is (English, French), or a program.
Cells = list[tuple[str, str] | str]

FIRST_STEPS: Cells = [
    (
        "# First steps\nA number that remembers how it was made is enough to walk the chain rule "
        "backward.",
        "# Premiers pas\nUn nombre qui se souvient de son calcul suffit pour remonter la "
        "règle de la chaîne.",
    ),
    LANGUAGE,
    (
        "One neuron, one example: forward first.",
        "Un neurone, un exemple : d’abord la passe avant.",
    ),
    "from tinygrad_fr import Value, draw, explain, gradient, sigmoid\n\n"
    'w, b = Value(0.5, label="w"), Value(0.1, label="b")\n'
    'x, y = Value(1.5, label="x"), Value(1.0, label="y")\n'
    "z = w * x + b\n"
    'z.label = "z"\n'
    "a = sigmoid(z)\n"
    'a.label = "a"\n'
    "L = (a - y) ** 2\n"
    'L.label = "L"\n'
    "L.data",
    (
        "Then backward. Red is what the forward pass computed, blue what the backward pass "
        "brings back; every arrow carries its local derivative.",
        "Puis la passe arrière. En rouge ce que la passe avant a calculé, en bleu ce que la "
        "passe arrière ramène ; chaque arc porte sa dérivée locale.",
    ),
    "L.backward()\ndraw(L)",
    (
        "The same as on the board, line by line.",
        "La même chose qu’au tableau, ligne à ligne.",
    ),
    "explain(L)",
    (
        "A derivative is a graph too: it can be drawn and differentiated again.",
        "Une dérivée est aussi un graphe : elle se dessine, et se dérive à son tour.",
    ),
    "slope = gradient(L, w)\nslope.data, gradient(slope, w).data",
    (
        "One step downhill, and the cost is lower.",
        "Un pas vers le bas, et le coût a baissé.",
    ),
    "rate = 0.5\nw.data -= rate * w.grad\nb.data -= rate * b.grad\n"
    "(sigmoid(w * x + b) - y).data ** 2 < L.data",
]
COMPARE: Cells = [
    (
        "# Compare your gradient\nYou derive by hand; a judge that knows no derivative rule says "
        "whether it is right, and which known mistake explains all of the numbers.",
        "# Comparer son gradient\nVous dérivez à la main ; un juge qui ne connaît aucune règle de "
        "dérivation dit si c’est juste, et quelle erreur connue explique tous les nombres.",
    ),
    LANGUAGE,
    "from tinygrad_fr import Value, check, draw, sabotage, sigmoid\n\n"
    'w, b = Value(0.5, label="w"), Value(0.1, label="b")\n'
    'x, y = Value(1.5, label="x"), Value(1.0, label="y")\n'
    "a = sigmoid(w * x + b)\n"
    'a.label = "a"\n'
    "L = (a - y) ** 2",
    (
        "A right derivation is proved.",
        "Une dérivation juste est démontrée.",
    ),
    "check(L, {w: 2 * (a - y) * a * (1 - a) * x, b: 2 * (a - y) * a * (1 - a)})",
    (
        "Here the derivative of the sigmoid was forgotten, in both answers. Every number is wrong; "
        "one mistake "
        "explains them all.",
        "Ici la dérivée de la sigmoïde a été oubliée, dans les deux réponses. Tous les nombres "
        "sont faux ; une "
        "seule erreur les explique tous.",
    ),
    "check(L, {w: 2 * (a - y) * x, b: 2 * (a - y)})",
    (
        "The reverse: bend one rule of the backward pass on purpose, and see what breaks. Each "
        "wrong "
        "number has the right one beside it.",
        "L’inverse : fausser exprès une règle de la passe arrière, et voir ce qui casse. À côté de "
        "chaque nombre faux, le juste.",
    ),
    'v = Value(2.0, label="v")\n'
    "u = v * v\n"
    'u.label = "u"\n'
    "S = u * v + u\n"
    'S.label = "S"\n'
    'with sabotage("M26c"):  # every node overwrites instead of adding\n'
    "    S.backward()\n"
    "    picture = draw(S)\n"
    "picture",
    (
        "Predict before you run: which box is wrong first, and by how much?",
        "Prédisez avant de lancer : quelle case est fausse la première, et de combien ?",
    ),
]
NETWORK: Cells = [
    (
        "# The course’s network, and its film\n6 + 4 hidden neurons learn to tell two moons apart.",
        "# Le réseau du cours, et son film\n6 + 4 neurones cachés apprennent à séparer deux lunes.",
    ),
    LANGUAGE,
    "from tinygrad_fr.nn import MLP, data, fit, plot\n\n"
    "X, y = data.moons(120, noise=0.15, seed=3)\n"
    "(X, y), kept = data.split(X, y, 0.25, seed=3)\n"
    'model = MLP(2, [6, 4, 1], activation="tanh", output="sigmoid", seed=3)\n'
    "model.summary();",
    (
        "It sees the examples twenty at a time; a film keeps its weights now and then.",
        "Il voit les exemples par vingt ; un film garde ses poids de temps en temps.",
    ),
    "film = plot.Film(most=24)\n"
    'options = {"loss": "bce", "learning_rate": 0.03, "epochs": 120, "batch_size": 20}\n'
    "history = fit(model, X, y, validation=kept, callbacks=film, progress=False, **options)\n"
    "history",
    "history.plot();",
    (
        "Each dashed line is a hidden neuron; hollow points were never learnt from.",
        "Chaque droite en tirets est un neurone caché ; les points creux n’ont pas servi à "
        "apprendre.",
    ),
    "plot.boundary(model, X, y, apart=kept);",
    "plot.weights(model);",
    (
        "And how the lines found their places, epoch by epoch.",
        "Et comment les droites ont trouvé leur place, époque par époque.",
    ),
    "from IPython.display import Image\n\n"
    'plot.animate(film, X, y, "film.gif", apart=kept)\nImage("film.gif")',
]
NOTEBOOKS = {"first-steps": FIRST_STEPS, "compare": COMPARE, "network": NETWORK}


def notebook(cells: Cells) -> dict[str, Any]:
    """A notebook that was not run yet, as its format has it."""
    made = []
    for k, cell in enumerate(cells):
        common: dict[str, Any] = {"id": f"cell-{k}", "metadata": {}}
        if isinstance(cell, tuple):
            made.append({**common, "cell_type": "markdown", "source": "\n\n".join(cell)})
        else:
            empty = {"execution_count": None, "outputs": []}
            made.append({**common, **empty, "cell_type": "code", "source": cell})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def executed(cells: Cells) -> dict[str, Any]:
    """The notebook with what its cells show; raises where one fails."""
    import nbformat
    from nbclient import NotebookClient

    made = nbformat.from_dict(notebook(cells))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPATH"] = str(HERE.parent)
        run = {"metadata": {"path": folder}}
        NotebookClient(made, timeout=300, kernel_name="python3", resources=run).execute()
    for cell in made["cells"]:
        cell["metadata"] = {}
        for output in cell.get("outputs", []):
            output.pop("execution_count", None)
            if output["output_type"] == "execute_result":
                output["execution_count"] = None
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
    found: dict[str, Any] = json.loads(nbformat.writes(made))
    return {**found, "metadata": notebook(cells)["metadata"]}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, cells in NOTEBOOKS.items():
        text = json.dumps(executed(cells), ensure_ascii=False, indent=1) + "\n"
        (FOLDER / f"{name}.ipynb").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
