"""Reading a DISTRIBUTION that a survey measured, such as `des_seeing` (see `jaxlens.config.surveys`)."""

from __future__ import annotations

import math

import numpy as np

from jaxlens.config.draw_parameters import WRONG, constant_draw, read_parameters, unknown
from jaxlens.config.model import Draw
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.surveys import histogram, histograms, survey_distributions
from jaxlens.distributions import RESERVED

# The only survey distribution that has a parameter.
COADDED = "lsst_num_exposures"
# Its parameter, the number of years whose exposures are added.
YEARS = "coadd_years"
# Years: the time in which the exposures in the table of lsst_num_exposures are taken; the default.
_ALL_YEARS = 10.0
# Years: the largest legal value of the parameter.
_MAX_YEARS = 100.0

# no distribution of a user has the name of a survey's
RESERVED.update(survey_distributions())


def read_survey_draws(
    section: Section, name: str, node: Node | None, bands: tuple[str, ...]
) -> tuple[Draw, ...]:
    """The draws of a survey's distribution, one for each band.

    Args:
        section: the mapping under DISTRIBUTION.
        name: the name of the distribution, one of `survey_distributions()`.
        node: its PARAMETERS, or None.
        bands: the bands for which values are drawn.

    Returns:
        The draws; `WRONG`, and a problem, for each draw that is illegal.
    """
    years = {YEARS: False} if name == COADDED else {}
    parameters = read_parameters(section, name, node, years, years)
    if unknown(parameters):
        return (WRONG,) * len(bands)
    share = None
    if years:
        coadded = np.asarray(dict(parameters).get(YEARS, _ALL_YEARS)).item()
        if not 0.0 < coadded <= _MAX_YEARS:
            finding = f"is {coadded:g}; it must be above 0 and at most {_MAX_YEARS:g}"
            section.report.problem(node.entries[YEARS].place, finding)  # type: ignore[union-attr]
            return (WRONG,) * len(bands)
        share = coadded / _ALL_YEARS
    return tuple(_measured(section, name, band, share) for band in bands)


def _measured(section: Section, name: str, band: str, share: float | None) -> Draw:
    """The draw in one band; unless `share` is None, values are multiplied by it and rounded down."""
    found = histogram(name, band)
    if found is None:
        finding = f"{name} has no band {band}; its bands are {', '.join(histograms(name))}"
        section.report.problem(section.node.place, finding)  # type: ignore[union-attr]
        return WRONG
    values, weights = found
    if share is not None:
        values = tuple(float(math.floor(value * share)) for value in values)
    if len(values) == 1:
        return constant_draw(values[0])
    return Draw("categorical", (("values", values), ("weights", weights)))
