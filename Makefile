# Every target sets up what it needs. PYTHON names the interpreter, VENV the environment. Without a network, a folder of
# wheels does: PIP_NO_INDEX=1 PIP_FIND_LINKS=/that/folder make test (CONTRIBUTING.md says how to fill it).
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: setup demo test test-arm lint docs bench fuzz sanitize wheels clean

setup: $(READY)

# The kernels are built anew when they change; without a C compiler there are none, and everything works without them.
$(READY): pyproject.toml constraints.txt setup.py $(wildcard native/*.c native/*.h)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: setup
	$(BIN)/python examples/demo.py

# Two to four tests at a time; the tests of one file share what they train. Compiled modules are kept, whatever the
# environment says: else every process that the tests start compiles all of them anew.
test: setup
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

# The kernels' ARM variants under emulation, from what this processor computes (tests/arm/replay.py): a compiler from PyPI
# goes into the environment, and qemu into the system, where they are missing.
test-arm: setup
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tools/ziglang.txt
	command -v qemu-aarch64-static >/dev/null || command -v qemu-aarch64 >/dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends qemu-user-static >/dev/null; }
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.arm.replay

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The documentation as a site in build/docs; a warning is an error, and no page may load anything from elsewhere.
docs: setup
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	$(BIN)/zensical build --clean --strict
	$(BIN)/python tools/check_site.py build/docs

bench: setup
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/coldstart.py
	$(BIN)/python benchmarks/training_step.py
	$(BIN)/python benchmarks/generation.py
	$(BIN)/python benchmarks/generation.py --texts 64
	$(BIN)/python benchmarks/same_learning.py
	$(BIN)/python benchmarks/adaptive.py
	$(BIN)/python benchmarks/forecast.py
	$(BIN)/python benchmarks/quality.py

# Changed files of every kind, until it is stopped: CASES or MINUTES end it.
fuzz: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzzing.run $(if $(CASES),--cases $(CASES)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

# The kernels under AddressSanitizer and UndefinedBehaviorSanitizer, through the same tests (UNROLLED_FUZZ=5000 for more
# random calls) and through changed files; those of AVX-512 and AMX are emulated where the processor has none.
SANITIZED = build/sanitized
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined
UNDER = cd $(SANITIZED) && OMP_NUM_THREADS=1 PYTHONPATH=src UNROLLED_TEST_CFLAGS="-g $(SANITIZERS)" ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" $(abspath $(BIN))/python
sanitize: setup
	mkdir -p $(SANITIZED)
	cp -r native src tests pyproject.toml README.md $(SANITIZED)
	rm -f $(SANITIZED)/src/unrolled/kernels/_native*
	gcc -std=gnu11 -O1 -g -ffp-contract=fast -fno-math-errno -fno-trapping-math -fPIC -shared \
	  $(SANITIZERS) native/*.c -lm -o $(SANITIZED)/src/unrolled/kernels/_native.so
	$(UNDER) -m pytest -q -p no:cacheprovider --capture=sys tests/kernels  # what they find is said by C
	$(UNDER) -m tests.fuzzing.run --memory 0 --seconds 120 --cases $(or $(CASES),8000)

# A wheel for every system in dist/wheels, made in an environment of its own; then all of them again in another folder,
# which must be the same bytes, and what this machine can run is run (RELEASE.md). Needs neither .venv nor a C compiler.
WHEELS = build/wheels
IN_WHEELS = $(abspath $(WHEELS))/environment/bin
wheels: export ZIG_GLOBAL_CACHE_DIR = $(abspath $(WHEELS))/zig
wheels:
	rm -rf dist/wheels $(WHEELS)/again
	mkdir -p $(WHEELS)/again
	$(PYTHON) -m venv $(WHEELS)/environment
	$(IN_WHEELS)/pip install --quiet --disable-pip-version-check --require-hashes -r tools/ziglang.txt -r tools/wheels.txt
	$(IN_WHEELS)/python tools/build_wheels.py dist/wheels
	cp -r native src tools setup.py pyproject.toml MANIFEST.in README.md LICENSE $(WHEELS)/again
	$(IN_WHEELS)/python $(WHEELS)/again/tools/build_wheels.py $(WHEELS)/again/dist >/dev/null
	$(IN_WHEELS)/python tools/check_wheels.py dist/wheels $(WHEELS)/again/dist

clean:
	rm -rf $(VENV) build dist src/unrolled.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
