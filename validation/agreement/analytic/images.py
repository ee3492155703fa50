"""Whole images with a known answer, through the Simulator from its parameters to its pixels.

Sums over pixels of a Gaussian of sigma >= 1.4 pixels are its integrals to rounding, so nothing here is
limited by the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import numpy as np

from jaxlens import Simulator
from validation.agreement.analytic.lenses import by_precision
from validation.agreement.inputs.draws import Cases, exact
from validation.agreement.inputs.small_scenes import galaxy, parameters, predicted_sigma, simulator
from validation.agreement.reporting.rows import OF_THE_PEAK, Picture, Row, peak_errors, row, worst_and_median

# Pixels along a side of an image.
PIXELS = 80
# arcsec a pixel, exactly a float32.
SCALE = float(np.float32(0.05))
# counts/s, of magnitude 20 at zero point 25.
FLUX = 100.0
# Full width at half maximum of a Gaussian in units of sigma.
FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"
MASS, LIGHT, SHEAR = "MASS_PROFILE_1", "LIGHT_PROFILE_1", "SHEAR_PROFILE_1"


@dataclass(frozen=True)
class Comparison:
    """Images (cases, ny, nx) by jaxlens and as they should be, sigma of their noise, and further rows."""

    title: str
    ours: np.ndarray
    expected: np.ndarray
    noise: np.ndarray
    tolerance: float
    remark: str = ""
    more: list[Row] = field(default_factory=list)

    @property
    def errors(self) -> np.ndarray:
        """The largest difference of each case over its peak, (cases,)."""
        return peak_errors(self.ours, self.expected)

    @property
    def rows(self) -> list[Row]:
        """The row of the whole images, and the further ones."""
        whole = row(f"{self.title}: image", self.errors, self.tolerance, OF_THE_PEAK, self.remark)
        return [whole, *self.more]


def comparisons(cases: int) -> list[Comparison]:
    """Every kind of image."""
    return [
        einstein_ring(cases),
        sheet_and_shear(cases),
        isothermal_arcs(cases),
        blurred_gaussian(cases),
        mass_sheet(cases),
        massless_plane(cases, 2),
        massless_plane(cases, 1),
    ]


def pictures(found: list[Comparison]) -> list[Picture]:
    """The worst and the median image, in units of their tolerance."""
    cases = [(comparison, k) for comparison in found for k in range(len(comparison.ours))]
    errors = np.concatenate([comparison.errors / comparison.tolerance for comparison in found])

    def draw(case: int, which: str) -> Picture:
        comparison, k = cases[case]
        return Picture(
            title=f"{which} image: {comparison.title}",
            quantity="counts/s",
            ours=comparison.ours[k],
            theirs=comparison.expected[k],
            noise=comparison.noise[k],
            noise_label="sigma of a 100 s exposure",
        )

    return worst_and_median(errors, draw)


def _rendered(sim: Simulator, given: Cases, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """The images (cases, ny, nx) of the one band, and their noise."""
    params = parameters(sim, cases, given)
    images = sim.render(params)
    noise = jax.vmap(lambda p, image: predicted_sigma(sim.scene, p, image))(params, images)
    return np.asarray(images[:, 0], float), np.asarray(noise[:, 0], float)


def _pixels() -> tuple[np.ndarray, np.ndarray]:
    """Pixel centers (ny, nx) in arcsec."""
    axis = (np.arange(PIXELS) - (PIXELS - 1) / 2) * SCALE
    x, y = np.meshgrid(axis, axis)
    return x, y


def _gaussian(dx: np.ndarray, dy: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Counts/s in a pixel of the Gaussian source of FLUX; sigma (cases,), the others (cases, ny, nx)."""
    variance = sigma[:, None, None] ** 2
    return np.asarray(FLUX * SCALE**2 / (2 * np.pi * variance) * np.exp(-0.5 * (dx**2 + dy**2) / variance))


def _relative(name: str, ours: np.ndarray, expected: np.ndarray) -> Row:
    return row(name, np.abs(ours / expected - 1.0), by_precision(1e-9, 1e-5), "relative")


def _whole_image() -> float:
    return by_precision(1e-9, 5e-5)


def einstein_ring(cases: int) -> Comparison:
    """A Gaussian exactly behind an SIS: brightness G(r - theta_E), a ring.

    Its mean radius is theta_E + sigma^2 / theta_E and its flux sqrt(2 pi) theta_E / sigma times the source's.
    """
    rng = np.random.default_rng(20260116)
    given = exact({"theta_E": rng.uniform(0.85, 1.2, cases), "sigma": rng.uniform(0.07, 0.12, cases)})
    center = exact({name: rng.uniform(-0.03, 0.03, cases) for name in ("center_x", "center_y")})
    sim = simulator([galaxy(mass=["SIS"]), galaxy(["GAUSSIAN"])], PIXELS, image={"pixel_scale": SCALE})
    params = {f"{LENS}-{MASS}-theta_E": given["theta_E"], f"{SOURCE}-{LIGHT}-sigma": given["sigma"]}
    params |= {f"{LENS}-{MASS}-{name}": value for name, value in center.items()}
    params |= {f"{SOURCE}-{LIGHT}-{name}": value for name, value in center.items()}
    ours, noise = _rendered(sim, params, cases)
    x, y = _pixels()
    r = np.hypot(x - center["center_x"][:, None, None], y - center["center_y"][:, None, None])
    expected = _gaussian(r - given["theta_E"][:, None, None], np.zeros_like(r), given["sigma"])
    theta, sigma, total = given["theta_E"], given["sigma"], ours.sum(axis=(1, 2))
    more = [
        _relative(
            "Einstein ring: mean radius", (r * ours).sum(axis=(1, 2)) / total, theta + sigma**2 / theta
        ),
        _relative("Einstein ring: flux", total, FLUX * np.sqrt(2 * np.pi) * theta / sigma),
    ]
    return Comparison("Einstein ring", ours, expected, noise, _whole_image(), more=more)


def sheet_and_shear(cases: int) -> Comparison:
    """A Gaussian through a sheet and a shear: G(A theta - beta), and mu times its flux.

    mu = 1 / ((1 - kappa)^2 - gamma^2).
    """
    rng = np.random.default_rng(20260117)
    params = exact(
        {
            f"{LENS}-{MASS}-kappa": rng.uniform(-0.2, 0.3, cases),
            f"{LENS}-{SHEAR}-gamma1": rng.uniform(-0.1, 0.1, cases),
            f"{LENS}-{SHEAR}-gamma2": rng.uniform(-0.1, 0.1, cases),
            f"{SOURCE}-{LIGHT}-sigma": rng.uniform(0.1, 0.13, cases),
            f"{SOURCE}-{LIGHT}-center_x": rng.uniform(-0.1, 0.1, cases),
            f"{SOURCE}-{LIGHT}-center_y": rng.uniform(-0.1, 0.1, cases),
        }
    )
    lens = galaxy(mass=["CONVERGENCE"], shear=True)
    sim = simulator([lens, galaxy(["GAUSSIAN"])], PIXELS, image={"pixel_scale": SCALE})
    ours, noise = _rendered(sim, params, cases)
    kappa, gamma1, gamma2, sigma, beta_x, beta_y = (v[:, None, None] for v in params.values())
    x, y = _pixels()
    u = (1.0 - kappa - gamma1) * x - gamma2 * y - beta_x
    v = (1.0 - kappa + gamma1) * y - gamma2 * x - beta_y
    expected = _gaussian(u, v, sigma[:, 0, 0])
    mu = 1.0 / ((1.0 - kappa) ** 2 - gamma1**2 - gamma2**2)[:, 0, 0]
    more = [_relative("sheet and shear: flux is mu times the source's", ours.sum(axis=(1, 2)), FLUX * mu)]
    return Comparison("sheet and shear", ours, expected, noise, _whole_image(), more=more)


def isothermal_arcs(cases: int) -> Comparison:
    """A Gaussian beside the axis of an SIS: its flux is the mean over the source of the known magnification.

    All images of a point at beta < theta_E together have mu = 2 theta_E / beta.
    """
    rng = np.random.default_rng(20260118)
    theta, sigma = rng.uniform(0.9, 1.1, cases), rng.uniform(0.07, 0.1, cases)
    beta, angle = rng.uniform(0.0, 0.2, cases), rng.uniform(0.0, 2 * np.pi, cases)
    params = exact(
        {
            f"{LENS}-{MASS}-theta_E": theta,
            f"{SOURCE}-{LIGHT}-sigma": sigma,
            f"{SOURCE}-{LIGHT}-center_x": beta * np.cos(angle),
            f"{SOURCE}-{LIGHT}-center_y": beta * np.sin(angle),
        }
    )
    sim = simulator([galaxy(mass=["SIS"]), galaxy(["GAUSSIAN"])], PIXELS, image={"pixel_scale": SCALE})
    ours, noise = _rendered(sim, params, cases)
    theta, sigma, beta_x, beta_y = params.values()
    x, y = _pixels()
    stretch = 1.0 - theta[:, None, None] / np.hypot(x, y)
    expected = _gaussian(stretch * x - beta_x[:, None, None], stretch * y - beta_y[:, None, None], sigma)
    sources = zip(theta, sigma, np.hypot(beta_x, beta_y), strict=True)
    flux = np.array([_lensed_flux(*source) for source in sources])
    more = [_relative("arcs: flux is the source's weighted with mu", ours.sum(axis=(1, 2)), flux)]
    return Comparison("arcs behind an SIS", ours, expected, noise, _whole_image(), more=more)


def _lensed_flux(theta: float, sigma: float, beta: float) -> float:
    """Integral of mu times the Gaussian at (beta, 0), in polar coordinates around the lens."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    r = 0.5 * theta * (nodes + 1.0)
    angle = np.arange(400) * 2 * np.pi / 400
    squared = r[:, None] ** 2 + beta**2 - 2.0 * r[:, None] * beta * np.cos(angle)
    light = np.exp(-0.5 * squared / sigma**2) / (2 * np.pi * sigma**2)
    # mu r = 2 theta_E; the source has no light beyond theta_E
    return float(FLUX * np.sum(0.5 * theta * weights * light.mean(axis=1)) * 2 * np.pi * 2.0 * theta)


def blurred_gaussian(cases: int) -> Comparison:
    """A Gaussian seen through a Gaussian PSF: the variances add, the flux stays."""
    rng = np.random.default_rng(20260119)
    params = exact(
        {
            f"{LENS}-{LIGHT}-sigma": rng.uniform(0.08, 0.2, cases),
            "seeing": FWHM_PER_SIGMA * rng.uniform(0.08, 0.2, cases),
            f"{LENS}-{LIGHT}-center_x": rng.uniform(-0.1, 0.1, cases),
            f"{LENS}-{LIGHT}-center_y": rng.uniform(-0.1, 0.1, cases),
        }
    )
    camera = {"pixel_scale": SCALE, "psf_type": "GAUSSIAN"}
    sim = simulator([galaxy(["GAUSSIAN"])], PIXELS, image=camera, survey={"seeing": 0.3})
    ours, noise = _rendered(sim, params, cases)
    sigma, seeing, center_x, center_y = params.values()
    x, y = _pixels()
    width = np.hypot(sigma, seeing / FWHM_PER_SIGMA)
    expected = _gaussian(x - center_x[:, None, None], y - center_y[:, None, None], width)
    remark = "the blur ends at 5 sigma, where 6e-7 of the light is missing along each axis"
    more = [_relative("Gaussian blurred by a Gaussian: flux", ours.sum(axis=(1, 2)), np.full(cases, FLUX))]
    tolerance = by_precision(2e-6, 5e-5)
    return Comparison("Gaussian blurred by a Gaussian", ours, expected, noise, tolerance, remark, more)


def mass_sheet(cases: int) -> Comparison:
    """The mass-sheet transformation: lens and source scaled by 1 - k in a sheet k give the same image."""
    rng = np.random.default_rng(20260120)
    params, k = _random_lens(rng, cases), exact({"k": rng.uniform(-0.3, 0.4, cases)})["k"]
    lens = galaxy(mass=["SIE", "CONVERGENCE"], shear=True)
    sim = simulator([lens, galaxy(["SERSIC_ELLIPSE"])], PIXELS, image={"pixel_scale": SCALE})
    expected, noise = _rendered(sim, params, cases)
    scaled = ("theta_E", "gamma1", "gamma2", "R_sersic")
    shrunk = {name: v * (1.0 - k) for name, v in params.items() if name.split("-")[-1] in scaled}
    shrunk |= {name: v * (1.0 - k) for name, v in params.items() if f"{LIGHT}-center" in name}
    # the same surface brightness on (1 - k)^2 of the area
    shrunk |= {f"{SOURCE}-{LIGHT}-magnitude": 20.0 - 5.0 * np.log10(1.0 - k)}
    shrunk |= {f"{LENS}-MASS_PROFILE_2-kappa": k}
    ours, _ = _rendered(sim, params | shrunk, cases)
    return Comparison("mass-sheet transformation", ours, expected, noise, _whole_image())


def _random_lens(rng: np.random.Generator, cases: int) -> dict[str, np.ndarray]:
    """An SIE with shear in plane 1, a Sersic source in plane 2."""
    params = {f"{LENS}-{MASS}-theta_E": rng.uniform(0.6, 1.2, cases)}
    params |= {f"{LENS}-{MASS}-{name}": rng.uniform(-0.25, 0.25, cases) for name in ("e1", "e2")}
    params |= {f"{LENS}-{SHEAR}-{name}": rng.uniform(-0.06, 0.06, cases) for name in ("gamma1", "gamma2")}
    params |= {f"{SOURCE}-{LIGHT}-{name}": rng.uniform(-0.3, 0.3, cases) for name in ("e1", "e2")}
    params |= {f"{SOURCE}-{LIGHT}-{name}": rng.uniform(-0.3, 0.3, cases) for name in ("center_x", "center_y")}
    params |= {f"{SOURCE}-{LIGHT}-R_sersic": rng.uniform(0.2, 0.4, cases)}
    params |= {f"{SOURCE}-{LIGHT}-n_sersic": rng.uniform(0.7, 3.0, cases)}
    return exact(params)


def massless_plane(cases: int, at: int) -> Comparison:
    """Three planes, of which plane `at` has theta_E = 0, against the other two planes alone."""
    rng = np.random.default_rng((20260121, at))
    params = _random_lens(rng, cases)
    lens, source = galaxy(["SERSIC_ELLIPSE"], ["SIE"], shear=True), galaxy(["SERSIC_ELLIPSE"])
    two = simulator([lens, source], PIXELS, image={"pixel_scale": SCALE})
    planes = [lens, source]
    planes.insert(at - 1, galaxy(mass=["SIE"]))
    three = simulator(planes, PIXELS, image={"pixel_scale": SCALE})
    expected, noise = _rendered(two, params, cases)
    moved = {_behind(name, at): value for name, value in params.items()}
    ours, _ = _rendered(three, moved | {f"PLANE_{at}-OBJECT_1-{MASS}-theta_E": np.zeros(cases)}, cases)
    return Comparison(f"massless plane {at} of 3", ours, expected, noise, _whole_image())


def _behind(name: str, at: int) -> str:
    """A parameter's name once a plane has been put in at place `at`."""
    plane, rest = name.removeprefix("PLANE_").split("-", 1)
    return f"PLANE_{int(plane) + (int(plane) >= at)}-{rest}"
