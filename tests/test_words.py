"""Every sentence a person reads exists in French and in English, and numbers look right in both."""

from __future__ import annotations

import ast
import asyncio
import contextvars
import math
import re
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest

from tests.house import ROOT, files
from tinygrad_fr import CATALOGUE
from tinygrad_fr.words import NARROW, language, number, say, use

VARIABLES = ("TINYGRAD_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


# ── which language ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("surroundings", "expected"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_CA", "LC_MESSAGES": "en_CA"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "fr_FR"}, "fr"),
        ({"LC_ALL": "", "LANG": "fr"}, "fr"),
        ({"LC_ALL": "fr_FR", "TINYGRAD_LANG": "en"}, "en"),
        ({"LC_ALL": "en_US", "TINYGRAD_LANG": "fr"}, "fr"),
        ({"LC_ALL": "fr_FR", "TINYGRAD_LANG": "klingon"}, "fr"),
    ],
)
def test_the_language_comes_from_the_surroundings(
    monkeypatch: pytest.MonkeyPatch, surroundings: dict[str, str], expected: str
) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in surroundings.items():
        monkeypatch.setenv(variable, value)
    assert language() == expected


def test_use_comes_before_the_surroundings_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_LANG", "en")
    with use("fr"):
        assert say(fr="le poids", en="the weight") == "le poids"
        with use("en"):
            assert say(fr="le poids", en="the weight") == "the weight"
        with use(None):
            assert language() == "fr"
    assert language() == "en"


def test_use_is_for_this_thread_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_LANG", "en")
    heard = []
    with use("fr"):
        other = threading.Thread(target=lambda: heard.append(language()))
        other.start()
        other.join()
    assert heard == ["en"]


def test_use_takes_effect_when_called_and_with_puts_back_what_was_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINYGRAD_LANG", "en")

    def a_notebook() -> None:
        use("fr")
        assert language() == "fr" and say(fr="le poids", en="the weight") == "le poids"
        with use("en"):
            assert language() == "en"
        assert language() == "fr", "what was there, not the surroundings"
        with pytest.raises(KeyError), use("en"):
            raise KeyError
        assert language() == "fr", "after an error too"
        back = use("en")
        assert language() == "en" and repr(back) == "use('en')"
        with back:
            assert language() == "en"
        assert language() == "fr", "what was there when it was called"
        use(None)
        assert language() == "fr", "None changes nothing"

    contextvars.copy_context().run(a_notebook)
    assert language() == "en"


def test_use_when_called_is_for_this_thread_and_this_task_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINYGRAD_LANG", "en")
    heard = []

    async def speak(lang: str, turn: asyncio.Event, other: asyncio.Event) -> None:
        use(lang)
        other.set()
        await turn.wait()
        heard.append((lang, language()))

    async def both() -> None:
        one, two = asyncio.Event(), asyncio.Event()
        await asyncio.gather(speak("fr", one, two), speak("en", two, one))

    asyncio.run(both())
    assert sorted(heard) == [("en", "en"), ("fr", "fr")] and language() == "en"
    thread = threading.Thread(target=lambda: heard.append((use("fr"), language())))
    thread.start()
    thread.join()
    assert heard[-1][1] == "fr" and language() == "en"


def test_an_unknown_language_is_refused() -> None:
    with (
        use("en"),
        pytest.raises(ValueError, match="unknown language: 'de'. Choose fr or en"),
        use("de"),
    ):
        pass


def test_french_spaces_are_set_in_say() -> None:
    with use("fr"):
        assert say(fr="Voir « L » : où ?", en="") == "Voir «·L·»·: où·?".replace("·", NARROW)
        assert say(fr="w := w - a if a != b", en="") == "w := w - a if a != b"
    with use("en"):
        assert say(fr="", en="w : x ?") == "w : x ?"


# ── how numbers look ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("x", "english"),
    [
        (0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (0.1, "0.1"),
        (-0.15865, "−0.159"),
        (1 / 3, "0.333"),
        (9.999, "10"),
        (100.0, "100"),
        (1234.5, "1234"),
        (-123456.7, "−123457"),
        (12345678.0, "1.23×10⁷"),
        (1.2e-7, "1.2×10⁻⁷"),
        (-1e-12, "−1×10⁻¹²"),
        (0.0001, "0.0001"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
        (True, "1"),
        (-7, "−7"),
        (10**400, "1×10⁴⁰⁰"),
        (Fraction(-1, 3), "−1/3"),
        (mpmath.mpf("2.5e-400"), "2.5×10⁻⁴⁰⁰"),
        (mpmath.mpf("-2.5e400"), "−2.5×10⁴⁰⁰"),
        (mpmath.inf, "∞"),
    ],
)
def test_numbers(x: object, english: str) -> None:
    with use("en"):
        assert number(x) == english
    with use("fr"):
        assert number(x) == english.replace(".", ",")


def test_as_many_digits_as_asked() -> None:
    with use("en"):
        assert number(math.pi, 8) == "3.1415927"
        assert number(1234567.0, 5) == "1.2346×10⁶"


# ── every sentence has both ──────────────────────────────────────────────────────────────────────

SAID_BY = {  # calls whose arguments a person reads
    "add_argument",
    "add_argument_group",
    "add_column",
    "add_row",
    "annotate",
    "Panel",
    "print",
    "rule",
    "set_title",
    "set_xlabel",
    "set_ylabel",
    "suptitle",
    "text",
    "title",
    "warn",
    "stderr.write",
    "stdout.write",
    "xlabel",
    "ylabel",
}
SAID_AS = {
    "caption",
    "description",
    "epilog",
    "footer",
    "header",
    "help",
    "metavar",
    "needs",
    "title",
}
SENTENCE = re.compile(r"[^\W\d_]{2,}[,:]? +(?:[^\W\d_] +)?[^\W\d_]{2,}")
MISSPACED = re.compile(
    r"[\w)\]][;!?»](?=\s|$)|[\w)\]]:(?=\s|$)|«(?![ \u202f\u00a0])|(?<![ \u202f\u00a0])»"
)


# Words that only one of the two languages has; a pair whose words are all unknown is red, so the
# lists grow with the sentences.  Words of both ("on", "a", "gradient") stand in neither.
FRENCH = frozenset(
    """
    ajoutez anguleux apprentissage arcs attendu au aucun aucune autre aux avant avec car ce
    cercles cet cette chaque chez chiffres cible colonne complet couche cours coût dans de des deux
    diagnostic dit donc dossier du elle entre erreur est et exactitude exemple exemples faible
    groupe noms taille titre
    fait faux fichier fois forme ici il interrompu juste justes la le les leur lieu ligne lot mais
    mo moins même ne neurone neurones ni niveau nom nombre nombres nuages ou où par pas perte
    plusieurs poids pour puis que qui rapport rien sans se ses si son sont sortie sous spirales sur
    tous toute toutes trop un une valeur valeurs vers vivant vous vus à
    """.split()
)
ENGLISH = frozenset(
    """
    accuracy add after alive all already an and another are arrows at be before both but by cannot
    circles clouds diagnosis digits does each example examples expected file for from full has how
    group names size title
    if in into is it item its kink line mark may mistake mistakes more must no not nothing of one
    only or other out per picture ratio seen shape share spirals such than that the there
    this target to too training two was weak what which without would you
    """.split()
)
LETTERS = re.compile(
    r"[àâçéèêëîïôùûœÀÉÈŒ«»]|\b(?:[cdjlmns]|qu|lorsqu|jusqu)’|\w [:;!?](?:\s|$)", re.I
)
CODE = re.compile(
    r"`[^`]*`|'[^']*'|\"[^\"]*\"|(?<!\w)--?[\w-]+|\w+\([^)]*\)|[\w./-]+\.\w+|\{[^}]*\}|•"
)


def called(node: ast.Call) -> str:
    """The name a call goes by: `print`, `stderr.write`."""
    names = ast.unparse(node.func).split(".")
    return ".".join(names[-2:]) if names[-1] == "write" else names[-1]


def pair(node: ast.AST) -> dict[str, ast.expr]:
    """The sentences of a call with fr=… or en=…, by language."""
    if not isinstance(node, ast.Call):
        return {}
    return {k.arg: k.value for k in node.keywords if k.arg in ("fr", "en")}


def literal(node: ast.expr) -> str | None:
    """A string as written, `•` for each placeholder; None if it is not a literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            literal(v) or "" if isinstance(v, ast.Constant) else "•" for v in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = literal(node.left), literal(node.right)
        return None if left is None or right is None else left + right
    return None


def texts(node: ast.expr) -> list[str]:
    """Every string written below a node, those of both branches too."""
    whole = literal(node)
    if whole is not None:
        return [whole]
    below = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return [text for child in below for text in texts(child)]


def heard_in(text: str) -> tuple[set[str], set[str]]:
    """What only French has in a text, and what only English has; code and numbers left out."""
    words = {word.lower() for word in words_of(text)}
    return words & FRENCH | set(LETTERS.findall(CODE.sub(" ", text))), words & ENGLISH


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", CODE.sub(" ", text))


def spoken(french: str, english: str) -> bool:
    """Whether a pair has words, and not the same ones: "gradient" is good in both."""
    return words_of(french) != words_of(english)


def mistaken(french: str, english: str) -> list[str]:
    """What is wrong with a pair of texts, heard by its words: swapped, or not translated."""
    if not spoken(french, english):
        return []
    (right_fr, wrong_fr), (wrong_en, right_en) = heard_in(french), heard_in(english)
    out = []
    if wrong_fr:
        out.append(f"English in the French ({', '.join(sorted(wrong_fr))}): {french}")
    if wrong_en:
        out.append(f"French in the English ({', '.join(sorted(wrong_en))}): {english}")
    if not right_fr and not right_en:
        out.append(f"which is French? Add a word to FRENCH or ENGLISH: {french} | {english}")
    return out


def pairs(source: str) -> Iterator[tuple[int, str, str]]:
    """The line, the French and the English of every pair written in a source."""
    for node in ast.walk(ast.parse(source)):
        both = pair(node)
        if len(both) == 2:
            fr, en = (" • ".join(texts(both[lang])) for lang in ("fr", "en"))
            yield both["fr"].lineno, fr, en


def placeholders(node: ast.expr) -> set[str]:
    inside = (n for v in ast.walk(node) if isinstance(v, ast.FormattedValue) for n in ast.walk(v))
    return {n.id for n in inside if isinstance(n, ast.Name)} - {"fr", "en"}


def unpaired(node: ast.AST) -> Iterator[ast.expr]:
    """The literal sentences below a node that no say() holds."""
    if pair(node):
        return
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        if SENTENCE.search((literal(node) or "").replace("•", " ")):
            yield node
        if isinstance(node, ast.Constant):
            return
    if isinstance(node, ast.Compare):
        return
    for child in ast.iter_child_nodes(node):
        yield from unpaired(child)


def complaints(source: str) -> list[str]:
    out = []
    for node in ast.walk(ast.parse(source)):
        heard: list[ast.AST] = []
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            heard += [*node.exc.args, *(k.value for k in node.exc.keywords)]
            if pair(node.exc):
                heard = []
        elif isinstance(node, ast.Call) and called(node) in SAID_BY:
            heard += node.args
        if isinstance(node, ast.Call):
            heard += [k.value for k in node.keywords if k.arg in SAID_AS]
        out += [
            f"{e.lineno}: one language only: {ast.unparse(e)}" for h in heard for e in unpaired(h)
        ]

        both = pair(node)
        if not both and not (isinstance(node, ast.Call) and called(node) == "say"):
            continue
        line = node.lineno if isinstance(node, ast.Call) else 0
        if len(both) < 2:
            out.append(f"{line}: fr or en is missing: {ast.unparse(node)}")
            continue
        fr, en = literal(both["fr"]), literal(both["en"])
        if fr is None or en is None:
            continue
        if fr == en and SENTENCE.search(fr):
            out.append(f"{line}: the same in both languages: {fr}")
        if (not fr or not en) and SENTENCE.search(fr + en):
            out.append(f"{line}: nothing said in one language: {fr}{en}")
        if placeholders(both["fr"]) != placeholders(both["en"]):
            odd = placeholders(both["fr"]) ^ placeholders(both["en"])
            out.append(f"{line}: {', '.join(sorted(odd))} in one language only: {fr}")
        if MISSPACED.search(re.sub(r"\{.*?\}", "", fr)):  # {w: 1} is code
            out.append(f"{line}: a space is missing before ; : ! ? » or after «: {fr}")
    return out


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_sentence_has_both_languages(path: Path) -> None:
    assert complaints(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_french_is_french_and_english_is_english(path: Path) -> None:
    """By their words and letters, for every pair; and each pair, swapped, would be found."""
    found = [p for p in pairs(path.read_text("utf-8")) if spoken(p[1], p[2])]
    assert [f"{line}: {what}" for line, fr, en in found for what in mistaken(fr, en)] == []
    assert [f"{line}: {fr} | {en}" for line, fr, en in found if not mistaken(en, fr)] == []


@pytest.mark.parametrize("key", CATALOGUE)
def test_the_known_mistakes_are_told_in_french_and_in_english(key: str) -> None:
    row = CATALOGUE[key]
    for french, english in (
        (row.fr, row.en),
        (row.hint_fr, row.hint_en),
    ):
        assert bool(french) is bool(english) and mistaken(french, english) == []
        assert not spoken(french, english) or mistaken(english, french), "swapped, it is not heard"
        assert not MISSPACED.search(re.sub(r"\{.*?\}", "", french))


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("the sum of the weights", "la somme des poids"),
        ("la somme des poids", "la somme des poids pondérés"),
        ("the sum of the weights", "the weights, summed"),
        ("accuracy", "exactitude"),
        ("époque", "œuvre"),
        ("un poids is missing", "a weight is missing"),
        ("un poids manque", "a weight manque, dit-il"),
        ("zut", "alas"),
        ("poids", "Voir « L »"),
    ],
)
def test_a_planted_swap_is_found(french: str, english: str) -> None:
    assert mistaken(french, english)


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("la somme des poids", "the sum of the weights"),
        ("gradient", "gradient"),
        ("• : •", "•: •"),
        ("écrivez --the-target", "write --la-cible"),
        ("la formule 'is not'", "the formula 'est une'"),
    ],
)
def test_a_good_pair_is_let_through(french: str, english: str) -> None:
    assert mistaken(french, english) == []


@pytest.mark.parametrize(
    "source",
    [
        "print('the gradient flows back')",
        "print(f'the gradient of {x} flows back')",
        "print('loss ' + 'goes down slowly')",
        "print('done' if ok else 'not quite done')",
        "raise ValueError('expected a number')",
        "raise ValueError(f'expected a number, got {x}')",
        "raise ValueError(say(fr='un nombre', en='a number') + ' and nothing else')",
        "console.print('le gradient')",
        "parser.add_argument('--out', help='where to write')",
        "Table(title='the course so far')",
        "axes.set_title('the cost of each step')",
        "Op('log', needs='a positive number')",
        "say(fr='le gradient')",
        "say(en='the gradient')",
        "_refuse(path, fr='fichier vide')",
        "say('le gradient', 'the gradient')",
        "say(fr='the local gradient', en='the local gradient')",
        "sys.stderr.write('the gradient flows back')",
        "say(fr=f'le poids {w}', en=f'the weight {x}')",
        "say(fr=f'le poids {w}', en='the weight')",
        "say(fr='', en='the weight is missing')",
        "say(fr='le poids: 2', en='the weight: 2')",
        "say(fr='le poids?', en='the weight?')",
        "say(fr=f'le poids «{w}»', en=f'the weight {w}')",
    ],
)
def test_a_planted_sentence_is_found(source: str) -> None:
    assert complaints(source)


@pytest.mark.parametrize(
    "source",
    [
        "print(say(fr='le gradient', en='the gradient'))",
        "print(f'{x:.3f}')",
        "say(fr='gradient', en='gradient')",
        "say(fr='check(L, {w: 2}) attend', en='check(L, {w: 2}) expects')",
        "file.write('two words')",
        "print('w =', w, 'b =', b)",
        "raise ValueError(say(fr=f'le poids {w} :', en=f'the weight {w}:'))",
        "_refuse(path, fr='fichier vide', en='empty file')",
        "say(fr=f'{n} poids', en=f\"{n} weight{'s' if n > 1 else ''}\")",
        "say(fr='où ? « ici » ; w := w', en='where? here; w := w')",
        "x = 'a sentence nobody reads'",
        "assert x, 'our own mistake'",
    ],
)
def test_a_good_sentence_is_let_through(source: str) -> None:
    assert complaints(source) == []


def test_numbers_far_beyond_floats_are_written_too() -> None:
    import mpmath

    with use("en"):
        assert number(mpmath.exp(mpmath.mpf(10) ** 30)).startswith("1.76×10⁴³⁴²⁹⁴⁴⁸¹⁹⁰³²⁵¹⁸")
        assert number(mpmath.mpf("-9.9996e500")) == "−1×10⁵⁰¹"
        assert number(mpmath.mpf("1.5e-400")) == "1.5×10⁻⁴⁰⁰"
