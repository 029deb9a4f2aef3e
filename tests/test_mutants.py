"""The faults of `make mutants`: each can be planted, and a harmless line is told from a fault."""

from __future__ import annotations

import pytest

from tests.mutants import Fault, faults, hunt, main, misplaced, unreadable

KINDS = "arithmetic words options spellings thresholds order conventions catalogue".split()
FAULTS = faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault: Fault) -> None:
    assert (misplaced(fault) or unreadable(fault)) == ""
    assert fault.kind in KINDS and fault.old != fault.new
    assert len(fault.survives) == 0 or len(fault.survives) > 20


def test_a_fault_is_read_from_its_lines() -> None:
    text = "# told\n\n[words]\n\na | b.py | c d\n-     x = 1\n- y\n+     x = 2\n+ y\n? nobody looks"
    assert faults(text) == [
        Fault("a", "words", "b.py", "    x = 1\ny", "    x = 2\ny", "c d", "nobody looks")
    ]


def test_no_two_faults_share_a_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize(
    ("file", "old", "new", "tests", "said"),
    [
        ("tinygrad_fr/attic.py", "x", "y", "tests/test_words.py", "no file"),
        ("tinygrad_fr/words.py", "never written", "y", "tests/test_words.py", "stands 0 times"),
        ("tinygrad_fr/words.py", "language", "y", "tests/test_words.py", "times in"),
        ("tinygrad_fr/words.py", "LANGUAGES = ", "(", "tests/test_words.py", "no Python"),
        ("tinygrad_fr/words.py", "LANGUAGES = ", "y = ", "tests/test_attic.py", "no tests"),
    ],
)
def test_a_fault_that_fits_nowhere_is_told(
    file: str, old: str, new: str, tests: str, said: str
) -> None:
    fault = Fault("a", "words", file, old, new, tests)
    assert said in (misplaced(fault) or unreadable(fault))


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["no-such-fault"])
    assert "no fault is called no-such-fault" in capsys.readouterr().err


@pytest.mark.slow
def test_a_fault_is_seen_and_a_harmless_line_is_not() -> None:
    plant = ("tinygrad_fr/words.py", 'NARROW = "\\u202f"')
    tests = (
        "tests/test_words.py::test_numbers tests/test_words.py::test_french_spaces_are_set_in_say"
    )
    planted = [
        Fault("harmless", "words", *plant, "NARROW = chr(0x202F)", tests),
        Fault("a space", "words", "tinygrad_fr/words.py", "(NARROW, fr)", '(" ", fr)', tests),
    ]
    found = [seen.by for seen in hunt(planted, 1)]
    assert found[0] == "" and found[1].endswith("test_french_spaces_are_set_in_say")
