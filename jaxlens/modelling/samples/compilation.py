"""How long JAX compiles: seconds that are counted apart from those of a fit."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import jax

# The events that JAX records while it turns a function into a program, with their seconds.
_EVENTS = frozenset(
    {
        "/jax/core/compile/jaxpr_trace_duration",
        "/jax/core/compile/jaxpr_to_mlir_module_duration",
        "/jax/core/compile/backend_compile_duration",
    }
)


@dataclass
class Seconds:
    """Time that has passed, filled in at the end of the `with` block of `timed`.

    Attributes:
        wall: seconds from the beginning to the end.
        compiling: those of them in which at least one thread traced or compiled a program.
    """

    wall: float = 0.0
    compiling: float = 0.0


@dataclass
class _Compilations:
    """When programs were traced and compiled: the beginning and the end of each event."""

    spans: list[tuple[float, float]] = field(default_factory=list)

    def add(self, event: str, duration_secs: float, **_: str | int) -> None:
        """Called by JAX at the end of each event."""
        if event in _EVENTS:
            end = time.perf_counter()
            self.spans.append((end - duration_secs, end))

    def since(self, begun: float) -> float:
        """The seconds after a time in which something was compiled; what is before is forgotten."""
        self.spans[:] = sorted(span for span in self.spans if span[1] > begun)
        total, reached = 0.0, begun
        for start, end in self.spans:
            # one trace is often inside of another, and threads compile at once
            total += max(end - max(start, reached), 0.0)
            reached = max(reached, end)
        return total


@cache
def _compilations() -> _Compilations:
    """Those of this process, which JAX reports from now on."""
    found = _Compilations()
    jax.monitoring.register_event_duration_secs_listener(found.add)
    return found


@contextlib.contextmanager
def timed() -> Iterator[Seconds]:
    """The time that the `with` block takes, and how much of it is compilation; not to be nested.

    >>> import jax.numpy as jnp
    >>> with timed() as seconds:
    ...     _ = jax.jit(lambda x: jnp.sin(x) + 0.25)(1.0)
    >>> 0.0 < seconds.compiling <= seconds.wall
    True
    """
    compilations, seconds = _compilations(), Seconds()
    begun = time.perf_counter()
    try:
        yield seconds
    finally:
        seconds.wall = time.perf_counter() - begun
        seconds.compiling = min(compilations.since(begun), seconds.wall)
