"""Programs compiled for an NVIDIA H100 that is only described, on a machine without one.

XLA compiles for a device that it is told about.  jax offers this as `jax.experimental.topologies`, which
describes the device, and `jit(...).lower(...)` with arguments that are placed on it.  One function of jax
stands in the way, `jax._src.xla_bridge.canonicalize_platform`, a private one: it raises RuntimeError for the
platform `cuda` where no card is there, although nothing but the platform's name is asked for.  While a
program is compiled here it gives the name.  If a version of jax moves it, look for the function that raises
"Unknown backend cuda" or "unknown platform" when `compile_for_h100` runs, and put that in its place; if
`topologies` moves, its successor is what jax uses to compile for a TPU pod ahead of time.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import jax
from jax._src import xla_bridge
from jax.experimental import topologies

# The data sheet of the H100 SXM, in XLA's words.
H100 = """
gpu_device_info {
  threads_per_block_limit: 1024 threads_per_warp: 32 shared_memory_per_block: 49152
  shared_memory_per_core: 233472 threads_per_core_limit: 2048 core_count: 132 fpus_per_core: 128
  block_dim_limit_x: 2147483647 block_dim_limit_y: 65535 block_dim_limit_z: 65535
  memory_bandwidth: 3352320000000 l2_cache_size: 52428800 clock_rate_ghz: 1.98
  device_memory_size: 84942979072 shared_memory_per_block_optin: 232448
  cuda_compute_capability { major: 9 } registers_per_core_limit: 65536 registers_per_block_limit: 65536
}
platform_name: "CUDA"
dnn_version_info { major: 9 minor: 7 }
runtime_version { major: 12 minor: 8 patch: 0 }
device_description_str: "NVIDIA H100 80GB HBM3"
"""
# Nothing can be tried out on a card that is not there, so that products of matrices are left to cuBLAS.
OPTIONS: dict[str, Any] = {"xla_gpu_autotune_level": 0, "xla_gpu_enable_triton_gemm": False}
# The compilers for NVIDIA's cards that jax has, as modules.
_PLUGINS = ("jax_plugins.xla_cuda13", "jax_plugins.xla_cuda12")
_MISSING = (
    "jax has no compiler for NVIDIA's cards here; no card is needed, but the extra: "
    'pip install "jaxlens-sim[cuda]"'
)


class MissingCompiler(RuntimeError):
    """The extra `cuda` is not installed."""


def require_compiler() -> None:
    """Nothing, where jax can compile for NVIDIA's cards.

    Raises:
        MissingCompiler: if the extra `cuda` is not installed; the message says what to install.
    """
    if not any(map(_has, _PLUGINS)):
        raise MissingCompiler(_MISSING)


def _has(module: str) -> bool:
    with contextlib.suppress(ModuleNotFoundError):
        return importlib.util.find_spec(module) is not None
    return False


def compile_for_h100(function: Callable[..., Any], *arguments: Any) -> Any:
    """The compiled program of a function of arrays.

    Args:
        function: what is compiled; it need not be jitted.
        arguments: pytrees of arrays, or of `jax.ShapeDtypeStruct`, of which only shapes and dtypes are used.

    Returns:
        The program, with `as_text()` and `memory_analysis()`.  It cannot be run.

    Raises:
        MissingCompiler: if the extra `cuda` is not installed.
    """
    require_compiler()
    with _platform_named():
        sharding = jax.sharding.NamedSharding(_mesh(), jax.sharding.PartitionSpec())

        def described(array: Any) -> jax.ShapeDtypeStruct:
            return jax.ShapeDtypeStruct(array.shape, array.dtype, sharding=sharding)

        lowered = jax.jit(function).lower(*jax.tree.map(described, arguments))
        return lowered.compile(compiler_options=OPTIONS)


@lru_cache(maxsize=1)
def _mesh() -> jax.sharding.Mesh:
    """The one described card."""
    topology = topologies.get_topology_desc("h100", "cuda", target_config=H100, topology="1x1x1")
    return topologies.make_mesh(topology, (1,), ("card",))


@contextlib.contextmanager
def _platform_named() -> Iterator[None]:
    """A context in which jax knows the platform `cuda` by its name, though no card is there."""
    known = xla_bridge.canonicalize_platform

    def canonical(platform: str) -> str:
        try:
            return known(platform)
        except RuntimeError:
            return "cuda"

    xla_bridge.canonicalize_platform = canonical
    try:
        yield
    finally:
        xla_bridge.canonicalize_platform = known
