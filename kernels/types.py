"""Types of what may be traced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import jax

Real: TypeAlias = jax.Array | float
# Parameters by name: each is () or (bands,) for one system, with an axis (n,) in front for many.
Params: TypeAlias = Mapping[str, jax.Array]
