"""Remarks on light curves that are cut off: spectra that lack a band or a night, peaks far from all nights.

A template has no flux outside the wavelengths and phases of its table.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jaxlens.config.errors import Report
from jaxlens.config.model import Config, Configuration, PointSource, Transient
from jaxlens.config.naming import redshift_name, transients
from jaxlens.config.plausibility import BRIGHTEST_OBJECT
from jaxlens.config.reader import Node
from jaxlens.config.supports import bounds
from jaxlens.config.transients.spectral_coverage import brightness_warnings, coverage_warnings
from jaxlens.kernels.transients import TRANSIENTS

# The share of its largest flux that a template may have at its last phase without a remark.
FAINT = 0.05
# Days: a peak so long before the first night, or after the last one, is far from all nights.
FAR = 1000.0


def check_transients(config: Config, tree: Node, report: Report) -> None:
    """Remark light curves that are cut off, or absurdly bright.

    Args:
        config: the whole file.
        tree: the file as it was read, for the places.
        report: the remarks are added to it.
    """
    for configuration in (one for one in config.configurations if not one.problems):
        labels = dict(_labels(configuration))
        for prefix, model in transients(configuration):
            node = tree.entries["SPECIES"].entries[labels[prefix]].entries["MODEL"]
            bright = brightness_warnings(model.library) if model.name == "sed" else []
            covered = _coverage(config, configuration, prefix, model)
            for finding in (*bright, *_bright_table(model), *covered, *_end(configuration, model)):
                report.remark(node.place, finding)
        if configuration.series is not None:
            node = tree.entries["GEOMETRY"].entries[configuration.label].entries["TIMESERIES"]
            for finding in _far_peaks(config, configuration):
                report.remark(node.place.at("PEAK"), finding)
            for finding in _replaced_nights(config, configuration):
                report.remark(node.place.at("NITES"), finding)


def _replaced_nights(config: Config, configuration: Configuration) -> Iterator[str]:
    """What the nights of a cadence set, and a table or a joint distribution too."""
    conditions = configuration.series.cadence.conditions if configuration.series else ()
    for joint in config.joints:
        own = (one.parameter for one in joint.columns if one.configuration in (None, configuration.label))
        for name in sorted({*own} & set(conditions)):
            yield f"has {name} for each visit, but {joint.label} sets it too, and goes before"


def _labels(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """The prefix of each point source, and its label in SPECIES."""
    for plane in configuration.planes:
        for label, species in plane.objects:
            if isinstance(species, PointSource):
                yield f"{plane.label}-{label}", species.label


def _coverage(config: Config, configuration: Configuration, prefix: str, model: Transient) -> list[str]:
    """The bands that spectra do not cover at the redshifts of an object."""
    passbands = config.instrument.passbands
    if passbands is None or "wavelength" not in model.library.arrays:
        return []
    plane = next(one for one in configuration.planes if one.label == prefix.partition("-")[0])
    low, high = bounds(redshift_name(plane), plane.redshift, config.joints)
    return coverage_warnings(model.library, passbands, config.bands, max(low, 0.0), max(high, 0.0))


def _end(configuration: Configuration, model: Transient) -> Iterator[str]:
    """Templates that end while they are still bright, where the nights span more than they do."""
    arrays, series = model.library.arrays, configuration.series
    if "sed" not in arrays or series is None:
        return
    flux = arrays["sed"].reshape(-1, *arrays["sed"].shape[-2:]).sum(axis=2)
    phases = arrays["phases"].reshape(-1, flux.shape[1])
    share = flux[:, -1] / flux.max(axis=1)
    day = series.cadence.arrays["day"]
    short = phases[:, -1] - phases[:, 0] < day.max() - day.min()
    cut = np.flatnonzero((share > FAINT) & short)
    if cut.size:
        worst = cut[np.argmax(share[cut])]
        finding = f"the spectra of {model.library.ids[worst]} end {phases[worst, -1]:.0f} days after the peak"
        more = f" (and {cut.size - 1} more end so)" if cut.size > 1 else ""
        yield f"{finding} at {share[worst]:.0%} of its flux{more}; the flux of later nights is taken as zero"


def _bright_table(model: Transient) -> Iterator[str]:
    """Tables of magnitudes that are absurdly bright."""
    if model.name != "lightcurve":
        return
    brightest = float(np.nanmin(model.library.arrays["magnitude"]))
    if brightest < BRIGHTEST_OBJECT:
        finding = f"the light curve of {model.library.ids[0]} reaches magnitude {brightest:g}"
        yield f"{finding}, brighter than any object in an image of a lens; give apparent magnitudes"


def _far_peaks(config: Config, configuration: Configuration) -> Iterator[str]:
    """Peaks that are so far from all nights that nothing is seen."""
    series = configuration.series
    ending = [prefix for prefix, one in transients(configuration) if TRANSIENTS[one.name].outside == "zero"]
    if series is None or not ending:
        return
    day = series.cadence.arrays["day"]
    first, last = float(day.min()), float(day.max())
    for name, quantity in series.peaks:
        if name != "PEAK" and name.removesuffix("-PEAK") not in ending:
            continue
        low, high = bounds(name, quantity, config.joints)
        if low > last + FAR or high < first - FAR:
            span = f"{low:g}" if low == high else f"from {low:g} to {high:g}"
            finding = f"{name} is {span}, far from the nights, which are day {first:g} to {last:g}"
            yield f"{finding} since REFERENCE_MJD; nothing is seen, so change PEAK or REFERENCE_MJD"
