# Needs python3 (any from 3.8 on) and make; the rest is fetched into .tools and .venv.
.DEFAULT_GOAL := help

MEMBERS := . libs/common $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml))
# A test waits for a third of its time, so there is one more at work than there are processors; each has servers of its own.
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 8 ? n + 1 : 8)))

# A shim that cannot run (pyenv without an active version) counts as absent.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .tools/uv/bin/uv)
# The interpreter of .venv: 3.13, or 3.12, asked for its real path because shims depend on the folder they run in.
# Without one, uv downloads 3.13.
PYTHON ?= $(shell for p in $(sort $(wildcard $(HOME)/.pyenv/versions/3.13.*/bin/python3.13)) python3.13 \
	$(sort $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python3.12)) python3.12; do \
	$$p -c 'import sys, ctypes, ssl; print(sys.executable)' 2>/dev/null && exit; done; echo 3.13)
BIN := .venv/bin

# The certificates that this machine trusts, as pip does: a company's own may be among them.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= 1
endif

.PHONY: help
help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: run
run: venv ## Start everything; prints the address
	@$(BIN)/medianest run

.PHONY: demo
demo: venv ## Start everything with a pretend household, on a throw-away data folder
	@$(BIN)/medianest demo

.PHONY: test
test: venv ## All tests that need no container engine and no patience (one part: make test T=services/media)
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not long and not containers" $(T)

.PHONY: test-containers
test-containers: venv ## The tests against servers in containers (DOCKER_HOST says where)
	TEST_SERVERS=containers $(BIN)/pytest -m "not long" $(T)

.PHONY: faults
faults: venv ## The long form of the fault tests: servers and services killed under load
	$(BIN)/pytest -m "long or not long" tests/faults

.PHONY: online
online: venv ## Whether the real YouTube can be talked to today; needs the internet
	$(BIN)/pytest -m online services/youtube

.PHONY: e2e
e2e: venv ## The main path from outside, against the running product
	$(BIN)/pytest tests/e2e

.PHONY: bench
bench: venv ## Measure and print a table (one part: make bench ONLY=requests)
	$(BIN)/python -m bench $(ONLY)

.PHONY: lint
lint: venv ## Style, import borders and house laws
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python tools/laws.py

.PHONY: types
types: venv ## mypy, strict
	$(BIN)/mypy

.PHONY: fmt
fmt: venv ## Mend what can be mended by itself
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format .

.PHONY: check
check: lint types test ## What has to pass before a change goes in

.PHONY: schemas
schemas: venv ## Write the JSON Schema of every message into docs/schemas
	$(BIN)/medianest schemas docs/schemas

.PHONY: docs
docs: schemas ## Write all generated documents: schemas, refusals, OpenAPI, AsyncAPI, types for TypeScript
	PYTHONPATH=. $(BIN)/python tools/refusals.py
	$(BIN)/medianest openapi > docs/openapi.json
	$(BIN)/medianest asyncapi > docs/asyncapi.json
	$(BIN)/python tools/live_types.py

.PHONY: up
up: ## Start everything in containers, with Docker Compose; prints how the owner is made
	docker compose up -d --build --wait
	@docker compose logs --no-log-prefix auth | grep "owner's account" || true

.PHONY: down
down: ## Stop the containers; their data stays
	docker compose down

.PHONY: hooks
hooks: venv ## Run the quick checks at every commit
	$(BIN)/pre-commit install

.PHONY: venv
venv: .venv/.synced ## The environment, exactly as locked

.venv/.synced: requirements.lock $(MEMBERS:%=%/pyproject.toml) | $(UV)
	@echo "Making the environment in .venv (about a minute the first time)"
	@$(UV) venv -q --allow-existing --python $(PYTHON) .venv || { \
		echo "Python 3.13 or 3.12 is needed: install it, or name one: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(UV) pip sync -q --compile-bytecode --python .venv --require-hashes requirements.lock
	@$(UV) pip install -q --python .venv --no-deps $(MEMBERS:%=-e %)
	@touch $@

# venv, else pip, else nothing but the standard library; python3 may be a shim that does not work.
.tools/uv/bin/uv:
	@for p in python3 /usr/bin/python3 /usr/local/bin/python3; do \
		$$p -c '' 2>/dev/null || continue; \
		rm -rf .tools/uv; \
		$$p -m venv .tools/uv >/dev/null 2>&1 && .tools/uv/bin/python -m pip install -q uv && exit 0; \
		rm -rf .tools/uv; \
		$$p -m pip install -q --target .tools/uv uv 2>/dev/null && exit 0; \
		rm -rf .tools/uv; \
		$$p tools/get_uv.py .tools/uv && exit 0; \
	done; \
	echo "uv could not be installed: see https://docs.astral.sh/uv/ or install python3-venv, then try again" >&2; exit 1

.PHONY: lock
lock: | $(UV) ## Choose the newest versions that fit, for every platform (one: make lock P=fastapi)
	env -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_INDEX -u UV_EXTRA_INDEX_URL \
		$(UV) lock -q --python $(PYTHON) $(if $(P),--upgrade-package $(P),--upgrade)
	$(UV) export -q --frozen --all-packages --all-groups --no-emit-workspace --no-header -o requirements.lock

.PHONY: clean
clean: ## Remove what can be made again; keeps data
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
