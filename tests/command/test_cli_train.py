"""`tinygrad-fr train`: a folder of results, and one line for whatever cannot be trained."""

from __future__ import annotations

import contextlib
import csv
import os
import random
import re
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr import cli
from tinygrad_fr.nn import MLP, data, fit, load, losses, optim
from tinygrad_fr.nn.folder import HISTORY, MODEL, TRAINING, folder_for
from tinygrad_fr.nn.recipe import Recipe
from tinygrad_fr.nn.run import Job
from tinygrad_fr.words import number, percent

FILES = [MODEL, HISTORY, TRAINING, "curves.png", "boundary.png", "weights.png"]
TINY = [
    *("--data", "moons", "--points", "20", "--hidden", "3", "--epochs", "3", "--seed", "7"),
    *("--restarts", "0"),
]


def train(*words: str) -> int:
    return cli.main(["train", *words])


def history(folder: str) -> list[dict[str, str]]:
    with open(Path(folder) / "history.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def a_file(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


# ── a training ───────────────────────────────────────────────────────────────────────────────────


OPTIONS = ["--validation", "0,2", "--batch-size", "7", "--loss", "bce", "--learning-rate", "2"]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """One training for whoever looks at its folder, and what was printed."""
    folder, page = tmp_path_factory.mktemp("train") / "run", StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(page):
        patch.setenv("TINYGRAD_LANG", "en")
        patch.setenv("COLUMNS", "100")
        assert train(*TINY, *OPTIONS, "-o", f"{folder}{os.sep}") == 0
    return folder, page.getvalue()


def test_the_folder_of_results(trained: tuple[Path, str]) -> None:
    folder, said = trained
    assert sorted(p.name for p in folder.iterdir()) == sorted(FILES)
    for picture in folder.glob("*.png"):
        assert picture.read_bytes().startswith(b"\x89PNG"), picture
    rows = history(str(folder))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert all(0 < float(row["validation_loss"]) < 10 for row in rows)
    last = said.splitlines()[-1]
    assert last.startswith(f"Results: {folder}") and all(name in last for name in FILES)


def test_the_model_loads_back_bit_for_bit(trained: tuple[Path, str]) -> None:
    """The job as it is written in Python: the same digits as typed, decimal comma and all."""
    job = Job(
        Recipe(
            "moons",
            points=20,
            hidden=[3],
            loss="bce",
            validation=0.2,
            batch_size=7,
            learning_rate=2.0,
            restarts=0,
            seed=7,
        )
    )
    job.train(epochs=3, progress=False)
    X, _ = data.moons(20, seed=7)
    again = load(trained[0] / "model.json")
    assert [again(x).data for x in X] == [job.model(x).data for x in X]
    curves = {k: [float(row[k]) for row in history(str(trained[0]))] for k in job.history.curves()}
    assert curves == job.history.curves()


def test_it_is_the_program_one_would_write(trained: tuple[Path, str]) -> None:
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=7)
    fit(
        model,
        *data.moons(20, seed=7),
        loss="bce",
        epochs=3,
        batch_size=7,
        learning_rate=2.0,
        validation=0.2,
        seed=7,
        progress=False,
    )
    kept = load(trained[0] / "model.json")
    assert [p.data for p in kept.parameters()] == [p.data for p in model.parameters()]


def test_the_table_shows_the_model_that_was_kept(trained: tuple[Path, str]) -> None:
    model = load(trained[0] / "model.json")
    for name, (X, y) in zip(
        ("training", "validation"), data.split(*data.moons(20, seed=7), 0.2, 7), strict=True
    ):
        right = sum((model(x).data > 0.5) == (t == 1) for x, t in zip(X, y, strict=True))
        cost = losses.binary_cross_entropy([model(x) for x in X], y).data
        cells = [name, str(len(X)), number(cost), percent(right / len(X))]
        assert re.search(r"\s*│\s*".join(map(re.escape, cells)), trained[1]), trained[1]


@pytest.mark.slow
def test_what_lay_there_stays(capsys: pytest.CaptureFixture[str]) -> None:
    Path("run").mkdir()
    for name in ("model.json", "notes.txt"):
        Path("run", name).write_text("mine", encoding="utf-8")
    for _ in range(2):
        assert train(*TINY, "-o", "run") == 0
    assert {p.name: p.read_text("utf-8") for p in Path("run").iterdir()} == {
        "model.json": "mine",
        "notes.txt": "mine",
    }
    assert len(list(Path("run-2").iterdir())) == len(list(Path("run-3").iterdir())) == len(FILES)
    assert "Results: run-3" in capsys.readouterr().out


def test_the_folder_one_stands_in() -> None:
    assert folder_for(".") == Path.cwd()
    Path("model.json").write_text("mine", encoding="utf-8")
    assert folder_for(".") == Path.cwd().with_name(f"{Path.cwd().name}-2")


def test_a_file_of_one_s_own_with_decimal_commas(capsys: pytest.CaptureFixture[str]) -> None:
    name = a_file(
        "points.csv", "x;label;y", "0,5;cat;1,25", "-0,5;dog;0,75", "0,25;cat;1", "-1;dog;0,5"
    )
    assert (
        train("--data", name, "--target", "label", "--hidden", "2", "--epochs", "2", "-o", "run")
        == 0
    )
    assert "classes: 0 = cat, 1 = dog" in capsys.readouterr().out
    task = Recipe(name, "label").task()
    assert task.X == [[0.5, 1.25], [-0.5, 0.75], [0.25, 1.0], [-1.0, 0.5]]
    assert task.y == [0, 1, 0, 1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "options", "outputs", "last", "loss"),
    [
        (["0,a", "1,b", "2,c", "3,a"], [], 3, "linear", "cross_entropy"),
        (["0,a", "1,b", "2,a", "3,a"], [], 1, "sigmoid", "binary_cross_entropy"),
        (["0,-1", "1,1", "2,1", "3,1"], ["--loss", "hinge"], 1, "linear", "hinge"),
        (["0,a", "1,b", "2,a", "3,a"], ["--loss", "cross_entropy"], 2, "linear", "cross_entropy"),
        (["0,0.5", "1,1.5", "2,2.25", "3,3"], [], 1, "linear", "squared_error"),
        (["0,0", "1,1", "2,2", "3,3"], ["--loss", "squared"], 1, "linear", "squared_error"),
    ],
)
def test_the_output_follows_the_target(
    lines: list[str],
    options: list[str],
    outputs: int,
    last: str,
    loss: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = a_file("p.csv", "x,t", *lines)
    assert train("--data", name, *options, "--epochs", "2", "-o", "run") == 0
    model = load("run/model.json")
    assert model.layers[-1].shape == (1, outputs) and model.layers[-1].activation == last
    assert Recipe(name, loss=options[1] if options else None).task().loss == loss
    assert not Path("run/boundary.png").exists()  # one input: no plane
    said = capsys.readouterr().out
    assert ("–" in said) is (last == "linear" and loss == "squared_error")


def test_three_arms_of_a_plane() -> None:
    rng = random.Random(0)
    lines = [f"{k + rng.random():.3f},{rng.random():.3f},{'abc'[k]}" for k in (0, 1, 2) * 4]
    assert train("--data", a_file("p.csv", "u,v,t", *lines), "--epochs", "2", "-o", "run") == 0
    assert Path("run/boundary.png").is_file()


# ── an early end ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize(("at", "epochs"), [(1, 0), (4, 1), (9, 2)])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_ctrl_c_still_writes(
    at: int,
    epochs: int,
    lang: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    steps = [0]
    step = optim.Adam.step

    def interrupted(self: Any) -> None:
        steps[0] += 1
        if steps[0] == at:
            raise KeyboardInterrupt
        step(self)

    monkeypatch.setattr(optim.Adam, "step", interrupted)
    assert train(*TINY, "--lang", lang, "--batch-size", "7", "-o", "run") == 130
    said = capsys.readouterr()
    word = {"en": "Interrupted", "fr": "Interrompu"}[lang]
    assert word in said.out and said.out.splitlines()[-1].startswith(
        ("Results: ", "Résultats\u202f: ")
    )
    assert said.err == ""
    assert len(history("run")) == epochs
    assert load("run/model.json").layers[0].shape == (2, 3)


@pytest.mark.slow
def test_a_real_sigterm_still_writes(tmp_path: Path) -> None:
    """What `kill` sends: the folder is written, the status is 128 + 15."""
    program = """
import os, signal, sys
from tinygrad_fr import cli
from tinygrad_fr.nn.optim import Adam
step, steps = Adam.step, 0
def terminated(self):
    global steps
    steps += 1
    if steps == 8:
        os.kill(os.getpid(), signal.SIGTERM)
    step(self)
Adam.step = terminated
sys.exit(cli.main(sys.argv[1:]))
"""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            program,
            "train",
            *TINY,
            "--epochs",
            "99",
            "-o",
            str(tmp_path / "r"),
        ],
        cwd=Path(cli.__file__).parents[1],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
    )
    assert done.returncode == 143, done.stderr
    assert "Interrupted, epochs done: 7" in done.stdout and done.stderr == ""
    assert len(history(str(tmp_path / "r"))) == 7
    assert sorted(p.name for p in (tmp_path / "r").iterdir()) == sorted(FILES)


def test_a_divergence_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    name = a_file("p.csv", "x,t", *(f"{k},{k}.5" for k in range(5)))
    assert train("--data", name, "--optimizer", "sgd", "--learning-rate", "1e9", "-o", "run") == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "diverges at step 2" in said.err
    assert not Path("run").exists()


# ── what is refused ──────────────────────────────────────────────────────────────────────────────

GOOD = ("u,v,label", "0,1,a", "1,0,b")
BAD: list[tuple[list[str], tuple[str, ...], str, str]] = [
    # what is typed (points.csv is a file of these lines), then what each language says
    ([], GOOD, "the data are missing", "il manque les données"),
    (["--data", "mons"], GOOD, "'moons'", "'moons'"),
    (["--data", "quark"], GOOD, "spirals", "spirals"),
    (
        ["--data", "absent.csv"],
        GOOD,
        "absent.csv: there is no such file",
        "aucun fichier de ce nom",
    ),
    (["--data", "points.csv", "--target", "lable"], GOOD, "'label'", "'label'"),
    (["--data", "moons", "--target", "label"], GOOD, "leave out --target", "ôtez --target"),
    (
        ["--data", "points.csv"],
        ("u,v,label", "0,one,a", "1,0,b"),
        "line 2, column 2 (v)",
        "ligne 2, colonne 2 (v)",
    ),
    (
        ["--data", "points.csv"],
        ("u,v,label", "0,NaN,a", "1,0,b"),
        "missing value",
        "valeur manquante",
    ),
    (["--data", "points.csv"], ("u,v,label", "0,1,a", "1,0"), "line 3: 2 cells", "ligne 3"),
    (
        ["--data", "points.csv", "--loss", "bce"],
        (*GOOD, "1,1,c"),
        "the target has 3",
        "la cible en a 3",
    ),
    (
        ["--data", "points.csv", "--loss", "bce"],
        ("u,t", "0,0.5", "1,1.5"),
        "is a quantity",
        "est une quantité",
    ),
    (
        ["--data", "points.csv", "--loss", "cross_entropy"],
        ("u,t", "0,0.5", "1,1.5"),
        "squared",
        "squared",
    ),
    (
        ["--data", "points.csv", "--loss", "squared"],
        (*GOOD, "1,1,c"),
        "cross_entropy",
        "cross_entropy",
    ),
    (
        ["--data", "points.csv", "--loss", "hinge"],
        ("u,t", "0,a", "1,a"),
        "the target t holds nothing but 'a'",
        "la cible t ne contient que 'a'",
    ),
    (["--data", "moons", "--hidden", "0"], GOOD, "--hidden", "--hidden"),
    (["--data", "moons", "--hidden", "six"], GOOD, "got 'six'", "reçu «"),
    (["--data", "moons", "--activation", ""], GOOD, "--activation='' is unknown", "inconnu"),
    (["--data", "moons", "--activation", "tanhh"], GOOD, "Did you mean 'tanh'", "'tanh'"),
    (["--data", "moons", "--loss", "squarred"], GOOD, "Did you mean 'squared'", "'squared'"),
    (["--data", "moons", "--optimizer", "adan"], GOOD, "Did you mean 'adam'", "'adam'"),
    (["--data", "moons", "--epochs", "0"], GOOD, "--epochs", "--epochs"),
    (
        ["--data", "moons", "--epochs", "1.5"],
        GOOD,
        "an integer of at least 1",
        "un entier d’au moins 1",
    ),
    (["--data", "moons", "--batch-size", "-3"], GOOD, "--batch-size", "--batch-size"),
    (["--data", "moons", "--points", "0"], GOOD, "--points", "--points"),
    (["--data", "moons", "--points", "999999999"], GOOD, "≤ 100000", "un entier ≥ 1, ≤ 100000"),
    (
        ["--data", "moons", "--hidden", "900", "900"],
        GOOD,
        "--hidden 900 900: 813601 parameters are too many",
        "c’est trop pour un graphe",
    ),
    (["--data", "moons", "--learning-rate", "-1"], GOOD, "above 0", "plus grand que 0"),
    (["--data", "moons", "--learning-rate", "nan"], GOOD, "got 'nan'", "nan"),
    (["--data", "moons", "--validation", "1"], GOOD, "between 0 and 1", "entre 0 et 1"),
    (["--data", "moons", "--seed", "x"], GOOD, "--seed", "--seed"),
    (["--data", "moons", "--epoch", "3"], GOOD, "'--epoch' is unknown or not needed", "--epoch"),
    (["--data", "moons", "--epochs"], GOOD, "expects a value", "attend une valeur"),
    (
        ["--data", "moons", "-o", "points.csv"],
        GOOD,
        "cannot write to points.csv",
        "impossible d’écrire",
    ),
    (["--data", "moons", "-o", "points.csv/run"], GOOD, "give one with -o", "donnez-en un avec -o"),
]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    ("words", "lines", "en", "fr"), BAD, ids=[" ".join(b[0]) + " " + b[2] for b in BAD]
)
def test_what_cannot_be_trained_is_one_line(
    words: list[str],
    lines: tuple[str, ...],
    en: str,
    fr: str,
    lang: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    a_file("points.csv", *lines)
    assert train(*words, "--lang", lang) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("tinygrad-fr: ")
    assert {"en": en, "fr": fr}[lang] in said.err
    assert len(re.split(r"[;.:?,] ?", said.err)) >= 3, said.err
    assert sorted(p.name for p in Path().iterdir()) == ["points.csv"]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["FOLDER", "neurons of each"]), ("fr", ["DOSSIER", "neurones de"])]
)
def test_help(lang: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert train("--help", "--lang", lang) == 0
    said = capsys.readouterr().out
    options = re.findall(r"(?<=`)--[a-z-]+|(?<=\s)--[a-z-]+", said)
    assert {
        "--data",
        "--target",
        "--hidden",
        "--activation",
        "--loss",
        "--optimizer",
        "--learning-rate",
        "--epochs",
        "--batch-size",
        "--validation",
        "--seed",
        "--points",
        "--out",
    } <= set(options)
    assert all(word in said for word in words)


@pytest.mark.slow
def test_the_command_as_a_course_types_it_separates_the_moons() -> None:
    """The defaults of the rate and of the mini-batch are made to be used."""
    words = [
        "--data",
        "moons",
        "--hidden",
        "6",
        "4",
        "--activation",
        "tanh",
        "--loss",
        "bce",
        "--optimizer",
        "adam",
    ]
    assert train(*words, "--points", "100", "--epochs", "150", "--seed", "7", "-o", "run") == 0
    model = load("run/model.json")
    X, y = data.moons(100, seed=7)
    assert sum((model(x).data > 0.5) == (t == 1) for x, t in zip(X, y, strict=True)) >= 95


# ── it goes on, and it is asked ──────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_it_goes_on_in_its_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert train(*TINY, "-o", "run") == 0
    assert train("--resume", "run", "--epochs", "5") == 0
    assert [row["epoch"] for row in history("run")] == list("12345")
    assert "Results: run" in capsys.readouterr().out and not Path("run-2").exists()


@pytest.mark.parametrize(
    ("words", "en", "fr"),
    [
        (["--resume", "run", "--hidden", "4"], "leave out --hidden", "ôtez --hidden"),
        (["--resume", "run", "-o", "there"], "leave out -o", "ôtez -o"),
        (["--resume", "run", "--learning-rate", "1"], "--learning-rate", "--learning-rate"),
        (["--resume", "run"], "already has its 3 epochs", "a déjà ses 3 époques"),
        (["--resume", "run", "--epochs", "2"], "give more, --epochs 6", "--epochs 6"),
        (["--resume", "none"], "holds no training", "ne contient pas d’apprentissage"),
        (["--data", "moons", "--film", "a.mp4"], "choose .gif, .html", "choisissez .gif"),
        (["--data", "moons", "--pictures", "jpg"], "png, svg, pdf", "png, svg, pdf"),
        (["--data", "moons", "--engine", "gpu"], "--engine='gpu'", "--engine='gpu'"),
    ],
)
def test_what_is_refused_before_it_goes_on(
    words: list[str], en: str, fr: str, trained: tuple[Path, str], capsys: Any
) -> None:
    shutil.copytree(trained[0], "run")
    before = Path("run/model.json").read_bytes()
    for lang, said in (("en", en), ("fr", fr)):
        assert train(*words, "--lang", lang) == 2
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1
    assert Path("run/model.json").read_bytes() == before and len(list(Path().iterdir())) == 1


def test_new_starts_are_told_and_what_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--data", "xor", "--points", "20", "--hidden", "2", "--epochs", "2", "--restarts", "1"]
    assert train(*words, "-o", "run") == 0
    said = capsys.readouterr()
    assert "new start 1 of 1" in said.err
    assert "Not learned yet" in said.out and "--epochs 10" in said.out


def test_a_network_is_asked(trained: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    a_file("points.csv", "x_1;x_2;y", "0,1;0,2;0", "1;-0,5;1")
    assert cli.main(["predict", str(trained[0]), "points.csv", "-o", "out.csv"]) == 0
    assert "of 2" in capsys.readouterr().out
    rows = Path("out.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == "x_1;x_2;y;y predicted;p(0);p(1)" and len(rows) == 3
    assert cli.main(["predict", str(trained[0]), "points.csv"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == rows and "Right answers" in said.err
    for words, told in (
        ([], "a folder and a table are needed"),
        ([str(trained[0]), "none.csv"], "there is no such file"),
        (["none.json", "points.csv"], "there is no such file"),
        ([str(trained[0]), "points.csv", "-o", "out.txt"], "choose .csv"),
    ):
        assert cli.main(["predict", *words]) == 2
        assert told in capsys.readouterr().err


def test_letters_that_the_font_does_not_have_are_told_in_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = a_file("p.csv", "身高,体重,类", *(f"{k},{k % 3},{'男女'[k % 2]}" for k in range(6)))
    assert train("--data", name, "--epochs", "2", "--lang", "en", "-o", "run") == 0
    said = capsys.readouterr()
    assert said.err == (
        "Some letters are missing from the font of the pictures: boxes stand for them.\n"
    )
    assert "0 = 女, 1 = 男" in said.out
