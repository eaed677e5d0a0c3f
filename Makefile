# make lab · make test · make demo: each sets up .venv by itself, with the exact versions of constraints.txt.
VENV   ?= .venv
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Threads that wait should sleep: see course_lib/__init__.py.
export OMP_WAIT_POLICY ?= PASSIVE
# Every process of a test run would compile the course anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help lab demo test test-quick test-faults lint format lessons review constraints clean
help:
	@echo "make lab         open JupyterLab on your Start page"
	@echo "make demo        an instructor's day on a made class"
	@echo "make test        every test (brings bubblewrap and Chromium where it may)"
	@echo "make test-quick  the fast tests, a few minutes"
	@echo "make test-faults every fault of a grading run, 50 kills (half an hour)"
	@echo "make review      git diff with notebooks as text"
	@echo "make lint        ruff and mypy;  make format  formats"
	@echo "make lessons     run every lesson again and keep its outputs"
	@echo "make clean       remove .venv and caches; your work/ and class/ stay"

$(VENV)/.course: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or run make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) has no venv module: install python3-venv."; exit 1; }
	@echo "Setting up $(VENV) (once; a minute or two) ..."
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.course
	@$(PIP) install -c constraints.txt -e ".[test,oracles]"
	@touch $@

lab: $(VENV)/.course
	@$(BIN)/course lab $(ARGS)

demo: $(VENV)/.course
	@$(BIN)/course demo

test: $(VENV)/.test lint
	@$(BIN)/python tests/system_parts.py --install
	$(BIN)/python tests/run_all.py

test-faults: $(VENV)/.test
	COURSE_FAULT_KILLS=50 $(BIN)/python -m pytest tests/grading/test_faults.py

test-quick: $(VENV)/.test
	@$(BIN)/python tests/system_parts.py
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n2 --dist=loadgroup -m "not slow and not browser"

lint: $(VENV)/.test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

# Notebooks compared as text, without outputs: make review, or make review ARGS=main..
review: $(VENV)/.course
	@git -c diff.notebook.textconv="$(BIN)/python -m course_lib.authoring.text" diff $(ARGS)

lessons: $(VENV)/.test
	COURSE_FROZEN=1 $(BIN)/jupyter nbconvert --to notebook --inplace --execute --ExecutePreprocessor.record_timing=False \
	  --ExecutePreprocessor.store_widget_state=False lessons/*.ipynb
	$(BIN)/jupyter nbconvert --to notebook --inplace --coalesce-streams lessons/*.ipynb
	$(BIN)/python -m course_lib.explore.keep_figures

constraints: $(VENV)/.test
	@$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
