"""The gallery: `python -m validation.gallery` draws docs/gallery/*.png and writes docs/gallery.md.

Each picture is of a packaged file, with a few numbers changed, which the page shows.
`python -m validation.gallery NAME ...` draws only these and writes the page.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
import yaml

from jaxlens.config import example_path
from jaxlens.plotting.images import image_grid
from jaxlens.simulator.simulator import Simulator

DOCS = Path(__file__).parents[1] / "docs"
# The number of systems in a picture.
SYSTEMS = 6


@dataclass(frozen=True)
class Picture:
    """One picture of the gallery.

    Attributes:
        name: the name of the PNG.
        title: what is seen.
        file: the packaged file.
        changes: numbers that take the place of the file's, by the path of the section.
        configuration: which one, where the file has several.
        seed: of the systems.
    """

    name: str
    title: str
    file: str
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    configuration: str | None = None
    seed: int = 1

    def config(self) -> dict[str, Any] | str:
        """The dictionary of the changed file, or the name of the file as it is."""
        if not self.changes:
            return self.file
        file: dict[str, Any] = yaml.safe_load(example_path(self.file).read_text(encoding="utf-8"))
        for path, values in self.changes.items():
            inner = file
            for key in path.split("."):
                inner = inner[key]
            inner.update(copy.deepcopy(dict(values)))
        return file


# The parameters of the lens and of the source of galaxy_galaxy, and its pixels.
_LENS, _SOURCE, _IMAGE = "SPECIES.GALAXY_1", "SPECIES.GALAXY_2", "IMAGE.PARAMETERS"
_SHARP = {
    _IMAGE: {"numPix": 80, "pixel_scale": 0.08, "exposure_time": 500},
    "SURVEY.PARAMETERS": {"seeing": {"g": 0.1, "r": 0.11, "i": 0.12}},
}
PICTURES = (
    Picture("galaxy_galaxy", "Galaxies behind a galaxy, after ten years of LSST", "galaxy_galaxy"),
    Picture("sharp", "The same galaxies at the resolution of a space telescope", "galaxy_galaxy", _SHARP),
    Picture(
        "cored",
        "A lens with a core: an image of the source in its middle",
        "galaxy_galaxy",
        _SHARP
        | {
            _LENS: {
                "MASS_PROFILE_1": {
                    "NAME": "NIE",
                    "PARAMETERS": {"theta_E": 1.6, "s_scale": 0.3, "e1": 0.1, "e2": 0.05},
                },
                "LIGHT_PROFILE_1": {
                    "NAME": "SERSIC",
                    "PARAMETERS": {"magnitude": 23, "R_sersic": 1, "n_sersic": 1},
                },
            }
        },
    ),
    Picture(
        "halo",
        "An NFW halo as the lens, without light of its own",
        "galaxy_galaxy",
        _SHARP
        | {
            f"{_LENS}.MASS_PROFILE_1": {
                "NAME": "NFW_ELLIPSE_POTENTIAL",
                "PARAMETERS": {"Rs": 8.0, "alpha_Rs": 2.4, "e1": 0.03, "e2": -0.02},
            },
            f"{_LENS}.LIGHT_PROFILE_1.PARAMETERS": {"magnitude": 24.0},
        },
    ),
    Picture(
        "sheared",
        "A strong shear, by a neighbour that is not in the image",
        "galaxy_galaxy",
        _SHARP | {f"{_LENS}.SHEAR_PROFILE_1.PARAMETERS": {"gamma1": 0.2, "gamma2": -0.1}},
    ),
    Picture("lensed_quasar", "Doubles and quads at Hubble's resolution", "lensed_quasar", seed=2),
    Picture("lensed_supernova", "A supernova beside the centre of a lensed spiral", "lensed_supernova"),
    Picture("double_source_plane", "Two galaxies at two redshifts behind one lens", "double_source_plane"),
    Picture("slacs", "Draws of the priors by which the SLACS lenses are fitted", "slacs"),
    Picture("subhaloes_cdm", "Cold dark matter: hundreds of subhaloes in each lens", "subhaloes_cdm"),
    Picture("baobab_diagonal", "Quasars in their hosts as Hubble sees them", "baobab_diagonal"),
)
# Pictures of other pages, and the command that makes them.
OTHERS = (
    ("examples.png", "Four packaged files", "jaxlens generate NAME, and jaxlens view"),
    ("realistic_lsst.png", "What LSST will see, lensed and not", "python -m validation.realism picture"),
    ("om10.png", "Quasars of the catalogue OM10", "python -m validation.om10_picture"),
    ("time_series.png", "Supernovae through a season", "python -m jaxlens.examples.supernova_series"),
    ("light_curves.png", "Their light curves", "python -m jaxlens.examples.supernova_series"),
    ("injection.png", "Lenses put into a coadd", "python -m validation.injection picture"),
    ("dark_matter.png", "Subhaloes, and what they do", "python -m validation.haloes picture"),
    ("subhaloes_regression.png", "What a network learns of them", "python -m validation.haloes regression"),
    ("training.png", "A network that was trained on a stream", "python -m jaxlens.examples.train_jax"),
    ("validation.png", "A scene beside lenstronomy", "python -m validation"),
    ("profiles_light.png", "Profiles of light", "python -m validation.profile_pages"),
    ("profiles_mass.png", "Profiles of mass", "python -m validation.profile_pages"),
)


def draw(picture: Picture, path: Path) -> None:
    """Draw the first systems of a seed in a row.

    Args:
        picture: what is drawn.
        path: of the PNG.
    """
    sim = Simulator(picture.config(), picture.configuration)
    images, _ = sim(jax.random.key(picture.seed, impl="threefry2x32"), SYSTEMS)
    figure = image_grid(list(np.asarray(images)), columns=SYSTEMS, panel_size=1.1)
    figure.savefig(path, dpi=72)


def page() -> str:
    """The page: each picture with its file."""
    parts = [
        "# Gallery",
        "Each picture with what made it. Those from packaged files are drawn by "
        f"`python -m validation.gallery`: the first {SYSTEMS} systems of a seed.",
    ]
    for one in PICTURES:
        parts += [f"## {one.title}", f"![{one.title}](gallery/{one.name}.png)"]
        same = f"`jaxlens.Simulator({one.file!r})`, seed {one.seed}" + ("" if one.changes else ".")
        parts.append(same + (", with" if one.changes else ""))
        if one.changes:
            written = yaml.safe_dump({path: dict(values) for path, values in one.changes.items()}, width=100)
            parts.append(f"```text\n{written.rstrip()}\n```")
    for name, title, command in OTHERS:
        parts += [f"## {title}", f"![{title}]({name})", f"`{command}`"]
    return "\n\n".join(parts) + "\n"


def main(names: Sequence[str]) -> None:
    """Draw the pictures of these names, or all, and write the page."""
    folder = DOCS / "gallery"
    folder.mkdir(exist_ok=True)
    for picture in PICTURES:
        if not names or picture.name in names:
            draw(picture, folder / f"{picture.name}.png")
    (DOCS / "gallery.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
