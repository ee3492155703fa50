"""The strings of MODEL: which model of transients they mean, and which file.

    flat, flatnoise, variable, variablenoise, static, agn_drw
    ia, ia_random, ia_<file>      cc, cc_random, cc_<file or folder>      kn, kn_<file>
    user_<file>                   lightcurve_<file>                      salt_<folder>

A hyphen may stand for each underscore.  A string is split once, so that the name of a file may have both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jaxlens.config.errors import Report, nearest, shown
from jaxlens.config.meanings import normalized
from jaxlens.config.reader import Node
from jaxlens.config.values import word

# What stands for the built-in model, or for a random template of a folder, instead of a file's name.
RANDOM = "random"


@dataclass(frozen=True)
class Kind:
    """What the first word of a MODEL allows.

    Attributes:
        models: the models in `jaxlens.kernels.transients` that it means where there is no file; of several,
            that which has the parameters that the file gives.
        file: whether a file or folder is given: never, if the user likes, or always.
        of_file: the same with a file.
        folder: the folder `seds/...` in which deeplenstronomy looks for the file, or "".
    """

    models: tuple[str, ...] = ()
    file: Literal["never", "optional", "always"] = "never"
    of_file: tuple[str, ...] = ()
    folder: str = ""


# The models of spectra in files: with the brightness of the file, or scaled to an absolute magnitude.
_SPECTRA = ("sed", "sed_absmag")
# The first word of MODEL -> what it means.
KINDS: Mapping[str, Kind] = {
    "flat": Kind(("flat",)),
    "flatnoise": Kind(("flat",)),
    "variable": Kind(("variable",)),
    "variablenoise": Kind(("variable",)),
    "static": Kind(("static",)),
    "agn_drw": Kind(("agn_drw", "agn_drw_mag", "agn_drw_tau")),
    "ia": Kind(("ia",), "optional", ("sed_absmag",), "seds/ia"),
    "cc": Kind(("cc", "cc_absmag"), "optional", _SPECTRA, "seds/cc"),
    "kn": Kind(("kn",), "optional", _SPECTRA, "seds/kn"),
    "user": Kind((), "always", _SPECTRA, "seds/user"),
    "sed": Kind((), "always", _SPECTRA, "seds/user"),
    "salt": Kind((), "always", ("salt_absmag", "salt")),
    "lightcurve": Kind((), "always", ("lightcurve",)),
}
# How a kind is written in advice, by `Kind.file`.
_FORMS = {"never": ("",), "optional": (f"_{RANDOM}", "_<file>"), "always": ("_<file>",)}
# All that MODEL may be.
_WRITTEN = tuple(f"{name}{form}" for name, kind in KINDS.items() for form in _FORMS[kind.file])


@dataclass(frozen=True)
class ModelName:
    """What a MODEL's string means.

    Attributes:
        kind: a key of `KINDS`.
        file: the file or folder that it names; "" where it names none.
        population: whether parameters that are not given are drawn from the table of
            `transient_defaults`, as for `ia_random`; otherwise they have the defaults of the kernel, as for
            `{NAME: ia}`.
    """

    kind: str
    file: str = ""
    population: bool = True


def population_name(text: str) -> str:
    """The NAME within a mapping that means what the string means alone.

    >>> population_name("ia"), population_name("cc_random"), population_name("agn-drw")
    ('ia_random', 'cc_random', 'agn_drw_random')
    """
    plain = text.strip().replace("-", "_")
    return f"{plain}_{RANDOM}" if plain in KINDS else text


def read_model_name(node: Node | None, report: Report) -> ModelName | None:
    """The model that a string means; None, and a problem, where it means none.

    Args:
        node: the string, or None where it is missing, which has been reported.
        report: the problem is added to it.
    """
    text = word(node, report, f"it must be one of {', '.join(_WRITTEN)}")
    if node is None or not text:
        return None
    found = _split(text)
    if found is None:
        report.problem(node.place, f"{shown(text)} is not a model; {nearest(text, _choices(), _WRITTEN)}")
        return None
    if KINDS[found.kind].file == "never" and found.file:
        meant = next((kind for kind in KINDS if normalized(kind) == normalized(text)), "")
        advice = f"did you mean {meant}?" if meant else f"{found.kind} takes no file, so write {found.kind}"
        finding = f"{shown(text)} is not a model; {advice}"
        report.problem(node.place, finding)
        return None
    return found


def _split(text: str) -> ModelName | None:
    """The kind and the file of a MODEL; None where its first word is no kind."""
    plain = text.replace("-", "_")
    if plain in KINDS:
        return ModelName(plain, population=False)
    if plain.removesuffix(f"_{RANDOM}") in KINDS and KINDS[plain.removesuffix(f"_{RANDOM}")].file != "always":
        return ModelName(plain.removesuffix(f"_{RANDOM}"))
    head, *rest = re.split("[-_]", text, maxsplit=1)
    return ModelName(head, rest[0]) if head in KINDS and rest and rest[0] else None


def _choices() -> tuple[str, ...]:
    """The strings without the name of a file."""
    return (*KINDS, *(f"{name}_{RANDOM}" for name, kind in KINDS.items() if kind.file == "optional"))
