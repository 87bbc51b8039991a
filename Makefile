# Every target makes what it needs and does nothing twice. `make` alone lists them.

PYTHON ?= python3
VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(notdir $(PYTHON)))
PY := $(VENV)/bin/python
PIP = -m pip install --quiet --disable-pip-version-check
unexport PYTHONDONTWRITEBYTECODE  # each of the workers would compile every module and every test again
SOURCES := catalog.py catalog.toml $(shell find firmware -type f -not -name '*.pyc')
READY := $(VENV)/.ready build/.ready build/system.ready build/bench/lib/.ready
TARGETS := help demo sim run test test-all evidence lint campaign campaign-scheduler campaign-worker equal explore \
	mutate fuzz soak realtime fleet homeassistant bench counts flash deploy monitor measure console backup restore settings \
	reset-settings doctor board update key wipe package image docs site screenshots wiring spice hardware \
	sizes build clean prove

.DEFAULT_GOAL := help
.PHONY: $(TARGETS)
$(foreach goal,$(filter-out $(TARGETS) %.ready,$(MAKECMDGOALS)),$(error no target '$(goal)'; see make help))

help:
	@awk -F':.*## ' '/^#@ / {print "\n" substr($$0, 4)} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' Makefile

#@ Try it, without hardware
demo: build/.ready ## a pot is forgotten: the firmware on the MicroPython VM, a timeline, a picture in build/demo.svg
	@$(PY) -m simulator run scenarios/demo.json --timeline --plot build/demo.svg
	@echo "picture: build/demo.svg"

sim: build/.ready ## a simulated stove in the browser: make sim [PORT=8160] [BROKER=host:port] [TERM_UI=1] [SCENARIO=....json]
	@[ -x $(VENV)/bin/micropython ] || $(MAKE) -s build/npm/.ready
	@$(PY) -m simulator live $(SCENARIO) $(if $(PORT),--port $(PORT)) $(if $(BROKER),--broker $(BROKER)) \
		$(if $(TERM_UI),--terminal)

run: build/.ready ## one scenario: make run SCENARIO=scenarios/....json [VM=cpython|wasm]
	@test -n "$(SCENARIO)" || { echo "name one: make run SCENARIO=scenarios/demo.json"; exit 2; }
	@$(PY) -m simulator run $(SCENARIO) --vm $(or $(VM),micropython) --timeline

#@ Test, with another Python: make test PYTHON=python3.12
test: $(READY) typings/.ready ## lint, types, unit tests, every scenario, a sample of the rest: about 5 minutes
	@$(PY) -m pytest -n auto

test-all: test .venv-docs/.ready ## test, then the rest: about an hour
	@$(PY) -m pytest -n auto --set=long
	@$(PY) -m pytest -n 1 --set=quiet

evidence: soak realtime campaign equal mutate fuzz fleet homeassistant ## hours: these, one after another

lint: $(VENV)/.ready typings/.ready ## style, types and the direction of imports
	@$(PY) -m ruff check -q . && $(PY) -m ruff format -q --check .
	@$(PY) -m mypy
	@$(PY) -m mypy --config-file firmware/mypy.ini
	@PYTHONPATH=firmware:. $(VENV)/bin/lint-imports --no-logo --no-cache

soak: build/.ready build/system.ready ## long tests in real time: ten minutes of load, a thousand remote OFFs, a week of lost networks
	@$(PY) -m pytest -n 0 --set=evidence -s --ignore=host_tests/homeassistant --ignore=host_tests/fleet

realtime: $(READY) ## the tests in real time again and again beside a busy core: make realtime [TIMES=20]
	@$(PY) -c 'while True: pass' & busy=$$!; trap "kill $$busy" EXIT; status=0; for number in $$(seq $(or $(TIMES),20)); do \
		echo "run $$number:"; $(PY) -m pytest -n 2 --once -m 'not evidence' host_tests/realtime || status=1; done; exit $$status

campaign: build/.ready ## random burns with random faults: make campaign [RUNS=2000] [SEED=1] [VM=native] [STEER=1] [RESULTS=FILE] [SCHEDULER=...]
	@$(PY) -m simulator campaign --runs $(or $(RUNS),2000) --seed $(or $(SEED),1) --vm $(or $(VM),native) \
		$(if $(STEER),--steer) $(if $(RESULTS),--results $(RESULTS)) $(if $(SCHEDULER),--scheduler $(SCHEDULER))

campaign-scheduler: $(VENV)/.ready ## hands the seeds of a campaign to workers, at port 8786
	@$(PY) -m dask scheduler --no-dashboard

campaign-worker: build/.ready ## runs them, one on each core of this machine: make campaign-worker SCHEDULER=tcp://host:8786
	$(call NEEDS,SCHEDULER,the scheduler,tcp://host:8786)
	@$(PY) -m dask worker $(SCHEDULER) --nthreads 1 --nworkers -1 --no-dashboard

equal: build/.ready ## MicroPython and CPython give the same trace, line by line: make equal [RUNS=1000]
	@$(PY) -m simulator campaign --runs $(or $(RUNS),1000) --seed $(or $(SEED),1) --vm both

prove: $(VENV)/.ready ## every contract of the core over every input, by CrossHair and z3; seeded bugs are refuted
	@$(PY) -m pytest -n auto --set=long host_tests/proofs

explore: $(VENV)/.ready ## every input in every class of reachable states: tables of what was reached
	@$(PY) -m host_tests.exhaustive.explore

mutate: $(VENV)/.ready ## small faults in the firmware, one at a time; a test must fail at each: make mutate [FILES=safety.py]
	@$(PY) -m tools.mutation $(FILES)

fuzz: build/.ready ## two hundred thousand bad requests, messages and files at every interface: make fuzz [SEED=1] [PARTS=1]
	@PARTS=$(or $(PARTS),1) $(PY) -m pytest -n 0 -s -m 'not evidence' --hypothesis-profile=search \
		--hypothesis-seed=$(or $(SEED),1) host_tests/fuzz

fleet: build/.ready build/system.ready ## 500 devices at RabbitMQ and mosquitto, 50 on a dashboard: twenty minutes
	@sh tools/fleet_packages.sh
	@$(PY) -m pytest -n 0 --set=evidence -s host_tests/fleet

homeassistant: build/.ready build/system.ready .venv-homeassistant/.ready ## a real Home Assistant shows the device and turns it off
	@$(PY) -m pytest -n 0 --set=evidence host_tests/homeassistant

bench: build/.ready build/system.ready build/bench/lib/.ready ## Curfew beside an asyncio program, six minutes: make bench [QUICK=1|LONG=1] [KEEP=1]
	@$(PY) -m benchmarks $(if $(QUICK),--quick) $(if $(LONG),--long) $(if $(KEEP),--keep)

counts: build/.ready build/system.ready ## exact instructions, heap and bytes beside the recorded ones: make counts [KEEP="why"]
	@$(PY) -m benchmarks.counts $(if $(filter command,$(origin KEEP)),--keep "$$KEEP")

#@ Board at the USB cable; without PORT=... the only one that is plugged in
CURFEW = CURFEW_TYPED=make $(PY) -m tools.cli
AT = $(CURFEW) $(1) $(if $(PORT),--port $(PORT))
NEEDS = @test -n "$($(1))" || { echo "name $(2): make $@ $(1)=$(3)"; exit 2; }

flash: $(VENV)/.ready ## write MicroPython: make flash [FIRMWARE=ESP32_GENERIC-....bin|DOWNLOAD=1] [PORT=...] [ERASE=1]
	@$(call AT,flash) $(if $(FIRMWARE),"$(FIRMWARE)") $(if $(DOWNLOAD),--download) $(if $(ERASE),--erase) $(if $(YES),--yes)

image: build/.ready ## one file for the whole flash: make image FIRMWARE=....bin [BOARD=esp32|s3|c3|c6] [BUILD=basic|full]
	@$(CURFEW) image $(if $(FIRMWARE),"$(FIRMWARE)") $(if $(BOARD),--board $(BOARD)) $(if $(BUILD),--build $(BUILD)) \
		$(if $(FLASH_MB),--flash-mb $(FLASH_MB)) $(if $(SETTINGS),--settings "$(SETTINGS)") \
		$(if $(OUT),--out "$(OUT)") $(if $(DOWNLOAD),--download) $(if $(YES),--yes)

deploy: build/.ready ## write the program, only the files that changed: make deploy [BUILD=basic|full] [PORT=...] [YES=1]
	@$(call AT,deploy) $(if $(BUILD),--build $(BUILD)) $(if $(YES),--yes)

monitor: $(VENV)/.ready ## the device's output, and what it means
	@$(call AT,monitor)

measure: $(VENV)/.ready ## record what the sensors of a running device read: make measure FILE=....csv [PORT=...]
	$(call NEEDS,FILE,the file to write,stove.csv)
	@$(call AT,measure) "$(FILE)"

console: $(VENV)/.ready ## MicroPython's prompt
	@$(call AT,console)

backup: $(VENV)/.ready ## read your own files: make backup [FILE=....json] [KEY=1: with the device's key]
	@$(call AT,backup) $(if $(FILE),"$(FILE)") $(if $(KEY),--key)

restore: $(VENV)/.ready ## write them back: make restore FILE=....json [KEY=1]
	$(call NEEDS,FILE,the backup,….json)
	@$(call AT,restore) "$(FILE)" $(if $(KEY),--key) $(if $(YES),--yes)

settings: $(VENV)/.ready ## settings of your own over the shipped ones: make settings FILE=....json
	$(call NEEDS,FILE,the file,….json)
	@$(call AT,settings) "$(FILE)" $(if $(YES),--yes)

reset-settings: $(VENV)/.ready ## back to the shipped settings; asks first: make reset-settings [BUILD=basic|full] [YES=1]
	@$(call AT,reset-settings) $(if $(BUILD),--build $(BUILD)) $(if $(YES),--yes)

doctor: $(VENV)/.ready ## check this computer and the board; names what is missing and what to do
	@$(call AT,doctor)

board: build/.ready ## a virtual board; prints the PORT for make deploy: make board [FLASH=FILE] [SPEED=10]
	@$(CURFEW) virtual $(if $(FLASH),--flash "$(FLASH)") $(if $(SPEED),--speed $(SPEED))

update: build/.ready ## send the program over Wi-Fi, asks for the password: make update HOST=... [FORCE=1]
	$(call NEEDS,HOST,the device,curfew-1a2b.local)
	@$(CURFEW) update "$(HOST)" $(if $(FORCE),--force)

key: $(VENV)/.ready ## read the device's update key into keys/: make key [PORT=...]
	@$(call AT,key)

wipe: $(VENV)/.ready ## erase everything on the board before you give it away; asks first: make wipe [YES=1]
	@$(call AT,wipe) $(if $(YES),--yes)

#@ Maintain
docs: build/.ready .venv-docs/.ready ## the generated parts of the documents, and the site in build/site with its links checked
	@$(PY) -m docs.generator
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs build --strict
	@echo "site: build/site/index.html"

site: docs build/npm/.ready ## documentation, playground and installer as one folder for any web host: build/site
	@$(PY) -m tools.site build/site

screenshots: build/.ready build/system.ready ## pictures of both pages in build/screenshots, those of README in docs/images
	@$(PY) -m host_tests.browser.screenshots
	@$(PY) -m host_tests.browser.stove.screenshots

wiring: $(VENV)/.ready ## drawings and tables from wiring/wiring.yaml
	@$(PY) -m wiring.draw

spice: $(VENV)/.ready build/system.ready ## ngspice judges the circuit: every rule, every single fault: make spice [QUICK=1]
	@$(PY) -m wiring.spice $(if $(QUICK),--quick)

hardware: $(VENV)/.ready ## board and case for ordering and printing, judged by KiCad: needs KiCad 9 and OpenSCAD
	@sh tools/hardware_packages.sh && $(PY) -m wiring.hardware

sizes: build/.ready ## bytes of the compiled firmware, file by file
	@$(PY) -m tools.build.sizes

build: build/.ready ## compile the firmware into build/firmware

package: build/.ready .venv-package/.ready ## the tool with the program inside, to be installed by pipx: build/package/*.whl
	@rm -rf build/package
	@for folder in build/lib/*.dist-info; do echo "$$(basename $$folder .dist-info):"; cat $$folder/licenses/LICENSE; done \
		>build/licenses.txt
	@.venv-package/bin/python -m build --outdir build/package . >build/set-up.log 2>&1 || \
		$(call TELL,the package was not built: is the network there?)
	@ls build/package/*.whl

clean: ## remove everything that make made
	rm -rf .venv .venv-* build typings .pytest_cache .mypy_cache .ruff_cache .hypothesis

# --- set-up: each part is built once, and again when its sources change ---

TELL = { echo "$(1); details: build/set-up.log"; exit 1; }

$(VENV)/.ready: requirements-dev.txt
	@mkdir -p build; $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, here is $$($(PYTHON) -V 2>&1): name one, make ... PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >build/set-up.log 2>&1 || $(call TELL,Python has no venv module: apt install python3-venv)
	@echo "installing the pinned tools into $(VENV), a minute or two ..."
	@$(PY) $(PIP) -r requirements-dev.txt >build/set-up.log 2>&1 || \
		$(call TELL,the pinned tools were not installed: is the network there?)
	@$(PY) $(PIP) --no-deps axe-playwright-python==0.1.8 >>build/set-up.log 2>&1 || \
		$(call TELL,axe-core was not installed: is the network there?)
	@touch $@

.venv-homeassistant/.ready: host_tests/homeassistant/requirements.txt
	@mkdir -p build; $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || \
		{ echo "this Home Assistant needs Python 3.11 or 3.12: make homeassistant PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv-homeassistant
	@echo "installing Home Assistant into .venv-homeassistant, some minutes ..."
	@.venv-homeassistant/bin/python $(PIP) -r host_tests/homeassistant/requirements.txt >build/set-up.log 2>&1 || \
		$(call TELL,Home Assistant was not installed: is the network there?)
	@touch $@

.venv-docs/.ready: docs/requirements.txt $(VENV)/.ready
	@$(PYTHON) -m venv .venv-docs
	@echo "installing the site's tools into .venv-docs ..."
	@.venv-docs/bin/python $(PIP) -r docs/requirements.txt >build/set-up.log 2>&1 || \
		$(call TELL,the site's tools were not installed: is the network there?)
	@touch $@

.venv-package/.ready: tools/package_requirements.txt
	@$(PYTHON) -m venv .venv-package
	@.venv-package/bin/python $(PIP) -r tools/package_requirements.txt >build/set-up.log 2>&1 || \
		$(call TELL,the tool that builds the package was not installed: is the network there?)
	@touch $@

build/npm/.ready: simulator/browser/package.json simulator/browser/package-lock.json
	@mkdir -p build/npm; command -v npm >/dev/null || { echo "npm is needed: apt install nodejs npm"; exit 1; }
	@cp simulator/browser/package.json simulator/browser/package-lock.json build/npm/
	@echo "installing the site's pinned npm packages into build/npm ..."
	@cd build/npm && npm ci --no-audit --no-fund >../set-up.log 2>&1 || \
		$(call TELL,the npm packages were not installed: is the network there?)
	@touch $@

typings/.ready: requirements-dev.txt $(VENV)/.ready
	@$(PY) $(PIP) --no-deps --upgrade --target typings \
		$(shell grep -oE '^micropython-.*-stubs==[^ ]+' requirements-dev.txt)
	@touch $@

build/system.ready: tools/system_packages.sh tools/packages.sh
	@mkdir -p build
	@sh tools/system_packages.sh
	@touch $@

build/lib/.ready: $(VENV)/.ready firmware/requirements.txt
	@echo "fetching the device's pinned libraries into build/lib ..."
	@$(PY) -m tools.build.libraries
	@touch $@

build/bench/lib/.ready: $(VENV)/.ready benchmarks/baseline/requirements.txt
	@echo "fetching the benchmark's baseline into build/bench/lib ..."
	@$(PY) -m benchmarks.baseline
	@touch $@

build/.ready: $(VENV)/.ready build/lib/.ready $(SOURCES) $(wildcard tools/build/*.py)
	@$(PY) -m tools.build
	@touch $@
