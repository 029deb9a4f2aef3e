"""What may follow a command: every option of every command changes something, and is explained."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tinygrad_fr import cli
from tinygrad_fr.checking import student_file
from tinygrad_fr.command import options
from tinygrad_fr.demos import chain_rule, course
from tinygrad_fr.nn import MLP, plot
from tinygrad_fr.words import use

FILES = {
    "points.csv": "u;v;w\n0,5;1;0\n1,5;0;1\n0;2;0\n2;0,5;1\n1;1;1\n0;0;0\n",
    "one.csv": "u;v;w\n0,5;1;0\n",
    "ask.csv": "x_1;x_2\n0,5;1\n",
    "other.csv": "x_1;x_2\n1,5;1\n",
    "td.py": "def loss(w=0.5, b=0.1):\n    return (w * 1.5 + b - 1.0) ** 2\n"
    "def gradient(w, b):\n    return {'w': 2 * (w * 1.5 + b - 1.0)}\n",
    "key.py": "def loss(w=0.5, b=0.1):\n    return (w * 1.5 + b - 1.0) ** 2\n",
    "class.csv": "name;w;b\nAda;-0,45;-0,30\nBob;0,45;0,30\nEve;0,045;0,030\n",
    "slow.py": "import time\ntime.sleep(1.5)\ndef loss(w=3.0):\n    return w * w\n",
    "big.py": "x = bytearray(600_000_000)\ndef loss(w=3.0):\n    return w * w\n",
    "loud.py": "print('hello')\ndef loss(w=3.0):\n    return w * w\n",
}
RUSSIAN = "u;v;w\n0,5;1;да\n1,5;0;нет\n0;2;да\n2;0,5;нет\n".encode("cp1251")
TRAIN = "train --data moons --points 12 --epochs 2 --hidden 2"
CHECK = 'check "(w*x - y)**2" w=1 x=2 y=4 --hand w="2*x*(w*x - y)"'
HALF = 'check "(w*x - y)**2" w=1 x=2 y=4 --hand w="x*(w*x - y)"'
STEP = "step w**2 w=1"
BIG = "check big.py --answer w=6 --seconds 60"  # on a busy machine, too
EXPLAIN = 'explain "(w*x - y)**2" w=1 x=2 y=4'
UNITS = "; ".join(f"a_{k}^[1] = sigmoid(w_{k}^[1]*x)" for k in range(1, 6))
WIDE = f'explain "{UNITS}; a_1^[1]+a_2^[1]+a_3^[1]+a_4^[1]+a_5^[1]" x=2 ' + " ".join(
    f"w_{k}^[1]=0.{k}" for k in range(1, 6)
)
MEAN = 'explain "L_1 = (w*x - y)**2; L_2 = (w*u - v)**2; (L_1 + L_2)/2" w=1 x=2 y=4 u=1 v=3'
CLASS = "check --class class.csv --key key.py"
BY_HAND = "2*(a_1^[2]-y_1)*a_1^[2]*(1-a_1^[2])"
COMPILE = 'compile "(w*x - v*u)**2" w=1 x=2 u=1 v=3'
NET = {  # a network, for the commands that take one
    "draw": "draw -o g.dot",
    "explain": "explain",
    "step": "step -o g.html",
    "compile": "compile",
    "check": f'check --json --hand "dz_1^[2]={BY_HAND}"',
}


def of_a_network(command: str) -> dict[tuple[str, str], tuple[str, str]]:
    """What the options that describe one change."""
    model, x, y = f"{NET[command]} --model 2-2-1", "--x 1 2", "--y 1"
    saved = f"{NET[command]} --weights m.json {x}"
    one = f"{model} --data one.csv"
    typed = f"{model} {x} {y}"
    linear = f"{typed} --output linear".replace(BY_HAND, "2*(z_1^[2]-y_1)")
    absolute = linear.replace("2*", "sign")
    found = {
        "model": (f"{NET[command]} {x} {y}", f"{NET[command]} {{}} 2-2-1 {x} {y}"),
        "weights": (f"{NET[command]} {x} {y}", saved.replace("--weights", "{}") + f" {y}"),
        "activation": (typed, f"{typed} {{}} tanh"),
        "output": (linear.replace("--output linear", ""), linear.replace("--output", "{}")),
        "seed": (typed, f"{typed} {{}} 5"),
        "loss": (absolute, f"{absolute} {{}} l1"),
        "x": (f"{model} {y}", f"{model} {{}} 1 2 {y}"),
        "y": (f"{model} {x}", f"{model} {x} {{}} 1"),
        "data": (model, f"{model} {{}} one.csv"),
        "target": (one, f"{one} {{}} u"),
    }
    return {(command, dest): lines for dest, lines in found.items()}


# What each option changes: a command line without it, and one with it ({} is how it is spelled).
EXAMPLES: dict[tuple[str, str], tuple[str, str]] = {
    ("course", "help"): ("course", "course {}"),
    ("course", "item"): ("course", "course C8"),
    ("course", "out"): ("course", "course {} there"),
    ("demo", "help"): ("demo", "demo {}"),
    ("demo", "name"): ("demo", "demo chain_rule"),
    ("demo", "out"): ("demo chain_rule", "demo chain_rule {} there"),
    ("draw", "help"): ("draw w w=1", "draw w w=1 {}"),
    ("draw", "expression"): ("draw w w=1", "draw w**2 w=1"),
    ("draw", "values"): ("draw w**2 w=1", "draw w**2 w=3"),
    ("draw", "out"): ("draw w**2 w=1", "draw w**2 w=1 {} g.dot"),
    ("draw", "level"): (
        "draw w*x+v*z+b w=1 x=2 v=1 z=2 b=3 -o g.dot",
        "draw w*x+v*z+b w=1 x=2 v=1 z=2 b=3 -o g.dot {} neuron",
    ),
    ("explain", "help"): (EXPLAIN, EXPLAIN + " {}"),
    ("explain", "expression"): (EXPLAIN, EXPLAIN.replace("**2", "**4")),
    ("explain", "values"): (EXPLAIN, EXPLAIN.replace("y=4", "y=5")),
    ("explain", "notation"): (
        'explain "(sigmoid(w) - y)**2" w=1 y=4',
        'explain "(sigmoid(w) - y)**2" w=1 y=4 {} delta',
    ),
    ("explain", "digits"): ("explain w**2 w=1.23456", "explain w**2 w=1.23456 {} 5"),
    ("explain", "out"): (EXPLAIN, EXPLAIN + " {} there.tex"),
    ("explain", "wrt"): (EXPLAIN, EXPLAIN + " {} x"),
    ("explain", "paths"): (EXPLAIN, EXPLAIN + " {} w"),
    ("explain", "all"): (WIDE, WIDE + " {}"),
    ("explain", "example"): (MEAN, MEAN + " {} 2"),
    ("step", "help"): (STEP, STEP + " {}"),
    ("step", "expression"): (STEP, STEP.replace("**2", "**4")),
    ("step", "values"): (STEP, STEP.replace("w=1", "w=3")),
    ("step", "out"): (STEP, STEP + " {} there.html"),
    ("step", "level"): (
        "step w*x+v*z+b w=1 x=2 v=1 z=2 b=3",
        "step w*x+v*z+b w=1 x=2 v=1 z=2 b=3 {} operation",
    ),
    ("step", "title"): (STEP, STEP + " {} Parabola"),
    ("step", "parameters"): ("step v*w v=1 w=2", "step v*w v=1 w=2 {} v"),
    **of_a_network("draw"),
    **of_a_network("step"),
    **of_a_network("explain"),
    **of_a_network("compile"),
    ("compile", "help"): (COMPILE, COMPILE + " {}"),
    ("compile", "expression"): (COMPILE, COMPILE.replace("**2", "**4")),
    ("compile", "values"): (COMPILE, COMPILE.replace("v=3", "v=4")),
    ("compile", "inputs"): (COMPILE, COMPILE + " {} x,u"),
    ("compile", "parameters"): (COMPILE, COMPILE + " {} w,v"),
    ("compile", "out"): (COMPILE, COMPILE + " {} net.py"),
    **of_a_network("check"),
    ("draw", "size"): ("draw w**2 w=1 -o g.svg", "draw w**2 w=1 -o g.svg {} slide"),
    ("draw", "title"): ("draw w**2 w=1 -o g.dot", "draw w**2 w=1 -o g.dot {} Parabola"),
    ("draw", "parameters"): ("draw v*w v=1 w=2 -o g.dot", "draw v*w v=1 w=2 -o g.dot {} v"),
    ("draw", "digits"): ("draw w/3 w=1 -o g.dot", "draw w/3 w=1 -o g.dot {} 5"),
    ("draw", "blank"): ("draw w**2 w=1 -o g.dot", "draw w**2 w=1 -o g.dot {} all"),
    ("check", "help"): (CHECK, CHECK + " {}"),
    ("check", "what"): (CHECK, CHECK.replace("y=4", "y=5")),
    ("check", "hand"): ("check w**2 w=3", "check w**2 w=3 {} w=2*w"),
    ("check", "answer"): ("check w**2 w=3", "check w**2 w=3 {} w=6"),
    ("check", "where"): (
        "check (2*w-1)**2 w=3 --hand w=4*e",
        "check (2*w-1)**2 w=3 --hand w=4*e {} e=2*w-1",
    ),
    ("check", "answers"): ("check --key key.py", "check --key key.py {} class.csv"),
    ("check", "key"): ("check --class class.csv", "check --class class.csv {} key.py"),
    ("check", "solution"): (CHECK, CHECK + " {}"),
    ("check", "accept"): (HALF, HALF + " {} half"),
    ("check", "rate"): (CLASS, CLASS + " {} 0,1"),
    ("check", "hint"): (CLASS + " --json", CLASS + " --json {} 2"),
    ("check", "no_expected"): (CHECK, CHECK + " {}"),
    ("check", "json"): (CHECK, CHECK + " {}"),
    ("check", "out"): (CLASS, CLASS + " {} marks.csv"),
    ("check", "pages"): (CLASS, CLASS + " {} students"),
    ("check", "seconds"): ("check slow.py --answer w=6", "check slow.py --answer w=6 {} 60"),
    ("check", "memory"): (BIG, BIG + " {} 4000"),
    ("check", "show_output"): ("check loud.py --answer w=6", "check loud.py --answer w=6 {}"),
    ("train", "help"): (TRAIN, TRAIN + " {}"),
    ("train", "data"): (TRAIN, TRAIN + " {} circles"),
    ("train", "hidden"): (TRAIN, TRAIN + " {} 3 2"),
    ("train", "target"): (
        "train --data points.csv --epochs 2",
        "train --data points.csv --epochs 2 {} u",
    ),
    ("train", "inputs"): (
        "train --data points.csv --epochs 2",
        "train --data points.csv --epochs 2 {} v",
    ),
    ("train", "points"): (TRAIN, TRAIN + " {} 14"),
    ("train", "activation"): (TRAIN, TRAIN + " {} relu"),
    ("train", "loss"): (TRAIN, TRAIN + " {} hinge"),
    ("train", "optimizer"): (TRAIN, TRAIN + " {} momentum"),
    ("train", "learning_rate"): (TRAIN, TRAIN + " {} 0,1"),
    ("train", "epochs"): (TRAIN, TRAIN + " {} 3"),
    ("train", "batch_size"): (TRAIN, TRAIN + " {} 4"),
    ("train", "validation"): (TRAIN, TRAIN + " {} 0,25"),
    ("train", "seed"): (TRAIN, TRAIN + " {} 3"),
    ("train", "out"): (TRAIN, TRAIN + " {} there"),
    ("train", "encoding"): (
        "train --data russian.csv --epochs 2",
        "train --data russian.csv --epochs 2 {} cp1251",
    ),
    ("train", "decay"): (TRAIN, TRAIN + " {} 0,5"),
    ("train", "restarts"): (TRAIN, TRAIN + " {} 0"),
    ("train", "l2"): (TRAIN, TRAIN + " {} 0,1"),
    ("train", "l1"): (TRAIN, TRAIN + " {} 0,1"),
    ("train", "dropout"): (TRAIN, TRAIN + " {} 0,5"),
    ("train", "clip"): (TRAIN, TRAIN + " {} 0,001"),
    ("train", "engine"): (TRAIN, TRAIN + " {} numpy"),
    ("train", "film"): (TRAIN, TRAIN + " {} there.gif"),
    ("train", "resume"): (TRAIN, "train {} run --epochs 3"),
    ("train", "pictures"): (TRAIN, TRAIN + " {} svg"),
    ("predict", "help"): ("predict m.json ask.csv", "predict m.json ask.csv {}"),
    ("predict", "model"): ("predict m.json ask.csv", "predict run ask.csv"),
    ("predict", "examples"): ("predict m.json ask.csv", "predict m.json other.csv"),
    ("predict", "encoding"): ("predict m.json asked.csv", "predict m.json asked.csv {} cp1251"),
    ("predict", "out"): ("predict m.json ask.csv", "predict m.json ask.csv {} there.csv"),
}


class Seen(NamedTuple):
    """All that a command line does: its exit status, what it says, the files it leaves."""

    status: int
    said: tuple[str, str]
    files: dict[str, bytes]


def actions() -> Iterator[tuple[str, argparse.Action]]:
    """Every option of every command, from the parsers themselves."""
    with use("en"):
        for name, command in cli.COMMANDS.items():
            yield from ((name, action) for action in command.parser()._actions)


SPELLED = [
    (name, action.dest, spelled)
    for name, action in actions()
    for spelled in action.option_strings or [""]
]


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """A course of one demo, no picture of a training painted, little time and memory."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", "100")
        patched.setenv("TINYGRAD_LANG", "en")
        patched.setattr(student_file, "SECONDS", 1.0)
        patched.setattr(student_file, "MEMORY", 500_000_000)
        patched.setattr(course, "demos", lambda: iter([chain_rule]))
        patched.setattr(plot, "save", lambda figure, path: Path(path).write_bytes(b"a picture"))
        yield


Run = Callable[[str], Seen]
UNTOLD = ("training", "seconds")


def kept(path: Path) -> bytes:
    """What a file holds, without the time it took and without the choices that are only written."""
    if path.name not in ("model.json", "training.json"):
        return path.read_bytes()
    found = json.loads(path.read_bytes())
    return json.dumps({name: found[name] for name in found if name not in UNTOLD}).encode()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training to go on with."""
    folder = tmp_path_factory.mktemp("begun") / "run"
    assert cli.main([*shlex.split(TRAIN)[:-1], "3", "-o", str(folder)]) == 0
    return folder


@pytest.fixture
def run(tmp_path: Path, begun: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in a folder of its own."""

    def run(line: str) -> Seen:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, content in FILES.items():
            (folder / name).write_text(content, encoding="utf-8")
        (folder / "russian.csv").write_bytes(RUSSIAN)
        (folder / "asked.csv").write_bytes("ж;я\n1;2\n".encode("cp1251"))
        MLP(2, [2, 1], activation="tanh", output="sigmoid", seed=7).save(folder / "m.json")
        shutil.copytree(begun, folder / "run")
        lying = {p for p in folder.rglob("*") if p.is_file()}
        before = Path.cwd()
        os.chdir(folder)
        try:
            status = cli.main(shlex.split(line))
        finally:
            os.chdir(before)
        left = [p for p in folder.rglob("*") if p.is_file() and p not in lying]
        found = {str(p.relative_to(folder)): kept(p) for p in left}
        return Seen(status, capsys.readouterr(), found)

    return run


def test_every_option_has_an_example() -> None:
    assert {(name, dest) for name, dest, _ in SPELLED} == set(EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "dest", "spelled"), SPELLED, ids=[" ".join(s) for s in SPELLED])
def test_every_option_changes_something(name: str, dest: str, spelled: str, run: Run) -> None:
    if dest == "memory" and not sys.platform.startswith("linux"):
        pytest.skip("no such limit here")
    without, with_it = EXAMPLES[name, dest]
    assert ("{}" in with_it) is bool(spelled)
    before, after = run(without), run(with_it.format(spelled))
    assert after != before
    assert after.status == 0 or dest == "what", after.said


@pytest.mark.parametrize("line", ["demo chain_rule", CHECK, TRAIN, "draw w**2 w=1"])
def test_the_same_line_does_the_same(line: str, run: Run) -> None:
    """So that a change is the option's."""
    assert run(line) == run(line)


@pytest.mark.parametrize("line", ["", "draw -h", "draw w w=1", CHECK, "zzz"])
def test_the_language_changes_every_line(line: str, run: Run) -> None:
    assert len({run(f"{line} --lang fr").said, run(f"--lang=en {line}").said}) == 2


def test_the_version_is_that_of_the_package(run: Run) -> None:
    from tests.house import ROOT
    from tinygrad_fr.version import version

    said = run("--version").said
    assert said == (f"tinygrad-fr {version()}\n", "")
    assert f"version = {version()}\n" in (ROOT / "setup.cfg").read_text("utf-8")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_option_is_explained_in_both_languages(name: str) -> None:
    told = {}
    for lang in ("fr", "en"):
        with use(lang):
            parser = cli.COMMANDS[name].parser()
            page = " ".join(parser.format_help().split())
            told[lang] = [action.help or "" for action in parser._actions]
            for action in parser._actions:
                assert action.help and " ".join(action.help.split()) in page
                assert all(spelled in page for spelled in action.option_strings)
            assert cli.COMMANDS[name].summary() in cli.overview()
    assert all(fr != en for fr, en in zip(told["fr"], told["en"], strict=True))


# ── common readers ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "x"), [("4", 4), ("1 000", 1000), ("+7", 7), ("1e2", 100), ("5,0", 5)]
)
def test_whole_numbers(text: str, x: int) -> None:
    found = options.whole_number("--n", text)
    assert found == x and type(found) is int


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "six", "", "nan", "1e99", "1_000", "1/3"])
def test_what_is_no_whole_number(text: str) -> None:
    with use("en"), pytest.raises(ValueError, match="--n expects an integer of at least 1, got"):
        options.whole_number("--n", text)


@pytest.mark.parametrize(("text", "x"), [("0,05", 0.05), ("0.05", 0.05), ("1/4", 0.25)])
def test_real_numbers(text: str, x: float) -> None:
    assert options.real_number("--x", text, below=1) == x


@pytest.mark.parametrize("text", ["0", "-1", "1", "2", "nan", "inf", "x", ""])
def test_what_is_no_real_number(text: str) -> None:
    with use("fr"), pytest.raises(ValueError, match="--x attend un nombre entre 0 et 1, reçu"):
        options.real_number("--x", text, below=1)
