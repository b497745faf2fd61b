# Everything runs through a private uv in .uv/; python3 with its venv module is all that is needed.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all check format bench build faults clean sync \
        check-format check-lint check-mypy check-pyright check-imports check-house check-docs

export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV
unexport UV_PROJECT_ENVIRONMENT

# The interpreters of `make test-all`.
PYTHONS ?= 3.11 3.12 3.13
# Given to every pytest run: make test PYTEST_ARGS="-k limiter"
PYTEST_ARGS ?=

UV := .uv/bin/uv
# Read once, and only by the targets that need it.
PYTHON = $(eval PYTHON := $$(shell tools/python any))$(PYTHON)
RUN = $(UV) run --locked --quiet --python $(PYTHON)
# Tests of one group share a worker, so that what is costly to set up is set up once.
SUITE = pytest -n auto --dist loadgroup -m "not slow" $(PYTEST_ARGS)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(UV):
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'python3 with its venv module is needed (on Debian and Ubuntu: apt-get install python3-venv)' >&2; \
	  exit 1; }
	python3 -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

sync: $(UV)
	@test -n "$(PYTHON)"
	@$(UV) sync --locked --quiet --python $(PYTHON)

demo: sync ## see it work: the first run pays, the second is answered from the store
	$(RUN) python examples/demo.py

test: sync ## the test suite on Python 3.11, or on python3 where there is no 3.11
	$(RUN) $(SUITE)

test-all: $(UV) ## the test suite on each of 3.11, 3.12 and 3.13 that this machine has
	@ran=; missing=; \
	for version in $(PYTHONS); do \
	  if ! python=$$(tools/python $$version); then missing="$$missing $$version"; continue; fi; \
	  case $$version in 3.11) env=.venv ;; *) env=.venvs/$$version ;; esac; \
	  echo; echo "== Python $$version: $$($$python --version)"; \
	  UV_PROJECT_ENVIRONMENT=$$env $(UV) run --locked --quiet --python $$python $(SUITE) || exit 1; \
	  ran="$$ran $$version"; \
	done; \
	echo "Ran on:$${ran:- none}. Not found on this machine:$${missing:- none}."; \
	test -n "$$ran"

check: ## format, lint, types, import contracts, house rules, documents: the first that fails stops the rest
	@for step in format lint mypy pyright imports house docs; do \
	  echo "-- $$step"; $(MAKE) --no-print-directory check-$$step || exit 1; \
	done

check-format: sync
	$(RUN) ruff format --check .

check-lint: sync
	$(RUN) ruff check .

check-mypy: sync
	$(RUN) mypy

check-pyright: sync
	$(RUN) pyright

check-imports: sync
	$(RUN) lint-imports --no-cache

check-house: sync
	$(RUN) pytest -q -n auto tests/house

check-docs: sync
	$(RUN) pytest -q tests/docs

format: sync ## format the code and mend what ruff can mend by itself
	$(RUN) ruff check --fix-only .
	$(RUN) ruff format .

bench: sync ## the benchmarks, as ratios to the hand-written floor
	$(RUN) python benchmarks/run.py
	$(RUN) python benchmarks/keys.py
	$(RUN) python benchmarks/values.py
	$(RUN) python benchmarks/limits.py
	$(RUN) python benchmarks/cloud.py

faults: sync ## the long tests: killed processes, full disks, many workers
	$(RUN) pytest -n auto -m slow -rP -o faulthandler_timeout=0 $(PYTEST_ARGS)

build: $(UV) ## wheels and sdists of every package into dist/
	rm -rf dist
	$(UV) build --all-packages --python $(PYTHON) --out-dir dist

clean: ## remove what these commands made: environments, caches, dist
	rm -rf .uv .venv .venvs dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find packages tests examples benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
