"""The type of a number that may be traced."""

from __future__ import annotations

from typing import TypeAlias

import jax

Real: TypeAlias = jax.Array | float
