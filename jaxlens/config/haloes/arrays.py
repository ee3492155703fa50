"""The names of the arrays of haloes among the values of a system, such as `LINE_OF_SIGHT-mass`.

These have one number for each halo, (haloes,), and not one for each band; the first NUMBER of them are
haloes, the rest is zero.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from jaxlens.config.haloes.names import KAPPA_SHEET, SUBSTRUCTURE
from jaxlens.config.model.haloes import HALO_ARRAYS, LINE_OF_SIGHT

_ARRAY = re.compile(rf"({LINE_OF_SIGHT}|.+-{SUBSTRUCTURE})-({'|'.join((*HALO_ARRAYS, KAPPA_SHEET))})")


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
