"""caustics on workload A: its LensSource simulator under torch.vmap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from jaxlens import Simulator
from jaxlens.kernels.psf.gaussian import FWHM_PER_SIGMA, TRUNCATION
from validation.speed.timing import Task
from validation.speed.workloads import key, noise_parameters, profiles

# Redshifts of lens and source in workload A.
Z_LENS, Z_SOURCE = 0.4, 1.5


def simulator(num_pix: int, scale: float, fwhm: float, device: str) -> Any:
    """The LensSource of workload A, all of whose parameters are arguments.

    Args:
        num_pix: pixels along a side.
        scale: arcsec a pixel.
        fwhm: the full width at half maximum of the PSF in arcsec.
        device: torch's name of the device.
    """
    import caustics
    import torch

    cosmology = caustics.FlatLambdaCDM(name="cosmology")
    sie = caustics.SIE(name="sie", cosmology=cosmology)
    shear = caustics.ExternalShear(name="shear", cosmology=cosmology, x0=0.0, y0=0.0)
    lens = caustics.SinglePlane(
        name="lens", cosmology=cosmology, lenses=[sie, shear], z_l=Z_LENS, z_s=Z_SOURCE
    )
    lights = {name: caustics.Sersic(name=name, use_lenstronomy_k=True) for name in ("source", "lens_light")}
    sigma = fwhm / FWHM_PER_SIGMA / scale
    k = np.arange(-int(TRUNCATION * sigma + 0.5), int(TRUNCATION * sigma + 0.5) + 1)
    taps = np.exp(-0.5 * (k / sigma) ** 2)
    psf = torch.as_tensor(np.outer(taps, taps) / taps.sum() ** 2, dtype=torch.float32)
    sim = caustics.LensSource(
        lens=lens,
        source=lights["source"],
        lens_light=lights["lens_light"],
        pixelscale=scale,
        pixels_x=num_pix,
        psf=psf,
    )
    return sim.to(device=device, dtype=torch.float32)


def _axis_ratio(values: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    modulus = np.hypot(values["e1"], values["e2"])
    return (1.0 - modulus) / (1.0 + modulus), 0.5 * np.arctan2(values["e2"], values["e1"])


def parameters(sim: Simulator, n: int) -> dict[str, dict[str, np.ndarray]]:
    """The parameters of systems 0..n-1 by caustics' names, each (n,)."""
    drawn = profiles(sim.sample(key(), n))
    values = {name: {k: np.asarray(v) for k, v in profile.items()} for name, profile in drawn.items()}
    area = float(sim.sample(key(), 1)["pixel_scale"][0]) ** 2
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, model in (("SIE", "sie"), ("source", "source"), ("lens_light", "lens_light")):
        q, phi = _axis_ratio(values[name])
        found[model] = {"x0": values[name]["center_x"], "y0": values[name]["center_y"], "q": q, "phi": phi}
    found["sie"]["Rein"] = values["SIE"]["theta_E"]
    found["shear"] = {f"gamma_{k}": values["SHEAR"][f"gamma{k}"] for k in (1, 2)}
    for model in ("source", "lens_light"):
        light = values[model]
        # caustics' radius is along the major axis, lenstronomy's is the geometric mean of both axes
        radius = light["R_sersic"] / np.sqrt(found[model]["q"])
        found[model] |= {"n": light["n_sersic"], "Re": radius, "Ie": light["amp"] * area}
    return found


def _inputs(model: Any, params: dict[str, dict[str, np.ndarray]], device: str) -> Any:
    """The parameters as one tensor (n, parameters), in the order of the simulator's arguments."""
    import torch

    names = [(next(iter(param.parents)).name, param.name) for param in model.dynamic_params]
    table = np.stack([np.asarray(params[owner][name], np.float32) for owner, name in names], axis=1)
    return torch.as_tensor(table, device=device)


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def renderer(sim: Simulator, n: int) -> tuple[Callable[[Any], Any], Any]:
    """The simulator under torch.vmap, and its parameters for systems 0..n-1."""
    import torch

    params = {name: float(value[0]) for name, value in sim.sample(key(), 1).items() if value.ndim == 1}
    model = simulator(sim.scene.num_pix, params["pixel_scale"], params["seeing"], _device())
    return torch.vmap(model), _inputs(model, parameters(sim, n), _device())


def tasks(sim: Simulator, batch: int) -> list[Task]:
    """A without and with noise, and E."""
    import torch

    render, values = renderer(sim, batch)
    background, exposure = noise_parameters(sim)

    def sigma(image: Any) -> Any:
        return torch.sqrt(background**2 + torch.clamp(image, min=0.0) / exposure)

    def clean() -> Any:
        with torch.no_grad():
            return _finished(render(values))

    def noisy() -> Any:
        with torch.no_grad():
            image = render(values)
            return _finished(image + sigma(image) * torch.randn_like(image))

    data = noisy()
    scale = sigma(data)

    def chi_square(table: Any) -> Any:
        return torch.sum(((render(table) - data) / scale) ** 2)

    gradient = torch.func.grad_and_value(chi_square)
    method = f"caustics, batches of {batch}"
    return [
        Task("A, no noise", method, clean, batch, batch),
        Task("A, noise", method, noisy, batch, batch),
        Task("E, gradient", method, lambda: _finished(gradient(values)[0]), batch, batch),
    ]


def _finished(result: Any) -> Any:
    """`result`, after the device has computed it."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return result


def images_of(sim: Simulator, n: int) -> np.ndarray:
    """The noiseless images of systems 0..n-1 in counts/s, (n, num_pix, num_pix)."""
    import torch

    render, values = renderer(sim, n)
    with torch.no_grad():
        return np.asarray(render(values).cpu())
