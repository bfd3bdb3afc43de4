# The verbs people type. Each sets up what it needs from requirements.lock, once.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: audit sbom fuzz mutants docs demo test test-slow check lint types bench lock clean setup
setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("pal-agent needs Python 3.11 or later: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(RUN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(RUN)/python -m compileall -q src # where Python is told to write no bytecode, each start would compile all anew
	@touch $@

demo: setup
	$(RUN)/pal-agent demo

test: setup
	$(RUN)/python -m pytest -n auto -m "not slow" --cov --cov-report=term:skip-covered --cov-fail-under=95

test-slow: setup
	$(RUN)/python -m pytest -m slow --timeout 3600

lint: setup
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: setup
	$(RUN)/mypy

check: lint types test

bench: setup
	$(RUN)/python -m bench

docs: setup # README's demo output and pictures; needs chromium
	$(RUN)/python docs/refresh.py

# Tools that are not part of the lock: some have no wheels for every platform.
AUDIT := pip-audit==2.10.1 zizmor==1.32.0 cyclonedx-bom==7.5.0
FUZZ_SECONDS ?= 60

audit: setup # known vulnerabilities of what is locked, mistakes in our own code and in the workflow recipes
	$(RUN)/pip install --quiet --disable-pip-version-check $(AUDIT)
	$(RUN)/ruff check --select S src
	$(RUN)/zizmor --offline --no-progress --min-severity medium config/recipes/github/*.yml
	$(RUN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock

sbom: setup # what the agent is made of, as CycloneDX
	$(RUN)/pip install --quiet --disable-pip-version-check $(AUDIT)
	@mkdir -p dist
	$(RUN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml --output-file dist/pal-agent.cdx.json requirements.lock

fuzz: setup # each target for FUZZ_SECONDS; what it finds is in .fuzz/
	$(RUN)/pip install --quiet --disable-pip-version-check atheris==3.0.0
	for target in configuration customers answers names plan_file; do $(RUN)/python -m fuzz $$target -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 || exit 1; done

AREA ?= plan apply

mutants: setup # mutation score of AREA: plan apply, attribution scopes, cloud, or config; then what survived
	$(RUN)/pip install --quiet --disable-pip-version-check mutmut==3.8.1
	$(RUN)/mutmut run $(AREA:%='pal_agent.%*')
	$(RUN)/mutmut results

lock: # needs uv; run after changing dependencies in pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" --all-extras --no-emit-package pal-agent --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) mutants .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
