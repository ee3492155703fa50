"""An object that stands in its plane a random number of times: NUMBER and POSITION of an OBJECT_n."""

from __future__ import annotations

from dataclasses import dataclass

from jaxlens.config.model.quantities import Quantity


@dataclass(frozen=True)
class Copies:
    """How often an object stands in its plane, and where.

    Attributes:
        label: its key in the file, for example `OBJECT_3`.
        number: how many copies a system has.
        bound: the largest number of copies; as many are drawn in each system, and the first `number` shown.
        position: (name, quantity) pairs of `sep` and `angle`, by which a whole copy is shifted from the
            centre of the image; empty where the file has no POSITION.
    """

    label: str
    number: Quantity
    bound: int
    position: tuple[tuple[str, Quantity], ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the copies: `OBJECT_3_1`, `OBJECT_3_2`, ..."""
        return tuple(f"{self.label}_{k}" for k in range(1, self.bound + 1))
