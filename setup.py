"""The one thing that pyproject.toml cannot say: the kernels, built where there is a compiler.

With ``UNROLLED_KERNELS=none`` in the environment they are left out: tools/build_wheels.py adds those of each system.
"""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup

GCC = ["-std=gnu11", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden"]
VARIANTS = ["portable", "avx2", "avx512", "avx512_bf16", "amx", "neon", "neon_dot", "dispatch"]

setup(
    ext_modules=[]
    if os.environ.get("UNROLLED_KERNELS") == "none"
    else [
        Extension(
            "unrolled.kernels._native",
            sources=[f"native/{name}.c" for name in VARIANTS],
            depends=[str(path) for path in sorted(Path("native").glob("*.h"))],
            extra_compile_args=[] if sys.platform == "win32" else GCC,
            libraries=[] if sys.platform == "win32" else ["m"],
            optional=True,  # without a compiler everything still works, on NumPy and PyTorch
        )
    ]
)
