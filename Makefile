# Each target does its own set-up: Python 3.11+, git and make are all that a machine needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := (x + sigmoid(y))/(sigmoid(x) + (x+y)**2)

.PHONY: demo test check fix golden docs site bench fuzz clean mutants

demo: $(VENV)/installed  ## the main job: draws the lecture's function and prints its table
	mkdir -p build
	$(BIN)/cgviz render "$(DEMO)" --x 3 --y -4 -o build/f.svg

test: $(VENV)/installed-dev  ## the whole test suite
	$(BIN)/pytest -n auto

check: $(VENV)/installed-dev  ## types, style, generated pages up to date
	$(BIN)/mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python docs/make.py --check

fix: $(VENV)/installed-dev  ## mends what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(VENV)/installed-dev  ## writes the golden files anew: read the diff before you commit it
	CGVIZ_GOLDEN=write $(BIN)/pytest -n 0 tests/test_golden.py tests/test_*_tables.py

docs: $(VENV)/installed-dev $(VENV)/installed-docs  ## the README's blocks and the gallery anew, and the documentation site in build/docs
	$(BIN)/python docs/make.py
	PYTHONPATH=. $(BIN)/python docs/site.py $(if $(wildcard runtime/node_modules/pyodide),runtime,cdn)

site: $(VENV)/installed runtime/node_modules/pyodide  ## the playground as a static site that asks no other host, in build/playground
	$(BIN)/cgviz site -o build/playground --runtime runtime

runtime/node_modules/pyodide:
	npm install --prefix runtime --no-audit --no-fund pyodide@$$($(BIN)/python -c "from cgviz.places.site import PYODIDE; print(PYODIDE)")

bench: $(VENV)/installed-bench  ## ratios against sympy, dot, micrograd and CasADi, measured in one run
	$(BIN)/python bench/bench.py

fuzz: $(VENV)/installed-dev  ## 100 000 texts through the reader
	CGVIZ_FUZZ=100000 $(BIN)/pytest tests/fuzz

mutants: $(VENV)/installed-dev  ## plants 400 small faults, one at a time, and sees which of them the tests find
	$(BIN)/python tests/mutants.py --count 400 --seed 2026

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-%: pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[$*]"
	touch $@ $(VENV)/installed
