"""The command line: what is typed, what comes back, and no traceback for what was mistyped."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

import tinygrad_fr.demos
from tests.shared import file
from tinygrad_fr import cli
from tinygrad_fr.picture.levels import LEVELS
from tinygrad_fr.words import NARROW

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of demos that joins the real ones for one test."""
    folder = tmp_path / "planted"
    folder.mkdir()
    monkeypatch.setattr(tinygrad_fr.demos, "__path__", [str(folder)])
    for name in ("planted_a", "planted_b", "planted_c"):
        monkeypatch.delitem(sys.modules, f"tinygrad_fr.demos.{name}", raising=False)
        monkeypatch.delattr(tinygrad_fr.demos, name, raising=False)
    plant(folder, "planted_a", "C17, C18", "the line", "print('out is', out)")
    plant(folder, "planted_b", "C2–C3", "the neuron", "raise ValueError('first line\\nsecond')")
    plant(folder, "planted_c", "", "a tour", "raise KeyboardInterrupt")
    plant(folder, "course", "", "", "return 1")
    return folder


def plant(folder: Path, name: str, items: str, title: str, body: str) -> None:
    (folder / f"{name}.py").write_text(
        f"ITEMS = {items!r}\ndef title(): return {title!r}\ndef main(out):\n    {body}\n", "utf-8"
    )


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on the error side: one line, and nothing on the other."""
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tinygrad-fr: ")
    assert said.err.count("\n") == 1
    return said.err


# ── help ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"], *([c, "-h"] for c in cli.COMMANDS)])
def test_help_in_both_languages(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words, "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert cli.main(["--lang=fr", *words]) == 0
    french = capsys.readouterr().out
    assert "tinygrad-fr" in english and english != french
    for word in ("usage", "options:", "positional", "show this"):
        assert word not in french
    assert not re.search(r" [;:!?»](\s|$)|« ", french)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from tinygrad_fr.cli import main; main(['draw', '-h']);"
        "assert not {'numpy', 'matplotlib', 'rich', 'graphviz', 'mpmath'} & set(sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True).returncode
        == 0
    )


# ── what was mistyped ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["drow"], "unknown command: drow. Did you mean draw?"),
        (["zzz"], "unknown command: zzz. Choose among: check, compile, course"),
        (["--levle"], "unknown command: --levle"),
        (["course", "extra"], "'extra' is not an item of the course. Choose among: C1, C2"),
        (["course", "-o"], "the option -o/--out expects a value"),
        (["draw"], "the expression is missing. Try: tinygrad-fr draw"),
        (["draw", "w", "w=1", "--lev", "sum"], "'--lev' is unknown or not needed"),
        (["draw", "w", "w=1", "--level", "neu"], "unknown level: neu. Did you mean neuron?"),
        (["draw", "w", "w"], "'w' is not of the form name=value"),
        (["draw", "w", "1w=2"], "'1w=2' is not of the form name=value"),
        (["draw", "w", "w="], "'w=' is not of the form name=value"),
        (["draw", "w", "w=1", "w=2"], "w is given two values. Keep one"),
        (["draw", "w*w", "w=1", "x=2"], "x is given a value but is not in the expression w*w"),
        (["draw", "w", "w=one"], "one"),
        (["draw", "w*x", "w=1"], "x"),
        (["draw", "1/2w", "w=1"], "2"),
        (["draw", "__import__('os')", "w=1"], "tinygrad-fr: "),
        (["draw", "1/w", "w=0"], "div(a, b) needs b ≠ 0, got div(1, 0)"),
        (["draw", "w*w", "w=1", "-o", "nowhere/graph.svg"], "nowhere"),
        (["draw", "w*w", "w=1", "-o", "graph.gif"], ".gif"),
        (["draw", "w", "w=1", "--help=3"], "the option -h/--help takes no value. See"),
        (["draw", "w", "w=1", "--level"], "the option --level expects a value. See"),
        (["demo", "nothing"], "unknown demo: nothing"),
        (["demo", "linear", "-o", "a-file"], "cannot open or write a-file"),
        (["course", "-o", "a-file"], "cannot open or write a-file"),
        (["--lang", "de"], "--lang expects fr or en, got 'de'"),
        (["course", "--lang"], "--lang expects fr or en, got ''"),
    ],
)
def test_one_line_and_status_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a-file").touch()
    assert cli.main(words) == 2
    assert said in one_line(capsys)


SCRAPS = """
    w x y w=1 x=2 y=0 w=0,5 w=1/0 =3 w= q=3 (w*x-y)**2 w**2 1/y ln(-w) w+ -w -w**2 -- - --hand
    --answer --where --solution --solution=1 --level --level=sum --level=x -o g.dot there/g.dot
    g.gif --class --key none.py none.csv w=2*w w=6 w=6;7 w=nan --lang en fr -h --helpme
    --hand=w=2*w \u200b \ud800 ∂
    """.split()


@seed(7)
@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["draw", "check"]), st.lists(st.sampled_from([*SCRAPS, "", " "]), max_size=7)
)
def test_whatever_is_typed_is_done_or_refused_in_one_line(name: str, words: list[str]) -> None:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = cli.main([name, *words, *(["-o", "g.dot"] if name == "draw" else [])])
    assert status in (0, 1, 2, 3)
    refused = status == 3 or (status == 2 and name == "draw")
    lines = err.getvalue().splitlines()
    assert len(lines) == refused and (not refused or lines[0].startswith("tinygrad-fr: "))
    assert bool(out.getvalue()) is not refused


def test_one_line_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["drow", "--lang", "fr"]) == 2
    assert (
        one_line(capsys)
        == f"tinygrad-fr: commande inconnue{NARROW}: drow. Vouliez-vous dire draw{NARROW}?\n"
    )


def test_our_own_mistakes_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(args: object) -> int:
        raise RuntimeError

    monkeypatch.setitem(cli.COMMANDS, "course", cli.COMMANDS["course"]._replace(run=broken))
    with pytest.raises(RuntimeError):
        cli.main(["course"])


# ── draw ─────────────────────────────────────────────────────────────────────────────────────────


def test_draw_prints_values_gradients_and_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["draw", "(w*x - y)**2", "w=1", "x=2", "-o", "graph.svg", "y=4"]) == 0
    said = capsys.readouterr().out
    assert "(w*x - y)**2 = 4" in said
    rows = [re.findall(r"[\w−.]+", line) for line in said.splitlines()]
    assert ["w", "1", "−8"] in rows and ["x", "2", "−4"] in rows and ["y", "4", "4"] in rows
    assert "Picture: graph.svg" in said
    assert "<svg" in (tmp_path / "graph.svg").read_text("utf-8")


def test_draw_in_french_with_decimal_commas(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "-w**2", "w=0,25", "-o", "g.dot", "--lang", "fr"]) == 0
    said = capsys.readouterr().out
    assert "-w**2 = −0,0625" in said
    assert ["w", "0,25", "−0,5"] in [re.findall(r"[\w−,]+", line) for line in said.splitlines()]
    assert f"Image{NARROW}: g.dot" in said


def test_draw_shows_the_steps_by_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "g.dot"
    words = ["draw", "z = w₁·x; e = z - 2π; e^2", "w_1=2", "x=pi/2", "-o", str(out)]
    assert cli.main(["--lang", "en", *words]) == 0
    shown = capsys.readouterr().out
    assert "e^2 = 9.8696" in shown
    rows = [line.split("│")[1].strip() for line in shown.splitlines() if line.count("│") > 2]
    assert rows == ["w_1", "x", "z", "e"]
    assert "z" in out.read_text("utf-8")
    assert cli.main(["--lang", "en", "draw", "z = w*x; w", "w=1", "x=2"]) == 2
    assert "the step z is used nowhere" in capsys.readouterr().err


def test_draw_says_where_a_nan_was_born(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", "sqrt(x**2)", "x=0", "-o", "g.dot"]) == 0
    said = capsys.readouterr().out
    assert "∞ is born in ∂L/∂(x²): the slope of √(x²) at x² = 0 is ∞; NaN is born" in said
    assert cli.main(["draw", "exp(x) - exp(x)", "x=1000", "-o", "g.dot", "--lang", "fr"]) == 0
    assert f"∞ naît en exp(x){NARROW}: exp(1000) dépasse" in capsys.readouterr().out
    assert cli.main(["draw", "sqrt(x**2)", "x=1", "-o", "g.dot"]) == 0
    assert "born" not in capsys.readouterr().out


SHEET = ["draw", "(v*tanh(w*x) - y)**2", "v=1", "w=2", "x=0.5", "y=1"]


def test_draw_writes_a_worksheet_and_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheet.svg"
    assert cli.main([*SHEET, "-o", str(out), "--size", "page", "--blank", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert f"Key: {tmp_path / 'sheet-key.svg'}" in said
    assert "gradient" not in said  # no answer is printed
    assert 'width="1123" height="794"' in out.read_text("utf-8")
    assert "backward pass" in (tmp_path / "sheet-key.svg").read_text("utf-8")


def test_draw_is_told_the_parameters(tmp_path: Path) -> None:
    from tinygrad_fr.picture.style import TINTS

    def tints(*told: str) -> dict[str, str]:
        out = tmp_path / "g.dot"
        assert cli.main([*SHEET, "-o", str(out), *told]) == 0
        boxes = [line for line in out.read_text("utf-8").splitlines() if " id=n" in line]
        return {
            name: tint
            for name in "vwxy"
            for box in boxes
            for tint in re.findall(r'BGCOLOR="(#\w+)"', box)
            if f">{name}</FONT>" in box
        }

    assert [name for name, tint in tints().items() if tint == TINTS["parameter"]] == ["w"]
    told = tints("--parameters", "v, y")
    assert [name for name, tint in told.items() if tint == TINTS["parameter"]] == ["v", "y"]


def test_draw_says_where_text_is_too_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "x"
    for _ in range(14):
        text = f"tanh({text})"
    slide = ["draw", text, "x=1", "-o", str(tmp_path / "g.svg"), "--size", "slide", "--lang", "en"]
    assert cli.main([*slide, "--level", "operation"]) == 0
    assert "pixels high; to be read it needs 14" in capsys.readouterr().out
    assert cli.main(slide) == 0
    assert "pixels" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--size", "wall"], "slide, page, free"),
        (["--blank", "grad"], "gradients"),
        (["--parameters", "q"], "'q' is not a value of the expression. Choose among: v, w, x, y"),
        (["--digits", "0"], "--digits expects an integer of at least 1"),
    ],
)
def test_draw_refuses_what_it_does_not_know(
    wrong: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "g.dot")
    assert cli.main([*SHEET, "-o", out, *wrong, "--lang", "en"]) == 2
    assert told in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_draw_without_a_place_writes_under_out(tmp_path: Path) -> None:
    assert cli.main(["draw", "w*w", "w=1/3"]) == 0
    assert (tmp_path / "out" / "graph.svg").stat().st_size > 0


@pytest.mark.parametrize("level", LEVELS)
def test_draw_at_every_level(level: str, tmp_path: Path) -> None:
    assert (
        cli.main(["draw", "relu(w*x + b)", "w=2", "x=3", "b=1", "-o", "g.dot", "--level", level])
        == 0
    )
    assert "digraph" in (tmp_path / "g.dot").read_text("utf-8")


# ── check ────────────────────────────────────────────────────────────────────────────────────────

SQUARE = ["check", "(w*x - y)**2", "w=1", "x=2", "y=4"]


@pytest.mark.parametrize(("lang", "said"), [("en", "Remove q=… or"), ("fr", "Retirez q=… ou")])
def test_a_value_that_stands_nowhere_is_refused_by_check_as_by_draw(
    lang: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*SQUARE, "q=3", "--hand", "w=2*x*(w*x - y)", "--lang", lang]
    assert cli.main(words) == 3
    assert said in one_line(capsys)


@pytest.mark.parametrize(
    "words",
    [
        ["q=3", "--hand", "w=2*x*(w*x - y)*q/q"],
        ["q=2", "--where", "e=q*x", "--hand", "w=e*(w*x - y)"],
    ],
)
def test_a_value_may_stand_in_what_was_derived(words: list[str]) -> None:
    assert cli.main([*SQUARE, *words]) == 0


def test_thousands_may_be_spaced_in_a_value_and_in_an_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["check", "x**2/2", "x=1 000", "--answer", "x=1\u202f000"]) == 0
    assert cli.main(["check", "x**2/2", "x=1 000", "--answer", "x=1 00"]) == 3
    assert "between thousands" in capsys.readouterr().err


def test_what_is_refused_by_check_is_never_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    """2 means undecided there: whatever cannot be read is 3."""
    for words in (["--hnad", "w=1"], ["--hand"], ["w"], []):
        assert cli.main(["check", "w**2", *words]) == 3
        assert one_line(capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["w*x", "w=1", "x=2", "--hand", "w=2.5"], "--hand w=2.5: this is a number, and --hand"),
        (["w*x", "w=1", "x=2", "--hand", "w=x", "x=w"], "repeat --hand, --hand x="),
        (["w*x", "w=1", "x=2", "--answer", "w=2", "x=1"], "repeat --answer, --answer x="),
        (["td"], "td is an expression without an answer. Did you mean td.py?"),
        (["td.py", "--hand", "w=2"], "--hand does not belong here: it goes with an expression"),
        (["td.py", "--key", "td.py"], "--key asks for --class FILE.csv too"),
        (["--class", "a.csv"], "--class asks for --key FILE.py too"),
        (["--key", "td.py"], "--key asks for --class FILE.csv too"),
        (["td.py", "--class", "a.csv", "--key", "td.py"], "'td.py' is not needed"),
        (["td.py", "-o", "m.csv"], "--out does not belong here: it goes with a class"),
        (["td.py", "--pages", "m"], "--pages does not belong here: it goes with a class"),
        (["w", "w=1", "--hand", "w=1", "--seconds", "3"], "it goes with a .py file or a class"),
        (
            ["--class", "a.csv", "--key", "td.py", "--answer", "w=1"],
            "--answer does not belong here",
        ),
        (["--class", "a.csv", "--key", "td.py", "-o", "m.xlsx"], "unknown extension '.xlsx'"),
        (["w", "w=1", "--hand", "w=1", "--accept", "sums"], "Did you mean 'sum'?"),
        (["w", "w=1", "--hand", "w=1", "--hint", "3"], "--hint goes from 0 (no hint) to 2"),
        (["td.py", "--memory", "0"], "--memory expects an integer of at least 1, got '0'"),
        (["td.py", "--seconds", "-1"], "--seconds expects a number above 0, got '-1'"),
        (["w", "w=1", "--hand", "w=1", "--rate", "x"], "--rate expects a number above 0"),
    ],
)
def test_what_is_meant_is_said(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was typed for something else is refused with what to type; nothing is passed over."""
    Path("td.py").write_text("def loss(w=1.0):\n    return w * w\n", "utf-8")
    Path("a.csv").write_text("name;w\nAda;2\n", "utf-8")
    assert cli.main(["check", *words]) == 3
    assert said in one_line(capsys)
    assert not Path("m").exists() and not Path("m.csv").exists()


def test_a_formula_may_be_a_number_where_it_is_right() -> None:
    assert cli.main(["check", "0.5*w", "w=3", "--hand", "w=0.5"]) == 0
    assert cli.main(["check", "w**2", "w=3", "--hand", "w=2"]) == 1


def test_an_accepted_cost_is_said_once_in_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    loss = "def loss(w=1.0, x=2.0, y=4.0):\n    return (w * x - y) ** 2\n"
    Path("td.py").write_text(loss, "utf-8")
    Path("key.py").write_text(loss + "accept = 'half'\n", "utf-8")
    Path("bad.py").write_text(loss + "accept = ('halves',)\n", "utf-8")
    half = ["--answer", "w=-4,00"]
    assert cli.main(["check", "td.py", *half]) == 1
    assert cli.main(["check", "td.py", *half, "--accept", "half"]) == 0
    assert cli.main(["check", "td.py", *half, "--accept", "sum"]) == 1
    assert cli.main(["check", "key.py", *half]) == 0
    capsys.readouterr()
    assert cli.main(["check", "bad.py", *half]) == 3
    assert "bad.py: accept='halves' is unknown. Did you mean 'half'?" in one_line(capsys)


def test_the_step_of_the_update_tells_a_step_from_a_gradient(
    capsys: pytest.CaptureFixture[str],
) -> None:
    step = ["check", "w**2 + 3*b", "w=3", "b=1", "--answer", "w=-0,0600", "--answer", "b=-0,0300"]
    assert cli.main(step) == 1
    assert "the step −λ∇L" not in capsys.readouterr().out
    assert cli.main([*step, "--rate", "0,01"]) == 1
    assert "the step −λ∇L" in capsys.readouterr().out


def test_a_report_as_json_and_its_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["check", "w**2", "w=3", "--answer", "w=3", "--json"]
    assert cli.main(wrong) == 1
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["exit"] == 1 and found["entries"][0]["expected"] == 6
    assert cli.main([*wrong, "--no-expected", "--solution"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (
        "expected" not in found["entries"][0] and found["solution"][-1] == "→ ∂L/∂w = 2w = 2·3 = 6"
    )
    Path("td.py").write_text("def loss(w=3.0):\n    return w * w\n", "utf-8")
    Path("a.csv").write_text("name;w\nAda;6,0\nBob;3,0\n", "utf-8")
    assert cli.main(["check", "--class", "a.csv", "--key", "td.py", "--json"]) == 0
    ada, bob = map(json.loads, capsys.readouterr().out.splitlines())
    assert (ada["student"], ada["right"], bob["mark"]) == ("Ada", 1, "✗")
    assert set(bob["report"]) == set(json.loads(line))


def test_hints_come_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["check", "(w*x - y)**2", "w=1", "x=2", "y=4", "--hand", "w=-2*x*(w*x - y)"]
    assert cli.main(wrong) == 1
    first = capsys.readouterr().out
    assert "Hint: " in first and "Rule: " not in first
    assert "[--hint 2 tells more, --solution shows the derivation]" in first
    assert cli.main([*wrong, "--hint", "2"]) == 1
    second = capsys.readouterr().out
    assert "Rule: " in second and "[--solution shows the derivation]" in second
    assert cli.main([*wrong, "--hint", "0", "--no-expected"]) == 1
    none = capsys.readouterr().out
    assert "Hint" not in none and "--solution" not in none and none.count("\n") == 2


def test_what_a_file_prints_is_shown_where_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    Path("td.py").write_text(
        "print('read')\ndef loss(w=3.0):\n    return w * w\n"
        "def gradient(w):\n    print('asked')\n    return {'w': 2 * w}\n",
        "utf-8",
    )
    assert cli.main(["check", "td.py"]) == 0
    assert capsys.readouterr().err == ""
    assert cli.main(["check", "td.py", "--show-output"]) == 0
    out, err = capsys.readouterr()
    assert err == "read\nasked\n" and "asked" not in out


def test_the_exit_statuses_stand_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, lines in (
        ("en", ["0 right", "1 wrong", "2 undecided", "3 input refused"]),
        ("fr", ["0 juste", "1 faux", "2 indécis", "3 entrée refusée"]),
    ):
        assert cli.main(["--lang", lang, "check", "--help"]) == 0
        page = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
        assert all(any(line.startswith(told) for line in page) for told in lines)


def test_nothing_to_compare_names_what_could_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "pi*v**2", "v=3"]) == 3
    assert 'add --hand v="…" or --answer v=…' in one_line(capsys)


# ── demo and course ──────────────────────────────────────────────────────────────────────────────


def test_demos_are_found_and_listed_in_the_order_of_the_course(
    demos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0].strip() for line in lines[1:4]] == ["C2–C3", "C17, C18", ""]
    assert "the neuron" in lines[1] and "planted_a" in lines[2] and "a tour" in lines[3]


def test_a_demo_is_run_with_its_folder(demos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "planted_a"]) == 0
    assert capsys.readouterr().out == "out is out\n"
    assert cli.main(["demo", "planted_a", "-o", "there"]) == 0
    assert capsys.readouterr().out == "out is there\n"


def test_a_long_error_becomes_one_line(demos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "planted_b"]) == 2
    assert one_line(capsys) == "tinygrad-fr: first line second\n"


def test_a_near_miss_is_corrected(demos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "planted-a"]) == 2
    assert "Did you mean planted_a?" in one_line(capsys)


@pytest.mark.parametrize(("lang", "said"), [("en", "interrupted"), ("fr", "interrompu")])
def test_ctrl_c_is_130_and_is_said(
    lang: str, said: str, demos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["demo", "planted_c", "--lang", lang]) == 130
    assert capsys.readouterr() == ("", f"tinygrad-fr: {said}\n")


INTERRUPTED = """
import signal, subprocess, sys
from tinygrad_fr import cli
from tinygrad_fr.nn.optim import OPTIMIZERS
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
def interrupted(*words, **options):
    signal.raise_signal(signal.SIGINT)
if sys.argv[1] == "training":
    for kind in OPTIMIZERS.values():
        kind.step = interrupted
else:
    subprocess.Popen.__init__ = interrupted  # the first picture
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("during", "words", "lang"),
    [
        ("training", ["course"], "en"),
        ("picture", ["course"], "fr"),
        ("training", ["demo", "minibatch"], "en"),
        ("training", ["demo", "regularisation"], "fr"),
        ("picture", ["demo", "chain_rule"], "en"),
    ],
)
def test_an_interrupted_course_or_demo_ends_and_gives_no_verdict(
    during: str, words: list[str], lang: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, during, *words, "--lang", lang, "-o", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
    )
    assert done.returncode == 130, done.stderr
    assert done.stderr.endswith({"en": "interrupted\n", "fr": "interrompu\n"}[lang])
    assert "Traceback" not in done.stderr
    assert not re.search("right|wrong|juste|faux", done.stdout, re.IGNORECASE), done.stdout
    assert not list(tmp_path.glob("index.*"))


CLASS_INTERRUPTED = """
import signal, sys
from tinygrad_fr import cli
from tinygrad_fr.checking import classes
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
read, met = classes._read, []
def interrupted(cells):
    met.append(cells)
    if len(met) == 3:
        signal.raise_signal(signal.SIGINT)
    return read(cells)
classes._read = interrupted
sys.exit(cli.main(sys.argv[1:]))
"""


def test_an_interrupted_class_says_so_and_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    key = file(tmp_path, "def loss(w=0.5, x=1.5, y=1):\n    return (w*x - y)**2\n", "key.py")
    answers = file(tmp_path, "name;w\nAda;1\nBob;2\nZoe;3\nTom;4\n", "class.csv")
    marks, pages = tmp_path / "marks.csv", tmp_path / "pages"
    words = ["check", "--class", answers, "--key", key, "-o", str(marks), "--pages", str(pages)]
    done = subprocess.run(
        [sys.executable, "-c", CLASS_INTERRUPTED, *words],
        cwd=ROOT,
        capture_output=True,
        timeout=100,
    )
    assert done.returncode == 130 and done.stderr.startswith(b"tinygrad-fr: interr")
    assert not done.stdout and done.stderr.count(b"\n") == 1
    assert not marks.exists() and not pages.exists()


def test_the_course_gives_its_own_status(demos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tinygrad_fr.demos.course", raising=False)
    monkeypatch.delattr(tinygrad_fr.demos, "course", raising=False)
    assert cli.main(["course"]) == 1
    del sys.modules["tinygrad_fr.demos.course"], tinygrad_fr.demos.course


# ── the terminal around it ───────────────────────────────────────────────────────────────────────


def shell(words: list[str], **variables: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tinygrad_fr", *words],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_utf8_whatever_the_console_claims(variables: dict[str, str]) -> None:
    out, err = shell(["--lang", "fr"], **variables).communicate()
    assert "rétropropagation" in out.decode("utf-8") and err == b""


def test_a_closed_pipe_is_quiet() -> None:
    process = shell(["--lang", "fr"])
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 141
