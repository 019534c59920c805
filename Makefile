# Everything there is to do here, by name. `make` alone lists it.

.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; asked for only when there is an environment to set up.
PYTHON = $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input
PYTEST = .venv/bin/python -m pytest --quiet -n 2

# The environment, as far as it is set up: with what alertgen needs to run, or with what its tests need too. The files
# are written last; an installation that was interrupted leaves `.venv/incomplete`, and the next one starts afresh.
RUNTIME := .venv/runtime
DEV := .venv/dev

.PHONY: help build test lint types verify matrix specs mutants mutants-all check reference golden bench picture tools tools-matrix clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

build: $(RUNTIME) ## set up and write golden/ from rules.d/
	@.venv/bin/alertgen build

reference: $(RUNTIME) ## docs/alerts.md: everything about every alert
	@.venv/bin/alertgen patterns --format markdown > docs/alerts.md

golden: build reference ## build and docs/alerts.md, after changing a pattern or a check; and the tests' larger site
	@cd tests/larger_site && ../../.venv/bin/alertgen build

test: $(DEV) tools ## set up and run every test
	@$(PYTEST)

lint: $(DEV) ## style of the Python code
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --quiet --check

types: $(DEV) ## types of the Python code
	@.venv/bin/mypy --no-error-summary

verify: $(RUNTIME) tools ## is golden/ what build writes, and do its tests pass?
	@.venv/bin/alertgen build --check
	@.venv/bin/alertgen test

matrix: $(DEV) tools-matrix ## the tests that take long, and those that depend on a version, with every promtool and amtool there is
	@$(PYTEST) -m "(matrix or long) and not mutants"

specs: $(DEV) tools ## thousands of good and of broken specs that nobody thought of
	@ALERTGEN_TEST_SCALE=100 $(PYTEST) tests/test_good_and_bad_specs.py

mutants: $(DEV) tools ## break every rule in one way of each kind: does a generated test notice?
	@$(PYTEST) -m mutants

mutants-all: $(DEV) tools ## the same in every way there is, for rules that changed; writes docs/mutation.md
	@PYTHONPATH=tests .venv/bin/python tests/catalogue/mutation_run.py
	@.venv/bin/alertgen test --spec tests/larger_site/rules.d --out tests/larger_site/golden --coverage --fail-under 100

check: lint types test verify matrix mutants ## everything that CI does

bench: $(RUNTIME) tools ## how long sites of 100 to 5,000 services take, against promtool
	@.venv/bin/python -m benchmarks

picture: $(RUNTIME) tools ## docs/proof.png: the page that `alertgen test --html` writes, in Chromium
	@.venv/bin/alertgen test -k 'shop/my-app ContainerMemoryNearLimit' --html .venv/proof.html
	@chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=820,760 \
		--screenshot=docs/proof.png "file://$(CURDIR)/.venv/proof.html" 2> .venv/chromium.log || { cat .venv/chromium.log >&2; exit 1; }

tools: $(RUNTIME) ## promtool and amtool: those on PATH, or unpacked into .tools
	@.venv/bin/alertgen doctor --install

tools-matrix: $(RUNTIME) ## the same, with the builds of the distribution's other releases
	@.venv/bin/alertgen doctor --install --matrix

clean: ## remove what is not committed: the environment, the tools, caches
	@rm -rf .venv .tools .hypothesis .mypy_cache .pytest_cache .ruff_cache build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): pyproject.toml
	@$(call set-up,.)
	@touch $(RUNTIME)

$(DEV): pyproject.toml
	@$(call set-up,'.[dev]')
	@touch $(RUNTIME) $(DEV)

define set-up
if [ -e .venv/incomplete ] || [ ! -x .venv/bin/python ]; then \
	[ -n "$(PYTHON)" ] || { echo "alertgen needs Python 3.11 or newer, and there is none on PATH" >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }; \
	mkdir -p .venv && touch .venv/incomplete && $(PYTHON) -m venv --clear .venv || exit 1; \
fi; \
touch .venv/incomplete && $(PIP) --editable $(1) && rm .venv/incomplete
endef
