"""Values that are legal but absurd: a sky, or an object, that is far too bright.

They get a warning with the number.  A number that is never used, since tables set it everywhere, gets none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from jaxlens.config.coverage import Tables, free_draws, is_replaced, place_of
from jaxlens.config.errors import Place, Report
from jaxlens.config.galaxies.checks import remark_images
from jaxlens.config.model import Column, Config, Configuration, Draw, Instrument, Quantity
from jaxlens.config.naming import named_quantities
from jaxlens.config.noise_level import remark_noise
from jaxlens.config.reader import Node
from jaxlens.config.tables import Table
from jaxlens.config.usual_values import remark_unusual
from jaxlens.distributions.host import probability, support

# mag/arcsec^2: the night sky has about 22, with a full moon 18, and the sky of the day 3.
BRIGHTEST_SKY = 10.0
# mag: galaxies, quasars and stars in images of lenses are far fainter; the naked eye sees this.
BRIGHTEST_OBJECT = 5.0
# The smallest share of draws that gets a warning.
_SHARE = 1e-3
_SKY_ADVICE = (
    "brighter than any night sky; for no sky give 99 (the unit is mag/arcsec2; deeplenstronomy 0.0.2.3 takes "
    "the number for counts/s/arcsec2)"
)
_OBJECT_ADVICE = (
    "brighter than any object in an image of a lens; give apparent magnitudes, here or by a table"
)


def remark_implausible(config: Config, tree: Node, asked: Sequence[str] | None, report: Report) -> None:
    """Remark numbers that are absurdly bright or of another unit, and noise above every object or in images.

    Args:
        config: the checked file.
        tree: the whole file, for the places of the numbers.
        asked: labels or NAMEs of the configurations that are asked for; None for all.
        report: the remarks are added to it.
    """
    chosen = [
        one
        for one in config.configurations
        if not one.problems and (asked is None or one.label in asked or one.name in asked)
    ]
    tables: Tables = (*config.joints, config.backgrounds) if config.backgrounds else config.joints
    _remark_too_bright(tree, config.instrument, chosen, tables, report)
    remark_noise(tree, config.instrument, chosen, tables, BRIGHTEST_SKY, report)
    remark_unusual(config, chosen, tables, tree, report)
    remark_images(config, chosen, tree, report)


def remark_bright_rows(table: Table, matched: Mapping[Column, int], used: np.ndarray, report: Report) -> None:
    """Remark columns of a table that have an absurdly bright sky or object in a row.

    Args:
        table: the table.
        matched: parameter -> the index of its column.
        used: whether each row can be drawn, (rows,).
        report: a remark for each such column is added, at its first such row.
    """
    for column, i in matched.items():
        limit, advice = _limit(column.parameter)
        bright = np.flatnonzero((table.values[:, i] < limit) & used)
        if bright.size:
            first = int(bright[0])
            share = (
                "" if bright.size == 1 else f", and {bright.size} of {used.sum()} rows are below {limit:g}"
            )
            finding = f"is {table.values[first, i]:g}{share}, {advice}"
            report.remark(table.place(table.names[i], first), finding)


def implausible_draw(parameter: str, draw: Draw) -> str:
    """The remark about draws of a parameter that are absurdly bright; "" where there are none.

    Draws of a user's function, and numbers that follow others, are not known before they are drawn.

    >>> implausible_draw("seeing", Draw("delta_function", (("value", 0.0),)))
    ''
    >>> implausible_draw("PLANE_1-OBJECT_1-magnitude", Draw("delta_function", (("value", -5.0),)))[:32]
    'is -5, brighter than any object '
    """
    limit, advice = _limit(parameter)
    if not advice or not draw.has_distribution:
        return ""
    distribution = draw.build()
    low = support(distribution)[0]
    if not low < limit:
        return ""
    if draw.is_constant:
        return f"is {low:g}, {advice}"
    share = probability(distribution, "<", limit)
    if share < _SHARE:
        return ""
    lowest = f" (down to {low:g})" if math.isfinite(low) else ""
    return f"is below {limit:g} in {100 * share:.3g}% of the draws{lowest}, {advice}"


def _remark_too_bright(
    tree: Node,
    instrument: Instrument,
    configurations: Sequence[Configuration],
    tables: Tables,
    report: Report,
) -> None:
    """Remark each sky_brightness and magnitude that is used and too bright, once at each place."""
    said: set[Place] = set()
    for configuration in configurations:
        for name, quantity in _magnitudes(instrument, configuration, tables):
            for band, draw in free_draws(name, quantity, configuration, instrument.bands, tables):
                place, finding = place_of(tree, quantity.path, band), implausible_draw(name, draw)
                if finding and place not in said:
                    report.remark(place, finding)
                    said.add(place)


def _limit(parameter: str) -> tuple[float, str]:
    """The brightest plausible value of a parameter, -inf where there is none, and advice."""
    if parameter == "sky_brightness":
        return BRIGHTEST_SKY, _SKY_ADVICE
    if parameter.endswith(("-magnitude", "-MAG")):
        return BRIGHTEST_OBJECT, _OBJECT_ADVICE
    return -math.inf, ""


def _magnitudes(
    instrument: Instrument, configuration: Configuration, tables: Tables
) -> Iterator[tuple[str, Quantity]]:
    """The quantities of a configuration that have a limit and that its images depend on."""
    quantities = dict(named_quantities((), instrument, configuration))
    given = is_replaced(configuration, tables) or "background_noise" in quantities
    if not given and "sky_brightness" in quantities:
        yield "sky_brightness", quantities["sky_brightness"]
    # the magnitude of a transient is that of its light curve
    series = configuration.series.objects if configuration.series else ()
    for name, quantity in quantities.items():
        own = name.endswith("-magnitude") and name.removesuffix("-magnitude") not in series
        if own or name.endswith("-MAG"):
            yield name, quantity
