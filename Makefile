# Every target makes what it needs and does nothing twice. `make` alone lists them.

PY := .venv/bin/python
FIRMWARE := $(shell find firmware -type f -not -name '*.pyc')

.DEFAULT_GOAL := help
.PHONY: help demo bench test lint run campaign equal explore mutate fuzz soak docs wiring screenshots sizes build clean

help: ## this list
	@echo "Curfew: make <target>"
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  %-11s %s\n", $$1, $$2}'

demo: build/.ready ## the forgotten soup on the real MicroPython VM: a timeline, and a picture in build/demo.svg
	@$(PY) -m simulator run simulator/demo.json --timeline --plot build/demo.svg
	@echo "picture: build/demo.svg"

test: build/.ready build/system.ready ## everything: lint, types, unit tests, every scenario on the VM and on CPython
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest -n auto

lint: .venv/.ready typings/.ready ## style and types
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m mypy --config-file firmware/mypy.ini

run: build/.ready ## one scenario: make run SCENARIO=host_tests/scenarios/….json [VM=cpython]
	@test -n "$(SCENARIO)" || { echo "name one: make run SCENARIO=simulator/demo.json"; exit 2; }
	@$(PY) -m simulator run $(SCENARIO) --vm $(or $(VM),micropython) --timeline

campaign: build/.ready ## random cooks with random faults: make campaign [RUNS=2000] [SEED=1] [VM=cpython|micropython|both]
	@$(PY) -m simulator campaign --runs $(or $(RUNS),2000) --seed $(or $(SEED),1) --vm $(or $(VM),cpython)

equal: build/.ready ## a thousand random cooks told alike by MicroPython and CPython, line by line: make equal [RUNS=1000]
	@$(PY) -m simulator campaign --runs $(or $(RUNS),1000) --seed $(or $(SEED),1) --vm both

explore: .venv/.ready ## every input in every class of states that can be reached: tables of what was reached
	@$(PY) host_tests/explore.py

mutate: .venv/.ready ## small faults put into the firmware, one at a time: each must turn a test red: make mutate [FILES=safety.py]
	@$(PY) -m tools.mutate $(FILES)

fuzz: build/.ready ## a hundred thousand bad requests, messages and files at every door of the box
	@$(PY) -m pytest -n 0 -s --hypothesis-profile=search host_tests/test_fuzz_doors.py

soak: build/.ready ## ten minutes of two threads side by side on the VM, under load
	@$(PY) -m pytest -n 0 -m slow -s

bench: build/.ready build/system.ready ## speed and size beside a peer, about eight minutes: make bench [QUICK=1|LONG=1] [KEEP=1: for README]
	@$(PY) -m benchmarks $(if $(QUICK),--quick) $(if $(LONG),--long) $(if $(KEEP),--keep)

docs: build/.ready ## bring the generated parts of README.md and README.zh-CN.md up to date
	@$(PY) -m tools.docs

screenshots: build/.ready build/system.ready ## pictures of every screen of the page, in build/screenshots; the two of README in docs/images
	@$(PY) host_tests/screenshots.py

wiring: .venv/.ready ## draw schematics and harness anew from wiring/wiring.yaml, and budget and pump from their formulas
	@$(PY) -m wiring.draw
	@$(PY) -m wiring.pictures

sizes: build/.ready ## bytes of compiled firmware, file by file
	@$(PY) -m tools.sizes

build: build/.ready ## compile the firmware into build/firmware

clean: ## remove everything that was made
	rm -rf .venv build typings .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.ready: requirements-dev.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed (python3)"; exit 1; }
	@python3 -m venv .venv || { echo "no venv module: apt install python3-venv"; exit 1; }
	@echo "installing the pinned tools into .venv ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

typings/.ready: requirements-dev.txt .venv/.ready
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target typings \
		$(shell grep -E '^micropython-' requirements-dev.txt)
	@touch $@

build/system.ready: tools/system_packages.sh
	@mkdir -p build
	@sh tools/system_packages.sh
	@touch $@

build/lib/.ready: .venv/.ready firmware/requirements.txt
	@echo "fetching the device's pinned libraries into build/lib ..."
	@$(PY) -m tools.libraries
	@touch $@

build/.ready: .venv/.ready build/lib/.ready $(FIRMWARE) tools/build.py tools/libraries.py tools/page.py
	@$(PY) -m tools.build
	@touch $@
