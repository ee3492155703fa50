"""What deeplenstronomy's Dataset does with its configuration: parameters are looked up and set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jaxlens.config.updates import columns_of_objects, distribution_entry, set_parameters
from jaxlens.datasets.arrays import DatasetArrays


class DatasetUpdates(DatasetArrays):
    """A dataset whose configuration can be changed.

    Attributes:
        config_dict: the whole file as a dictionary, with the sections of INPUT and `survey` in it.
    """

    config_dict: dict[str, Any]

    def update_param(self, new_param_dict: Mapping[str, object], configuration: str | None = None) -> None:
        """Set parameters in `config_dict`; `regenerate` then makes the dataset with them.

        Args:
            new_param_dict: a number, or what else may stand in the file, by name: the metadata's column
                (`PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E`, `seeing`) or a short name of it (`theta_E`,
                `LENS.e1`), `SIZE`, `OUTDIR`, `SEED`, `BANDS`, `numPix` and the other entries of IMAGE,
                `NOISE_SOURCE_1-NAME`.  A name that ends in a band (`seeing-g`) sets that band alone; the
                others keep what they have, and where that is one DISTRIBUTION each then draws from it on its
                own.  Where a parameter is the same in all bands, the band makes no difference.
            configuration: a label or NAME; it may be left out where the file has one.

        An object of the file may stand in several places: a change of its parameters is seen wherever it
        does, in other configurations too.  A column of a USERDIST goes before what is set here.

        Raises:
            ValueError: if a name is that of no parameter of the configuration, with the nearest names, or of
                several; nothing is changed then.

        >>> from jaxlens import make_dataset
        >>> dataset = make_dataset("galaxy_galaxy", skip_image_generation=True)
        >>> dataset.update_param({"SIZE": 2, "LENS.sigma_v": 250.0})
        >>> dataset.regenerate()
        >>> dataset.metadata()["PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v-g"].tolist()
        [250.0, 250.0]
        """
        label = self.config.configuration(configuration).label
        set_parameters(self.config_dict, self.config, label, new_param_dict)

    def update_param_dist(
        self, new_param_dist_dict: Mapping[str, Mapping[str, Any]], configuration: str | None = None
    ) -> None:
        """`update_param` for distributions: `{name: {"name": "uniform", "parameters": {"minimum": 1, ...}}}`.

        Raises:
            ValueError: as `update_param`, or if a distribution is written in another way.
        """
        written = {name: distribution_entry(name, value) for name, value in new_param_dist_dict.items()}
        self.update_param(written, configuration)

    def search(self, param_name: str) -> dict[str, list[str]]:
        """The USERDIST columns of all parameters whose name contains `param_name`, by the objects' NAMEs.

        >>> from jaxlens import make_dataset
        >>> dataset = make_dataset("galaxy_galaxy", skip_image_generation=True)
        >>> dataset.search("sigma_v")["LENS"][0]
        'CONFIGURATION_1-PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v-g'
        """
        return columns_of_objects(self.config, param_name)
