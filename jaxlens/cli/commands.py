"""The commands of `jaxlens`, and the line about each, which the help text has without importing them."""

from __future__ import annotations

from collections.abc import Mapping

# In the order of the help text.
COMMANDS: Mapping[str, str] = {
    "generate": "make a dataset from a configuration file",
    "merge": "join the parts of a dataset that several jobs have made",
    "verify": "prove that a dataset is whole",
    "info": "say what a dataset on disk is, and how much of it is made",
    "convert": "write a dataset again in another format",
    "truth": "write truth tables of a dataset: lenses, hosts, and each image of each point source",
    "fit": "fit a configuration to an image of one lens",
    "mask": "mask what is not the lens in an image of it",
    "inject": "put systems into real images, at places on the sky",
    "check": "list every problem of a configuration file",
    "view": "draw the first images of a dataset",
    "names": "list the parameters of a file with their short names",
    "examples": "list the packaged configuration files, or copy them",
    "surveys": "list the survey presets, print one, or copy them",
    "profiles": "list the light and mass profiles, or explain one",
    "schema": "print the JSON Schema of configuration files, by which editors complete and check them",
}
