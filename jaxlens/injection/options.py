"""The options of an injection, checked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jaxlens.injection.clearing import BRIGHT_SIGMA, MAX_BRIGHT
from jaxlens.truth.writing import FORMATS, TruthFormat

# Systems that are rendered at a time.
BATCH_SIZE = 32


@dataclass(frozen=True)
class Options:
    """What `inject` is asked for, besides the configuration, the images and the positions.

    The attributes are the arguments of `inject` by the same names.
    """

    out: Path
    seed: int
    number: int | None = None
    spacing: float = 0.0
    grid: bool = False
    stamp: Any = None
    psf: Any = None
    psf_factor: int = 1
    noise: bool = True
    keep_clear: float | None = None
    bright_sigma: float = BRIGHT_SIGMA
    max_bright: float = MAX_BRIGHT
    cutouts: bool = False
    truth_format: TruthFormat = "csv"
    strict: bool = False
    overwrite: bool = False
    batch_size: int = BATCH_SIZE
    check: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        for name, least in (("number", 1), ("psf_factor", 1), ("batch_size", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} is {value}; give a whole number from {least} on")
        for name in ("spacing", "keep_clear", "bright_sigma", "max_bright"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"{name} is {value}; give a number of 0 or more")
        if self.truth_format not in FORMATS:
            raise ValueError(f"truth_format is {self.truth_format!r}; give one of {', '.join(FORMATS)}")
