"""What the page of a fitted lens shows: its images, lines and words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posterior import with_free_values
from jaxlens.kernels.types import Params
from jaxlens.modelling.light_images import light_of_plane, source_brightness
from jaxlens.modelling.samples.record import Record
from jaxlens.plotting.lens_page import LensPage
from jaxlens.products.critical_curves import CriticalCurves, critical_curves

if TYPE_CHECKING:
    from jaxlens.modelling.lens_result import LensFit

# Pixels along a side of the picture of the source.
SOURCE_PIXELS = 200
# The picture of the source shows what is brighter than this share of its peak, with so much room; the faint
# wings of a sum of Gaussians reach much farther.
_SHOWN, _ROOM = 0.1, 1.5
# Points along a side of the grid on which a source is first looked for.
_COARSE = 120


class Pictures(NamedTuple):
    """Images and lines of a fitted lens.

    Attributes:
        lens_light: the model of the light of the lens with the sky, (bands, y, x).
        source: the surface brightness of the source in its plane, counts/s/arcsec^2, (bands, m, m).
        source_center: the middle of `source`, arcsec.
        source_half_width: arcsec, from its middle to its edge.
        lines: the critical lines and caustics.
        center: the middle of the images, arcsec.
        half_width: arcsec, from there to their edge.
    """

    lens_light: np.ndarray
    source: np.ndarray
    source_center: tuple[float, float]
    source_half_width: float
    lines: CriticalCurves
    center: tuple[float, float]
    half_width: float


def pictures(found: LensFit) -> Pictures:
    """The images and lines of a fitted lens, in double precision as the fit."""
    with jax.enable_x64(True):
        return _pictures(found)


def _pictures(found: LensFit) -> Pictures:
    lens, data, params = found.problem.lens, found.data, _params(found)
    amplitudes = np.asarray(found.amplitudes)
    scene = lens.model.scene
    xx, xy, yx, yy, x0, y0 = np.asarray(data.grid[0, 0], float)
    half_width = 0.5 * data.image.shape[-1] * math.sqrt(abs(xx * yy - xy * yx))
    center = (float(x0), float(y0))
    lines = critical_curves(scene, len(scene.planes) - 1, params, half_width, center)
    light = light_of_plane(lens, params, data, amplitudes).reshape(-1, *data.image.shape[-2:])
    middle, side = _where(found, params, lines, center, half_width)
    source = source_brightness(lens, params, amplitudes, *_square(middle, side, SOURCE_PIXELS))
    return Pictures(light, source, middle, side, lines, center, half_width)


def _params(found: LensFit) -> Params:
    """The parameters of the chosen model, each () or (bands,)."""
    problem = found.problem
    point = np.array(next(rung.point for rung in found.rungs if rung.label == found.model))
    point[np.asarray(found.settings.active) > 0.0] = found.fit.unconstrained[0]
    values = problem.constants.transform.constrained(jnp.asarray(point))
    return with_free_values(problem.lens.model, problem.constants, problem.base, values)


def _square(center: tuple[float, float], half_width: float, points: int) -> tuple[np.ndarray, np.ndarray]:
    """The middles of square pixels about a point: x and y, (points, points)."""
    axis = half_width * (2.0 * np.arange(points) + 1.0 - points) / points
    x, y = np.meshgrid(axis + center[0], axis + center[1])
    return x, y


def _where(
    found: LensFit, params: Params, lines: CriticalCurves, center: tuple[float, float], half_width: float
) -> tuple[tuple[float, float], float]:
    """The middle and the half width of the picture of the source: its light, and the tangential caustic."""
    x, y = _square(center, 0.7 * half_width, _COARSE)
    light = np.maximum(
        source_brightness(found.problem.lens, params, np.asarray(found.amplitudes), x, y)[0], 0.0
    )
    if not light.max() > 0.0:
        return center, 0.5 * half_width
    bright = np.where(light > _SHOWN * light.max(), light, 0.0)
    middle = (float((bright * x).sum() / bright.sum()), float((bright * y).sum() / bright.sum()))
    side = _ROOM * np.hypot(x - middle[0], y - middle[1])[bright > 0.0].max()
    for caustic in lines.tangential_caustics:
        side = max(side, 1.15 * np.abs(caustic - np.asarray(middle)).max())
    return middle, float(np.clip(side, 0.02 * half_width, 0.7 * half_width))


def page_of(found: LensFit, drawn: Pictures, record: Record) -> LensPage:
    """The page of a fitted lens of a sample.

    Args:
        found: its fit.
        drawn: its images and lines.
        record: its numbers.
    """
    return _page(found, drawn, f"{record.name}   {record.model}", _text(record))


def page_of_fit(found: LensFit) -> LensPage:
    """The page of a fitted lens that is of no sample.

    Args:
        found: its fit.
    """
    drawn = pictures(found)
    return _page(found, drawn, found.model, _text_of_fit(found, drawn.lines.einstein_radius))


def _page(found: LensFit, drawn: Pictures, title: str, text: Iterable[str]) -> LensPage:
    fit = found.fit
    return LensPage(
        title=title,
        image=np.asarray(found.data.image).reshape(fit.images[0].shape),
        model=fit.model[0],
        noise_sigma=fit.noise_sigma[0],
        mask=fit.mask[0],
        lens_light=drawn.lens_light,
        bands=fit.bands,
        half_width=drawn.half_width,
        center=drawn.center,
        source=drawn.source[0],
        source_half_width=drawn.source_half_width,
        source_center=drawn.source_center,
        tangential=drawn.lines.tangential,
        radial=drawn.lines.radial,
        tangential_caustic=drawn.lines.tangential_caustics,
        radial_caustic=drawn.lines.radial_caustics,
        text=tuple(text),
    )


def _text(record: Record) -> Iterator[str]:
    """The lines of text of a page."""
    yield f"theta_E          {record.theta_E:.4f} +- {record.theta_E_error:.4f} arcsec"
    yield f"critical radius  {record.critical_radius:.4f} arcsec"
    yield from _numbers_of_mass(record.parameters)
    yield ""
    yield (
        f"chi-square {record.chi_square:.0f} of {record.degrees_of_freedom} degrees of freedom "
        f"({record.chi_square_per_degree:.3f})"
    )
    yield f"ln(evidence) {record.evidence:.1f}"
    yield f"reached from {record.reached} of {record.starts} starts"
    yield ""
    yield record.confidence
    for flag in record.flags:
        yield f"! {flag.words}: {flag.sentence}"


def _text_of_fit(found: LensFit, critical_radius: float) -> Iterator[str]:
    """The lines of text of the page of a fit alone."""
    fit = found.fit
    pairs = zip(fit.values[0].tolist(), fit.sigma[0].tolist(), strict=True)
    numbers = dict(zip(fit.names, pairs, strict=True))
    radius = [pair for name, pair in numbers.items() if name.endswith("-theta_E")]
    if radius:
        yield f"theta_E          {radius[0][0]:.4f} +- {radius[0][1]:.4f} arcsec"
    yield f"critical radius  {critical_radius:.4f} arcsec"
    yield from _numbers_of_mass(numbers)
    yield ""
    yield (
        f"chi-square {fit.chi_square[0]:.0f} of {fit.degrees_of_freedom[0]} degrees of freedom "
        f"({fit.chi_square_per_degree[0]:.3f})"
    )
    yield f"ln(evidence) {found.evidence:.1f}"
    yield ""
    yield found.confidence


def _numbers_of_mass(numbers: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    """The numbers of masses and shears but theta_E with their errors."""
    for name, (value, error) in numbers.items():
        short = name.rpartition("-")[2]
        if ("MASS_PROFILE" in name or "SHEAR_PROFILE" in name) and short != "theta_E":
            yield f"{short:16} {value:.4f} +- {error:.4f}"
