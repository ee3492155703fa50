"""The keys of IMAGE that say where pixels are: `pixel_scale`, or the six numbers of a map."""

from __future__ import annotations

from collections.abc import Mapping

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE, TRANSFORM, Quantity, map_scale_range
from jaxlens.config.quantities import Rule
from jaxlens.config.sections import Section

# The legal values of the six numbers: any, of which a file has all or none.
RULES: Mapping[str, Rule] = dict.fromkeys(
    PIXEL_MAP, Rule(advice=f"give all of {', '.join(PIXEL_MAP)}, or none of them and {PIXEL_SCALE}")
)
# arcsec: the sides of pixels beyond which a constant map looks as if it were in another unit.
_USUAL = (1e-3, 30.0)


def pixel_names(section: Section) -> frozenset[str]:
    """The names of the numbers that the file must have; a `pixel_scale` that has no effect gets a remark.

    Args:
        section: IMAGE.PARAMETERS.
    """
    if not any(section.has(name) for name in PIXEL_MAP):
        return frozenset({PIXEL_SCALE})
    node = section.take(PIXEL_SCALE)
    if node is not None:
        section.report.remark(
            node.place, f"has no effect, since {TRANSFORM[0]} and the others say where pixels are"
        )
    return frozenset(PIXEL_MAP)


def check_pixel_map(section: Section, quantities: tuple[tuple[str, Quantity], ...]) -> None:
    """Report a constant map whose pixels have no area, and remark one in degrees.

    Args:
        section: IMAGE.PARAMETERS.
        quantities: the numbers of IMAGE.
    """
    known = {name: one for name, one in quantities if name in TRANSFORM}
    node = section.take(TRANSFORM[0])
    if node is None or not all(one.is_constant and not one.is_linked for one in known.values()):
        return
    scale, _ = map_scale_range(lambda name: known[name].support())
    with section.report.about(*(one.path for one in known.values())):
        if scale == 0.0:
            finding = "and the other three make pixels without area, as their determinant is 0"
            section.report.problem(node.place, f"{finding}; give the change of x and y with column and row")
        elif not _USUAL[0] <= scale <= _USUAL[1] and scale == scale:
            finding = f"and the other three make pixels of {scale:.3g} arcsec, far from all usual values"
            section.report.remark(node.place, f"{finding}; a CD matrix of FITS is in degrees, 3600 arcsec")
