# Every target makes what it needs and does nothing twice. `make` alone lists them.

PY := .venv/bin/python
SOURCES := catalog.py catalog.toml $(shell find firmware -type f -not -name '*.pyc')

.DEFAULT_GOAL := help
.PHONY: help demo sim bench test lint run campaign equal explore mutate fuzz soak homeassistant docs wiring screenshots
.PHONY: counts sizes build clean flash deploy monitor console backup restore settings reset-settings doctor board update key

help: ## this list
	@echo "Curfew: make <target>"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  %-14s %s\n", $$1, $$2}'

demo: build/.ready ## the forgotten soup on the real MicroPython VM: a timeline, and a picture in build/demo.svg
	@$(PY) -m simulator run scenarios/demo.json --timeline --plot build/demo.svg
	@echo "picture: build/demo.svg"

sim: build/.ready ## a stove to play with, in a browser: make sim [PORT=8160] [BROKER=host:port] [TERM_UI=1] [SCENARIO=….json]
	@$(PY) -m simulator live $(SCENARIO) $(if $(PORT),--port $(PORT)) $(if $(BROKER),--broker $(BROKER)) \
		$(if $(TERM_UI),--terminal)

test: build/.ready build/system.ready build/bench/lib/.ready ## everything: lint, types, unit tests, every scenario on the VM and on CPython
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest -n auto

lint: .venv/.ready typings/.ready ## style, types and the direction of imports
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m mypy --config-file firmware/mypy.ini
	@PYTHONPATH=firmware:. .venv/bin/lint-imports --no-logo --no-cache

run: build/.ready ## one scenario: make run SCENARIO=scenarios/….json [VM=cpython]
	@test -n "$(SCENARIO)" || { echo "name one: make run SCENARIO=scenarios/demo.json"; exit 2; }
	@$(PY) -m simulator run $(SCENARIO) --vm $(or $(VM),micropython) --timeline

campaign: build/.ready ## random cooks with random faults: make campaign [RUNS=2000] [SEED=1] [VM=cpython|micropython|both]
	@$(PY) -m simulator campaign --runs $(or $(RUNS),2000) --seed $(or $(SEED),1) --vm $(or $(VM),cpython)

equal: build/.ready ## a thousand random cooks told alike by MicroPython and CPython, line by line: make equal [RUNS=1000]
	@$(PY) -m simulator campaign --runs $(or $(RUNS),1000) --seed $(or $(SEED),1) --vm both

explore: .venv/.ready ## every input in every class of states that can be reached: tables of what was reached
	@$(PY) -m host_tests.exhaustive.explore

mutate: .venv/.ready ## small faults put into the firmware, one at a time: each must turn a test red: make mutate [FILES=safety.py]
	@$(PY) -m tools.mutation $(FILES)

fuzz: build/.ready ## a hundred thousand bad requests, messages and files at every interface of the device
	@$(PY) -m pytest -n 0 -s --hypothesis-profile=search host_tests/fuzz

soak: build/.ready ## ten minutes of two threads side by side on the VM, under load
	@$(PY) -m pytest -n 0 -m slow -s

homeassistant: build/.ready build/system.ready .venv-homeassistant/.ready ## a real Home Assistant finds the device, shows it, turns it off; installs its own
	@$(PY) -m pytest -n 0 -m homeassistant host_tests/homeassistant/test_a_real_home_assistant.py

bench: build/.ready build/system.ready build/bench/lib/.ready ## Curfew beside an asyncio program, six minutes: make bench [QUICK=1|LONG=1] [KEEP=1: for the documents]
	@$(PY) -m benchmarks $(if $(QUICK),--quick) $(if $(LONG),--long) $(if $(KEEP),--keep)

# --- at the USB cable; PORT may be left out when one board is plugged in ---

BOARD = $(PY) -m tools.board $(1) $(if $(PORT),--port $(PORT))

flash: build/.ready ## MicroPython on the board: make flash FIRMWARE=ESP32_GENERIC-….bin [PORT=…] [ERASE=1]
	@test -n "$(FIRMWARE)" || { echo "name the image: make flash FIRMWARE=….bin, ESP32_GENERIC from https://micropython.org/download/ESP32_GENERIC/"; exit 2; }
	@$(call BOARD,flash) --firmware "$(FIRMWARE)" $(if $(ERASE),--erase)

deploy: build/.ready ## the program on the board, only what changed: make deploy [PORT=…]
	@$(call BOARD,deploy)

monitor: .venv/.ready ## the console of the device, without disturbing it
	@$(call BOARD,monitor)

console: .venv/.ready ## MicroPython's prompt on the board
	@$(call BOARD,console)

backup: .venv/.ready ## your own files from the board: make backup [FILE=….json] [KEY=1: the device's key, too]
	@$(call BOARD,backup) $(if $(FILE),--file "$(FILE)") $(if $(KEY),--key)

restore: .venv/.ready ## ... and back to it: make restore FILE=….json [KEY=1]
	@test -n "$(FILE)" || { echo "name the backup: make restore FILE=….json"; exit 2; }
	@$(call BOARD,restore) --file "$(FILE)" $(if $(KEY),--key)

settings: .venv/.ready ## settings of your own, laid over the shipped ones: make settings FILE=….json
	@test -n "$(FILE)" || { echo "name the file: make settings FILE=….json"; exit 2; }
	@$(call BOARD,settings) --file "$(FILE)"

reset-settings: .venv/.ready ## the shipped settings on the board again; asks first: [YES=1]
	@$(call BOARD,reset-settings) $(if $(YES),--yes)

doctor: .venv/.ready ## what this computer and the board have, what is missing, how to fix it
	@$(call BOARD,doctor)

board: build/.ready ## no board? a virtual one: prints the port for make deploy [FLASH=FILE] [SPEED=10]
	@$(PY) -m tools.board virtual $(if $(FLASH),--flash $(FLASH)) $(if $(SPEED),--speed $(SPEED))

update: build/.ready ## send the program to a device over Wi-Fi: make update HOST=… [FORCE=1]; PASSWORD is asked for, or TOKEN
	@$(PY) -m tools.update $(HOST) $(if $(FORCE),--force)

key: .venv/.ready ## read the update key of the device at the USB cable into keys/: make key PORT=…
	@test -n "$(PORT)" || { echo "name one: make key PORT=/dev/ttyUSB0"; exit 2; }
	@$(PY) -m tools.update --key $(PORT)

# --- documents and all the rest ---

docs: build/.ready .venv-docs/.ready ## the generated parts of the documents, and the site in build/site, links checked
	@$(PY) -m docs.generator
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs build --strict
	@echo "site: build/site/index.html"

screenshots: build/.ready build/system.ready ## pictures of page and stove, in build/screenshots; those of README in docs/images
	@$(PY) -m host_tests.browser.screenshots
	@$(PY) -m host_tests.browser.stove_screenshots

wiring: .venv/.ready ## draw schematics and harness anew from wiring/wiring.yaml, and budget and pump from their formulas
	@$(PY) -m wiring.draw

counts: build/.ready build/system.ready ## exact counts of ticks, heap and bytes beside those kept: make counts [KEEP="why": keep those that moved]
	@$(PY) -m benchmarks.counts $(if $(filter command,$(origin KEEP)),--keep "$$KEEP")

sizes: build/.ready ## bytes of compiled firmware, file by file
	@$(PY) -m tools.build.sizes

build: build/.ready ## compile the firmware into build/firmware

clean: ## remove everything that was made
	rm -rf .venv .venv-homeassistant .venv-docs build typings .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.ready: requirements-dev.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; python3 is $$(python3 -V 2>&1)"; exit 1; }
	@python3 -m venv .venv || { echo "no venv module: apt install python3-venv"; exit 1; }
	@echo "installing the pinned tools into .venv ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv-homeassistant/.ready: host_tests/homeassistant/requirements.txt
	@python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { echo "this Home Assistant needs Python 3.11 or 3.12 (python3)"; exit 1; }
	@python3 -m venv .venv-homeassistant
	@echo "installing Home Assistant into .venv-homeassistant: some minutes ..."
	@.venv-homeassistant/bin/python -m pip install --quiet --disable-pip-version-check -r host_tests/homeassistant/requirements.txt
	@touch $@

.venv-docs/.ready: docs/requirements.txt
	@python3 -m venv .venv-docs
	@echo "installing the site's tools into .venv-docs ..."
	@.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check -r docs/requirements.txt
	@touch $@

typings/.ready: requirements-dev.txt .venv/.ready
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target typings \
		$(shell grep -E '^micropython-.*-stubs=' requirements-dev.txt)
	@touch $@

build/system.ready: tools/system_packages.sh
	@mkdir -p build
	@sh tools/system_packages.sh
	@touch $@

build/lib/.ready: .venv/.ready firmware/requirements.txt
	@echo "fetching the device's pinned libraries into build/lib ..."
	@$(PY) -m tools.build.libraries
	@touch $@

build/bench/lib/.ready: .venv/.ready benchmarks/baseline/requirements.txt
	@echo "fetching the libraries of the benchmark's baseline into build/bench/lib ..."
	@$(PY) -m benchmarks.baseline_build
	@touch $@

build/.ready: .venv/.ready build/lib/.ready $(SOURCES) $(wildcard tools/build/*.py)
	@$(PY) -m tools.build
	@touch $@
