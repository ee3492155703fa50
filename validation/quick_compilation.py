"""XLA's flags for programs that run for milliseconds, such as those of the tests and of the documentation.

XLA generates code in its older way, in one module for a program, and LLVM optimises it little: a quarter of
the work.
"""

from __future__ import annotations

import os
import subprocess
import sys

_WANTED = (
    "--xla_backend_optimization_level=0",
    "--xla_cpu_use_fusion_emitters=false",
    "--xla_cpu_parallel_codegen_split_count=1",
)


def quick_compilation() -> str:
    """Those of the flags that XLA knows: it ends the process with a message that names all others."""
    start = "import jax; jax.devices('cpu')"
    environment = os.environ | {"XLA_FLAGS": " ".join(_WANTED)}
    done = subprocess.run([sys.executable, "-c", start], env=environment, capture_output=True, text=True)
    unknown = {word for line in done.stderr.splitlines() if "Unknown flag" in line for word in line.split()}
    return " ".join(flag for flag in _WANTED if flag not in unknown)
