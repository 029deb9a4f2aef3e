# For developers; users need only the two commands of the README.
PYTHON ?= python3

.PHONY: course test test-all test-slow fuzz cover mutants house mistakes lint types bench bench-quick clean

course:
	$(PYTHON) -m tinygrad_fr course

# what one runs between two thoughts; test-all is the whole of it, as CI does
test:
	$(PYTHON) -m pytest -q -n auto -m "not slow"

test-all:
	$(PYTHON) -m pytest -q -n auto

# without what is written a second time for speed
test-slow:
	TINYGRAD_SLOW=1 $(PYTHON) -m pytest -q -n auto tests/engine tests/micrograd tests/ops

# ten thousand random costs, programs beside scalars, a thousand of them compiled; CI takes a tenth
fuzz:
	TINYGRAD_FUZZ=5000 $(PYTHON) -m pytest -q -n auto tests/program/test_lift.py tests/program/test_fast.py tests/program/native/test_native.py

cover:
	$(PYTHON) -m pytest -q -n auto --cov --cov-report=term:skip-covered

# faults planted one at a time in a copy, and which tests see them
mutants:
	$(PYTHON) -m tests.mutants

# docs/house.svg: the rooms, their floors and who imports whom
house:
	$(PYTHON) -m tests.house_picture

# docs/mistakes.md and docs/mistakes.fr.md, from the catalogue and docs/mistakes.toml
mistakes:
	$(PYTHON) docs/mistakes.py

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

# Type checkers see nn/ and demos/ where they install: inside the one package.
types:
	rm -rf build/types
	mkdir -p build/types/tinygrad_fr
	ln -s $(CURDIR)/tinygrad_fr/* $(CURDIR)/nn $(CURDIR)/demos build/types/tinygrad_fr/
	$(PYTHON) -m mypy --strict
	$(PYTHON) -m pyright --pythonpath "$$($(PYTHON) -c 'import sys; print(sys.executable)')"

# our engine beside others, and a step of gradient descent beside matrices: docs/benchmarks.md
bench:
	$(PYTHON) benchmarks/eager.py
	$(PYTHON) benchmarks/steps.py -o docs/benchmarks.md

bench-quick:
	$(PYTHON) benchmarks/steps.py --quick

clean:
	rm -rf build dist out *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
