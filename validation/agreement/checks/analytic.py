"""Cases with a known answer, without lenstronomy.

Point sources are in `validation.agreement.analytic.lenses`, relations that hold for every profile in
`validation.agreement.analytic.fields`, whole images in `validation.agreement.analytic.images`; here is the
flux before and after blurs and stamps.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.psf import gaussian as psf
from jaxlens.kernels.psf import stamps
from validation.agreement import references
from validation.agreement.analytic import fields as analytic_fields
from validation.agreement.analytic import images as analytic_images
from validation.agreement.analytic import lenses as analytic_lenses
from validation.agreement.analytic.lenses import by_precision
from validation.agreement.inputs.draws import float32_exact
from validation.agreement.registered import fluxes
from validation.agreement.reporting.rows import Findings, Row, row

# Pixels along an image that is blurred.
BLURRED = 64
# Pixels along an image of a stamp: twenty times the widest sigma.
STAMPED = 81


def check(quick: bool) -> Findings:
    """All cases; a quick check leaves out the profiles that take longest to compile."""
    few, many = (10, 60) if quick else (24, 300)
    slow = ("CORE_SERSIC", "EPL", "NIE") if quick else ()
    masses, lights = (sorted(set(references.load(kind)) - {*slow}) for kind in ("mass", "light"))
    rows = analytic_lenses.sphere(many) + ([] if quick else analytic_lenses.mass_sheet(many))
    rows += analytic_lenses.massless_plane(few)
    rows += analytic_fields.mass_fields(masses, few) + analytic_fields.light_fluxes(lights, few)
    rows += [*_blurs(few), *_stamps(many)] + ([] if quick else fluxes.rows())
    images = analytic_images.comparisons(few)
    rows += [row for comparison in images for row in comparison.rows]
    return Findings(rows, analytic_images.pictures(images))


def _blurs(cases: int) -> list[Row]:
    """Both blurs keep a uniform sky, and the flux of light far from the edge."""
    rng = np.random.default_rng(20260123)
    sigma = float32_exact(rng.uniform(0.2, 3.0, cases))
    image = np.zeros((cases, BLURRED, BLURRED))
    inner = slice(BLURRED // 2 - 14, BLURRED // 2 + 14)
    image[:, inner, inner] = float32_exact(rng.exponential(1.0, (cases, 28, 28)))
    widths, images = jnp.asarray(sigma)[:, None, None], jnp.asarray(image)
    sums = jax.jit(lambda i, s: psf.gaussian_blur(i, s, psf.blur_radius(3.0)))
    products = jax.jit(psf.gaussian_blur_by_matrix)
    rows = []
    for name, blur in (("sums of shifted images", sums), ("matrix products", products)):
        total = np.asarray(blur(images, widths), float).sum(axis=(1, 2))
        sky = np.asarray(blur(jnp.ones_like(images), widths), float)
        errors = np.concatenate([total / image.sum(axis=(1, 2)) - 1.0, np.abs(sky - 1.0).max(axis=(1, 2))])
        title = f"blur by {name}: flux, and a uniform sky"
        rows.append(row(title, np.abs(errors), by_precision(1e-9, 1e-5), "relative"))
    return rows


def _stamps(cases: int) -> list[Row]:
    """The light in the stamp of a point source, and its centroid."""
    rng = np.random.default_rng(20260124)
    sigma = float32_exact(10 ** rng.uniform(-1.0, 0.6, cases))
    place = float32_exact(STAMPED // 2 + rng.uniform(-3.0, 3.0, (2, cases)))
    place[:, 0], place[:, 1] = STAMPED // 2, STAMPED // 2 + 0.5
    flux = float32_exact(10 ** rng.uniform(-1.0, 4.0, cases))
    losses = {}
    for exact in (True, False):
        stamp = jax.jit(jax.vmap(lambda f, x, y, s, exact=exact: _stamp(f, x, y, s, exact)))
        images = stamp(*map(jnp.asarray, (flux, *place, sigma)))
        losses[exact] = np.abs(np.asarray(images, float).sum(axis=(1, 2)) / flux - 1.0)
    remark = "lenstronomy's stamp ends at round(5 sigma) pixels; light that the shift moves beyond is lost"
    wide, lost = sigma > 0.8, losses[False]
    return [
        row("stamp, exact: flux", losses[True], by_precision(1e-9, 1e-5), "relative"),
        row("stamp, interpolated: flux, sigma > 0.8 pixels", lost[wide], 1e-4, "relative", remark),
        row("stamp, interpolated: flux, sigma 0.1 to 0.8 pixels", lost[~wide], None, "relative", remark),
    ]


def _stamp(flux: jax.Array, x: jax.Array, y: jax.Array, sigma: jax.Array, exact: bool) -> jax.Array:
    """The image of one source in one band."""
    return stamps.stamp_point_sources(flux[None, None], x[None], y[None], sigma[None], STAMPED, exact)[0]
