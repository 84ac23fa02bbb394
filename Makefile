# `make demo` and `make test` need only Python 3.11 or 3.12 and, on Debian, apt. Everything lands in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
EXTRAS ?= demo
STORE ?= build/demo-store
BIN := .venv/bin

JOBS := flows,reconstruction,simready,episodes,export
ALL := $(JOBS),reconstruction-scans,reconstruction-torch,reconstruction-dxf,test
WORKERS ?= auto
PARTS ?= reconstruction speed posed unposed scans backgrounds artefacts single_view sweep_kernel
export OMP_NUM_THREADS ?= 1

.PHONY: setup demo test test-slow lint format interop bench-reconstruction bench-simready bench-episodes

setup: ## .venv with the `simfoundry` command; EXTRAS=all for tests and benchmarks too
ifeq ($(EXTRAS),all)
	@infra/setup.sh "$(PYTHON)" "$(ALL)" "3.1 GB"
else
	@infra/setup.sh "$(PYTHON)" "$(JOBS)" "1.5 GB"
endif

demo: setup ## the bundled photos to a certified dataset
	@$(BIN)/simfoundry run --request examples/turntable/request.json --store $(STORE)

test: ## by one process per core; what is marked slow is left out
	@$(MAKE) --no-print-directory setup EXTRAS=all
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-slow: ## what takes longer than the tests should: real objects, whole runs
	@$(MAKE) --no-print-directory setup EXTRAS=all
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m slow

lint: ## style, types, import rules
	@$(MAKE) --no-print-directory setup EXTRAS=all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format:
	@$(MAKE) --no-print-directory setup EXTRAS=all
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

interop: ## lerobot, Newton, PyBullet and MuJoCo open our exports, each in an environment of its own
	@$(MAKE) --no-print-directory setup
	@infra/interop.sh "$(PYTHON)"

bench-reconstruction: ## shape against ground truth, real photos and scans, masks, artefacts, speed; SAVE=1 keeps the figures
	@$(MAKE) --no-print-directory setup EXTRAS=all
	@failed=; for part in $(PARTS); do echo "== $$part"; \
	    $(BIN)/python -m benchmarks.$$part $(if $(SAVE),--save) || failed="$$failed $$part"; done; \
	    [ -z "$$failed" ] || { echo "goals missed:$$failed" >&2; exit 1; }

bench-simready: ## colliders beside CoACD's and V-HACD's defaults, assets an hour; SAVE=1 keeps the figures
	@$(MAKE) --no-print-directory setup EXTRAS=all
	@$(BIN)/python -m benchmarks.simready $(if $(SAVE),--save)

bench-episodes: ## episodes an hour by one process, against bare physics; SAVE=1 keeps the figures
	@$(MAKE) --no-print-directory setup
	@$(BIN)/python -m benchmarks.episodes $(if $(SAVE),--save)
