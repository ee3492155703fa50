"""The products that are columns of datasets and labels of streams, by name.

einstein_radius          by the area within the tangential critical curves, arcsec
einstein_radius_mass     within which the mean convergence is 1, arcsec
source_magnification     flux of the source with the lens over that without it, by band
arc_snr                  total signal-to-noise ratio of the source, by band
arc_magnitude            magnitude of the lensed extended source in the image, by band
lens_magnitude           magnitude of all other extended light in the image, by band
point_source_magnitude   magnitude of all images of the lensed point sources, by band
detectable               1 where the system meets LABELS of the file, else 0
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.config.model.labels import Labels
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.epochs import first_epoch
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Params
from jaxlens.products.einstein_radii import radius_by_area, radius_by_mass
from jaxlens.products.lens_maps import lensed_plane
from jaxlens.products.light import lensed_magnitudes, source_magnification, visibility

NAMES = (
    "einstein_radius",
    "einstein_radius_mass",
    "source_magnification",
    "arc_snr",
    "arc_magnitude",
    "lens_magnitude",
    "point_source_magnitude",
    "detectable",
)


def products_of(scene: Scene) -> tuple[str, ...]:
    """The products that a configuration has, of `NAMES`.

    Args:
        scene: the static part of the configuration.
    """
    j = lensed_plane(scene)
    source, is_lensed = scene.planes[j], scene.is_lensed(j)
    has_flux = all(light.kernel.total_flux is not None for light in source.light)
    steady = [one for one in source.points if f"{one.prefix}-magnitude" in scene.parameters]
    has = {
        "einstein_radius": is_lensed,
        "einstein_radius_mass": is_lensed,
        "source_magnification": is_lensed and has_flux and bool(source.light or steady),
        "arc_snr": is_lensed and scene.backgrounds != "replace" and bool(source.light or steady),
        "arc_magnitude": is_lensed and bool(source.light),
        "lens_magnitude": any(plane.light for plane in scene.planes[:j]),
        "point_source_magnitude": bool(steady) and is_lensed,
    }
    has["detectable"] = scene.labels is not None and all(
        has[name] or not is_lensed for name in _needed(scene.labels)
    )
    return tuple(name for name in NAMES if has[name])


def product_values(scene: Scene, params: Params, assets: Assets) -> dict[str, jax.Array]:
    """The products of one system for which the scene asks.

    Args:
        scene: the static part of the configuration; its `products` are those that are computed.
        params: the parameters of one system, each () or (bands,).
        assets: the arrays of the configuration.

    Returns:
        By name, () or (bands,).
    """
    j, asked = lensed_plane(scene), set(scene.products)
    labels = scene.labels or Labels()
    is_judged = "detectable" in asked and scene.is_lensed(j)
    needed = asked | (set(_needed(labels)) if is_judged else set())
    params = {name: params[name] for name in scene.parameters}
    whole = dict(with_tables(scene, params, assets))
    found: dict[str, jax.Array] = {}
    if "einstein_radius" in needed:
        found["einstein_radius"] = radius_by_area(scene, j, whole)
    if "einstein_radius_mass" in needed:
        found["einstein_radius_mass"] = radius_by_mass(scene, j, whole)
    if "source_magnification" in needed:
        found["source_magnification"] = source_magnification(scene, params, assets)
    if "arc_snr" in needed:
        found["arc_snr"] = visibility(scene, params, assets).total
    if asked & {"arc_magnitude", "lens_magnitude", "point_source_magnitude"}:
        arcs = lensed_magnitudes(scene, params, assets)
        found |= {"arc_magnitude": arcs.arcs, "lens_magnitude": arcs.lens}
        found["point_source_magnitude"] = arcs.point_sources
    if "detectable" in asked:
        first = first_epoch(scene, params) if scene.series else params
        met = _meets(labels, found, first) if is_judged else jnp.zeros((), bool)
        found["detectable"] = met.astype(jnp.result_type(float))
    return {name: found[name] for name in scene.products}


def _needed(labels: Labels) -> list[str]:
    """The products on which a label depends."""
    wanted = {
        "arc_snr": labels.snr_min is not None,
        "einstein_radius": labels.theta_E_min is not None or labels.resolved is not None,
        "source_magnification": labels.magnification_min is not None,
    }
    return [name for name, it in wanted.items() if it]


def _meets(labels: Labels, found: dict[str, jax.Array], params: Params) -> jax.Array:
    """Whether a system meets all bounds, ()."""
    met = jnp.ones((), bool)
    if labels.snr_min is not None:
        met = met & (jnp.max(found["arc_snr"]) >= labels.snr_min)
    if labels.theta_E_min is not None:
        met = met & (found["einstein_radius"] >= labels.theta_E_min)
    if labels.magnification_min is not None:
        met = met & (jnp.max(found["source_magnification"]) >= labels.magnification_min)
    if labels.resolved is not None:
        met = met & (found["einstein_radius"] >= labels.resolved * jnp.min(params["seeing"]))
    return met
