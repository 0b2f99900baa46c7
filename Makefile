# make demo and make test are all a newcomer needs: Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# What failed is run once more by itself, as on a busy machine a test may wait in vain; what is wrong fails again, and what
# passes only then is named.
AGAIN := echo "SECOND TRY: each PASSED below has failed once" && $(BIN)/pytest --last-failed --last-failed-no-failures none -rsp

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench week lock clean

help: ## what can be done here
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)$$/  make \1\t\2/' | expand -t 18

install: $(VENV)/.installed ## install what the program needs into .venv
	@:

demo: install ## a town in a box, at http://127.0.0.1:8080/
	@$(BIN)/cunshao demo

test: $(VENV)/.installed-dev ## install what the tests need, and run them
	@$(BIN)/pytest -n 2 --dist loadfile --ignore=tests/browser || { $(AGAIN) --ignore=tests/browser; }
	@$(BIN)/pytest tests/browser || { $(AGAIN) tests/browser; }

check: $(VENV)/.installed-dev ## linters, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.installed-dev ## measure it, beside what it is measured against
	@$(BIN)/python -m bench

week: $(VENV)/.installed-dev ## a week of the sample town with people who are slow, absent or wrong
	@$(BIN)/python -m bench.week

lock: $(VENV)/.installed-dev ## make the lock files anew from pyproject.toml
	@$(BIN)/uv pip compile --universal --no-emit-index-url --no-header -q --python-version 3.11 pyproject.toml --group build -o requirements.lock
	@$(BIN)/uv pip compile --universal --no-emit-index-url --no-header -q --python-version 3.11 pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock

clean: ## forget what was installed
	@rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cunshao needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@echo "1/3 making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "2/3 installing the libraries it needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@echo "3/3 installing cunshao itself"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q bot chat handlers rules storage
	@$(BIN)/python -c 'from bot.web.pages import compile_all; compile_all()'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "installing what the tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@
