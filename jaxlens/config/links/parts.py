"""The numbers of a link that are random or linked themselves, as quantities with names of their own.

The factor TIMES of the link of `PLANE_1-OBJECT_1-MASS_PROFILE_1-e1` is the quantity
`PLANE_1-OBJECT_1-MASS_PROFILE_1-e1-TIMES`; an argument of a RELATION has the argument's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jaxlens.config.draw_parameters import constant_draw
from jaxlens.config.model import Draw, Quantity

Named = tuple[str, Quantity]
# What a band has where its number is no link, or has a link without that key.
_NEUTRAL = {"TIMES": 1.0}


def with_parts(quantities: Iterable[Named]) -> Iterator[Named]:
    """The quantities, each followed by those that its link draws or links."""
    for name, quantity in quantities:
        yield name, quantity
        if quantity.is_linked:
            yield from _parts(name, quantity)


def part_name(name: str, key: str) -> str:
    """The name of a number of the link of `name`.

    >>> part_name("PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic", "RELATION.sigma_v")
    'PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic-sigma_v'
    """
    return f"{name}-{key.rpartition('.')[2]}"


def _parts(name: str, quantity: Quantity) -> Iterator[Named]:
    keys = dict.fromkeys(key for draw in quantity.draws if draw.link for key, _ in draw.link.parts)
    for key in keys:
        draws = tuple(_part(draw, key) for draw in quantity.draws)
        path = f"{quantity.part}.{key}" if quantity.part else key
        yield from with_parts([(part_name(name, key), replace(quantity, draws=draws, part=path))])


def _part(draw: Draw, key: str) -> Draw:
    """What one draw of a quantity has under a key of its link."""
    found = dict(draw.link.parts).get(key) if draw.link else None
    constants = dict(draw.parameters) if draw.link else {}
    if found is None and key in constants:
        return Draw("delta_function", (("value", constants[key]),))
    return found or replace(constant_draw(_NEUTRAL.get(key, 0.0)), implied=True)
