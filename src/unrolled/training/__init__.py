"""Training: batches in, a bundle out. It knows nothing of writing text: who wants samples hands in an observer."""

import os
import sys

# PyTorch's OpenMP threads wait by spinning, and would keep a core from the kernels' threads: a fifth of a step. GNU's
# library reads this once, when PyTorch is loaded; in a process that has loaded it already, it changes nothing.
if "torch" not in sys.modules and "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")

# oneDNN keeps what it compiled for the last 1024 shapes of a product, a third of a megabyte each. Examples come in
# hundreds of shapes: gigabytes after some minutes. It reads this once, too.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "256")
