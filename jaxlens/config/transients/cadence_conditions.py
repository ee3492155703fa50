"""From a table of visits to a cadence: the nights of each pointing and band, and the conditions of each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import numpy as np

from jaxlens.config.draw_parameters import constant_draw
from jaxlens.config.errors import Place, Report
from jaxlens.config.instrument import IMAGE, SURVEY
from jaxlens.config.model import PIXEL_SCALE, TRANSFORM, Cadence, Instrument
from jaxlens.config.plausibility import implausible_draw
from jaxlens.config.quantities import ANY
from jaxlens.config.transients.cadence_arrays import Nights, cadence_of
from jaxlens.config.transients.cadence_tables import Visits
from jaxlens.config.usual_values import unusual

# The signal-to-noise ratio of a star of magnitude m5.
DEPTH_SIGNAL_TO_NOISE = 5.0
# sigma of a Gaussian / its full width at half maximum.
SIGMA_OF_FWHM = 1.0 / (2.0 * np.sqrt(2.0 * np.log(2.0)))
# The largest number of visits of a pointing in one band.
MAX_EPOCHS = 10_000
# A sky as faint as this (mag/arcsec^2) adds no noise: where read noise alone makes the depth m5.
NO_SKY = 99.0

# The values of one parameter for every visit, (visits,).
Conditions = Mapping[str, np.ndarray]


def cadence_of_visits(visits: Visits, mjd: float, instrument: Instrument, report: Report) -> Cadence | None:
    """The cadence that a table of visits describes.

    Args:
        visits: the table.
        mjd: REFERENCE_MJD, which is subtracted from the nights.
        instrument: IMAGE and SURVEY, whose bands are taken and whose numbers the conditions replace.
        report: the problems and remarks are added to it.

    Returns:
        The cadence; None, and problems, where a pointing lacks a band or a value is illegal.
    """
    bands = _bands(visits, instrument, report)
    if bands is None:
        return None
    are_days = visits.check("mjd", ANY, bands >= 0, report)
    conditions = _conditions(visits, bands, instrument, report)
    if conditions is None or not are_days:
        return None
    chosen = _chosen(visits, bands, instrument)
    if not _check_pointings(visits, chosen, report):
        return None
    return cadence_of(
        _values(visits.columns["mjd"], chosen),
        mjd,
        instrument.bands,
        {name: _values(values, chosen) for name, values in conditions.items()},
    )


def _chosen(visits: Visits, bands: np.ndarray, instrument: Instrument) -> dict[str, dict[str, np.ndarray]]:
    """The indices of the visits of each pointing and band, in order of time.

    The pointings are in the order in which they first appear.
    """
    labels = visits.columns.get("pointing", np.full(len(bands), "1"))
    names, first, code = np.unique(labels[bands >= 0], return_index=True, return_inverse=True)
    group = np.full(len(bands), -1)
    group[bands >= 0] = code * len(instrument.bands) + bands[bands >= 0]
    order = np.lexsort((visits.columns["mjd"], group))
    ends = np.searchsorted(group[order], np.arange(len(names) * len(instrument.bands) + 1))
    rows = [order[low:high] for low, high in itertools.pairwise(ends)]
    return {
        f"POINTING_{names[i]}": {
            band: rows[i * len(instrument.bands) + k] for k, band in enumerate(instrument.bands)
        }
        for i in np.argsort(first).tolist()
    }


def _values(values: np.ndarray, chosen: Mapping[str, Nights]) -> dict[str, dict[str, np.ndarray]]:
    """The values (visits,) of the visits of each pointing and band, of which `chosen` has the indices."""
    return {label: {band: values[rows] for band, rows in own.items()} for label, own in chosen.items()}


def _bands(visits: Visits, instrument: Instrument, report: Report) -> np.ndarray | None:
    """The index of each visit's band, (visits,), -1 for other bands; None, and a problem, if all are such."""
    words = visits.columns["band"]
    index = {word: _band(word, instrument.bands) for word in dict.fromkeys(words.tolist())}
    found = np.array([index[word] for word in words])
    place = Place(visits.source, None, visits.written["band"])
    others = [word for word, i in index.items() if i < 0]
    if np.all(found < 0):
        finding = (
            f"has only the bands {', '.join(others[:10])}; the survey's are {', '.join(instrument.bands)}"
        )
        report.problem(place, finding)
        return None
    if others:
        report.remark(place, f"the visits in {', '.join(others[:10])} are not used, as BANDS lacks them")
    return found


def _band(word: str, bands: tuple[str, ...]) -> int:
    """The index of the band that a word means: the band itself, or with a prefix or suffix (`LSST_g`, `g_6`).

    -1 where it means none.
    """
    if word in bands:
        return bands.index(word)
    parts = re.split(r"[^A-Za-z0-9]+", word)
    found = {part for part in (parts[0], parts[-1]) if part in bands}
    return bands.index(found.pop()) if len(found) == 1 else -1


def _check_pointings(visits: Visits, chosen: Mapping[str, Nights], report: Report) -> bool:
    """Whether every pointing has visits in every band, but not too many; else problems."""
    place = Place(visits.source, None, visits.written.get("pointing", ""))
    for label, own in chosen.items():
        lacking = [band for band, rows in own.items() if not rows.size]
        most = max(rows.size for rows in own.values())
        if lacking:
            finding = (
                f"{label} has no visit in {', '.join(lacking)}; give every pointing all bands of the survey"
            )
            report.problem(place, finding)
            return False
        if most > MAX_EPOCHS:
            finding = (
                f"{label} has {most} visits in a band; give at most {MAX_EPOCHS}, such as those of one field"
            )
            report.problem(place, finding)
            return False
    return True


def _conditions(
    visits: Visits, bands: np.ndarray, instrument: Instrument, report: Report
) -> dict[str, np.ndarray] | None:
    """What the visits set, by the parameter's name, (visits,); None, and a problem, where it is illegal."""
    given = dict(instrument.quantities)
    found: dict[str, np.ndarray] = {}
    for name, rule in {**IMAGE, **SURVEY}.items():
        values = visits.columns.get(name)
        if values is None:
            continue
        if name not in given:
            place = Place(visits.source, None, visits.written[name])
            report.remark(place, f"is not used, as the file's images do not depend on {name}")
            continue
        if not visits.check(name, rule, bands >= 0, report):
            return None
        found[name] = values
        _remark_absurd(visits, name, np.flatnonzero(bands >= 0), report)
    depth = visits.columns.get("m5")
    noise = "background_noise" if "background_noise" in given else "sky_brightness"
    if depth is None or noise in found or noise not in given:
        return found
    if not visits.check("m5", ANY, bands >= 0, report):
        return None
    adu = instrument.data_count_unit == "ADU"
    values = _of_depth(noise, adu, _known(found, bands, instrument), visits, report)
    return None if values is None else {**found, noise: values}


def _remark_absurd(visits: Visits, name: str, rows: np.ndarray, report: Report) -> None:
    """Remark the first of the visits `rows` with an absurdly bright sky or a number of another unit."""
    for row in rows.tolist():
        draw = constant_draw(float(visits.columns[name][row]))
        finding = implausible_draw(name, draw) or unusual(name, draw)
        if finding:
            report.remark(visits.place(name, row), finding)
            return


def _known(conditions: Conditions, bands: np.ndarray, instrument: Instrument) -> dict[str, np.ndarray]:
    """The parameters that are known for every visit, by the table or as constants of the file, (visits,)."""
    known = dict(conditions)
    for name, one in instrument.quantities:
        if name not in known and one.is_constant:
            values = np.array([draw.build().support()[0] for draw in one.draws], dtype=float)
            known[name] = values[bands] if one.per_band else np.full(len(bands), values[0])
    if all(name in known for name in TRANSFORM):
        xx, xy, yx, yy = (known[name] for name in TRANSFORM)
        known[PIXEL_SCALE] = np.sqrt(np.abs(xx * yy - xy * yx))
    return known


def _of_depth(name: str, adu: bool, known: Conditions, visits: Visits, report: Report) -> np.ndarray | None:
    """The background noise, or the sky's brightness, that makes the depth m5.

    A star of magnitude m5 has S = t 10^(-0.4 (m5 - zero point)) electrons.  Its signal-to-noise ratio is 5
    with the weights of a Gaussian PSF of full width F, which has n = 4 pi sigma^2 / pixel^2 = 2.266
    (F / pixel)^2 effective pixels:

        S / sqrt(S + n B) = 5,    B = (S^2 / 25 - S) / n

    B is the variance of the background in a pixel, electrons^2: background_noise = sqrt(B) / t, or
    B = read_noise^2 + t 10^(-0.4 (sky_brightness - zero point)) pixel^2.  (Ivezic et al. 2019, ApJ 873, 111,
    section 3.2, and the LSST document SMTN-002.)

    Args:
        name: background_noise or sky_brightness.
        adu: whether counts are ADU, so that background_noise is divided by the gain.
        known: what is known of every visit, by the parameter's name, (visits,).
        visits: the table, for messages.
        report: a problem is added where a number is missing.

    Returns:
        The values, (visits,); None where a number is missing.
    """
    needed = ["magnitude_zero_point", "exposure_time", "seeing", "pixel_scale"]
    needed += ["ccd_gain"] if name == "background_noise" and adu else []
    needed += ["read_noise"] if name == "sky_brightness" else []
    for one in needed:
        if one not in known:
            place = Place(visits.source, None, visits.written["m5"])
            report.problem(place, f"needs {one}; give its column, or a constant {one} in the file")
            return None
    with np.errstate(all="ignore"):
        values = _background(name, adu, visits.columns["m5"], known, visits, report)
    wrong = np.flatnonzero(np.isfinite(visits.columns["m5"]) & ~np.isfinite(values))
    if wrong.size:
        finding = f"gives no finite {name} with the other numbers of the visit; give a magnitude"
        report.problem(visits.place("m5", int(wrong[0])), finding)
    return None if wrong.size else values


def _background(
    name: str, adu: bool, depth: np.ndarray, known: Conditions, visits: Visits, report: Report
) -> np.ndarray:
    """The background noise or the sky's brightness of the depth m5; arguments as for `_of_depth`."""
    t, zero_point, pixel = known["exposure_time"], known["magnitude_zero_point"], known["pixel_scale"]
    electrons = t * 10.0 ** (-0.4 * (depth - zero_point))
    pixels = 4.0 * np.pi * (SIGMA_OF_FWHM * known["seeing"] / pixel) ** 2
    variance = np.maximum(electrons**2 / DEPTH_SIGNAL_TO_NOISE**2 - electrons, 0.0) / pixels
    if name == "background_noise":
        return np.sqrt(variance) / t / (known["ccd_gain"] if adu else 1.0)
    sky = (variance - known["read_noise"] ** 2) / (t * pixel**2)
    dark = sky <= 0.0
    if dark.any():
        share = f"{100 * dark.mean():.3g}% of the visits"
        finding = f"{share} are deeper than the read noise allows; they get no sky"
        report.remark(Place(visits.source, None, visits.written["m5"]), finding)
    return np.where(dark, NO_SKY, zero_point - 2.5 * np.log10(np.where(dark, 1.0, sky)))
