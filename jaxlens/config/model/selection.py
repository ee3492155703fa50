"""SELECT of a configuration: which of the drawn systems are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# What the test of a criterion needs: the numbers of a system, image positions, or images.  This is also the
# order in which criteria are tested, from the cheapest on.
Kind = Literal["numbers", "positions", "images"]

# The criteria that bound something else than a parameter.
MEASURED = ("theta_E", "image_separation", "images", "magnification", "snr")
# The column of the metadata that says how often a system was drawn.
TRIES = "SELECTION_TRIES"


@dataclass(frozen=True)
class Criterion:
    """One bound on a number of a system.

    Attributes:
        key: the key in the file, such as `snr_min`, with `-<band>` where it stands in a mapping by band.
        quantity: what is bounded: one of `MEASURED`, or the name of a parameter or derived quantity.
        kind: what its test needs.
        is_minimum: whether `threshold` is the smallest value that is kept; otherwise it is the largest.
        threshold: the bound; a value that equals it is kept.
        band: the band in which the number is taken; None where the bands decide together.
    """

    key: str
    quantity: str
    kind: Kind
    is_minimum: bool
    threshold: float
    band: str | None = None

    def __str__(self) -> str:
        shown = f"{self.threshold:.12g}"
        return f"{self.key}: {shown}"


@dataclass(frozen=True)
class Selection:
    """SELECT of a configuration.

    Attributes:
        criteria: the bounds, all of which a system meets, in the order of the file.
        max_tries: how often a system is drawn at most.
    """

    criteria: tuple[Criterion, ...]
    max_tries: int

    @property
    def stages(self) -> tuple[tuple[Criterion, ...], ...]:
        """The criteria in the order in which they are tested, those that need the same together."""
        kinds: tuple[Kind, ...] = ("numbers", "positions", "images")
        found = (tuple(one for one in self.criteria if one.kind == kind) for kind in kinds)
        return tuple(stage for stage in found if stage)
