"""JAXtronomy on workload A: its ImageModel under jit and vmap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens import Simulator
from validation.speed.timing import Task
from validation.speed.workloads import key, noise_parameters, profiles

Kwargs = dict[str, Any]


def image_model(sim: Simulator) -> Any:
    """The ImageModel of the single band of the simulator."""
    from jaxtronomy.Data.imaging_data import ImageData
    from jaxtronomy.ImSim.image_model import ImageModel
    from jaxtronomy.LensModel.lens_model import LensModel
    from jaxtronomy.LightModel.light_model import LightModel
    from lenstronomy.Data.psf import PSF
    from lenstronomy.Util.util import make_grid_with_coordtransform

    params = {name: float(value[0]) for name, value in sim.sample(key(), 1).items() if value.ndim == 1}
    grid = make_grid_with_coordtransform(sim.scene.num_pix, params["pixel_scale"], inverse=False)
    _, _, x_first, y_first, _, _, to_sky, _ = grid
    blank = jnp.zeros((sim.scene.num_pix,) * 2)
    data = ImageData(
        blank,
        ra_at_xy_0=x_first,
        dec_at_xy_0=y_first,
        transform_pix2angle=to_sky,
        background_rms=1.0,
        exposure_time=1.0,
    )
    psf = PSF("GAUSSIAN", fwhm=params["seeing"], pixel_size=params["pixel_scale"], truncation=5)
    models = LensModel(["SIE", "SHEAR"]), LightModel(["SERSIC_ELLIPSE"]), LightModel(["SERSIC_ELLIPSE"])
    return ImageModel(data, psf, *models)


def _render(sim: Simulator) -> Callable[[Kwargs], jax.Array]:
    model = image_model(sim)

    def image(values: Kwargs) -> jax.Array:
        lens = [values["SIE"], values["SHEAR"]]
        return model.image(lens, [values["source"]], [values["lens_light"]])

    return jax.vmap(image)


def tasks(sim: Simulator, batch: int) -> list[Task]:
    """A without and with noise, and E."""
    values = profiles(sim.sample(key(), batch))
    render = _render(sim)
    background, exposure = noise_parameters(sim)

    def sigma(image: jax.Array) -> jax.Array:
        return jnp.sqrt(background**2 + jnp.maximum(image, 0.0) / exposure)

    def observe(values: Kwargs, seed: jax.Array) -> jax.Array:
        image = render(values)
        return image + sigma(image) * jax.random.normal(seed, image.shape)

    clean, noisy = jax.jit(render), jax.jit(observe)
    data = noisy(values, key())

    def chi_square(values: Kwargs) -> jax.Array:
        return jnp.sum(((render(values) - data) / sigma(data)) ** 2)

    gradient = jax.jit(jax.value_and_grad(chi_square))
    method = f"JAXtronomy, batches of {batch}"
    return [
        Task("A, no noise", method, lambda: jax.block_until_ready(clean(values)), batch, batch),
        Task("A, noise", method, lambda: jax.block_until_ready(noisy(values, key())), batch, batch),
        Task("E, gradient", method, lambda: jax.block_until_ready(gradient(values)), batch, batch),
    ]


def images_of(sim: Simulator, n: int) -> jax.Array:
    """The noiseless images of systems 0..n-1 in counts/s, (n, num_pix, num_pix)."""
    return jax.jit(_render(sim))(profiles(sim.sample(key(), n)))
