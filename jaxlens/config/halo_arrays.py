"""The names of the arrays of haloes among the values of a system, such as `LINE_OF_SIGHT-mass`.

These have one number for each halo, (haloes,), and not one for each band; the first NUMBER of them are
haloes, the rest is zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from jaxlens.config.halo_names import KAPPA_SHEET, SUBSTRUCTURE
from jaxlens.config.model.haloes import HALO_ARRAYS, LINE_OF_SIGHT

_ARRAY = re.compile(rf"({LINE_OF_SIGHT}|.+-{SUBSTRUCTURE})-({'|'.join((*HALO_ARRAYS, KAPPA_SHEET))})")
_Value = TypeVar("_Value")


class HaloArray(NamedTuple):
    """The parts of the name of an array of haloes.

    Attributes:
        prefix: whose haloes, `LINE_OF_SIGHT` or such as `PLANE_1-OBJECT_1-SUBSTRUCTURE`.
        array: one of `HALO_ARRAYS`, or `kappa_sheet`.
    """

    prefix: str
    array: str


def halo_array(name: str) -> HaloArray | None:
    """The parts of the name of an array of haloes; None for any other value.

    >>> halo_array("PLANE_1-OBJECT_1-SUBSTRUCTURE-mass")
    HaloArray(prefix='PLANE_1-OBJECT_1-SUBSTRUCTURE', array='mass')
    >>> halo_array("PLANE_1-OBJECT_1-SUBSTRUCTURE-f_sub"), halo_array("LINE_OF_SIGHT-NUMBER")
    (None, None)
    """
    found = _ARRAY.fullmatch(name)
    return HaloArray(*found.groups()) if found else None


def halo_prefixes(names: Iterable[str]) -> tuple[str, ...]:
    """Whose haloes there are among the names of values, in their order.

    >>> halo_prefixes(["H0", "LINE_OF_SIGHT-x", "LINE_OF_SIGHT-y"])
    ('LINE_OF_SIGHT',)
    """
    found = (halo_array(name) for name in names)
    return tuple(dict.fromkeys(one.prefix for one in found if one))


def without_halo_arrays(values: Mapping[str, _Value]) -> dict[str, _Value]:
    """The values that are no arrays of haloes, by name."""
    return {name: value for name, value in values.items() if halo_array(name) is None}
