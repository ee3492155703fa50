"""Links as they are evaluated in one configuration: what each follows, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from jaxlens.config.model.quantities import Draw, Quantity


@dataclass(frozen=True)
class LinkedDraw:
    """A link of one configuration whose names have been found.

    Attributes:
        name: the name of the parameter, or of the part of another link.
        band: the band whose number is linked; "" where the link is that of all bands.
        quantity: the quantity, with the path of its numbers.
        draw: the draw with the link.
        source: the name of the parameter that SAME_AS names; "" for a RELATION.
        source_band: the band of the source that SAME_AS names; "" where it names none.
        by_band: whether the link gives each band a number of its own.
        given: the bands in which tables set the parameter instead.
    """

    name: str
    band: str
    quantity: Quantity
    draw: Draw
    source: str = ""
    source_band: str = ""
    by_band: bool = False
    given: tuple[str, ...] = ()
