# Thin lines that one could type. `make help` lists them.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help serve test check laws fix bench soak clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 10

# Everything that a target needs. Python's headers and a C compiler build the rules engine.
$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,check]'
	touch $@

serve: $(INSTALLED) ## run a demonstration on http://127.0.0.1:8000
	$(BIN)/fanzha serve --demo

test: $(INSTALLED) ## run the tests, without the slow ones
	$(BIN)/pytest --numprocesses 2 -m "not slow"

check: $(INSTALLED) ## spelling, style, types, layers and all tests: what CI runs
	$(BIN)/codespell
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/yamllint --strict rulesets examples
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses 2

laws: $(INSTALLED) ## check the rule files and judge their worked cases
	$(BIN)/fanzha rulesets check
	$(BIN)/fanzha self-test

fix: $(INSTALLED) ## repair what can be repaired by itself: imports, layout, simple mistakes
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(INSTALLED) ## measure; see benchmarks/
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks

soak: $(INSTALLED) ## hurt the service under load, SOAK_SECONDS for each fault; see docs/reliability.md
	SOAK_SECONDS=$${SOAK_SECONDS:-60} $(BIN)/pytest -p no:randomly --capture=no tests/faults

clean: ## remove what is generated; the database under var/ stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find service plugins tests -name __pycache__ -prune -exec rm -rf {} +
