"""What a configuration is, whatever its file looks like and wherever its tables lie: digests by SHA-256."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path

from jaxlens.config.files import PACKAGED
from jaxlens.config.fits_extensions import split_extension
from jaxlens.config.imported_files import imported_files
from jaxlens.config.model import Config
from jaxlens.config.updates import config_dict

# The section whose order matters: of two distributions that set one parameter the last one counts.
_ORDERED = "DISTRIBUTIONS"
# The keys of a MODEL with a path alone.
_FILE_KEYS = ("FILE", "DIRECTORY")
# A MODEL with a file: the kind, and the path.
_MODEL = re.compile(r"([a-z]+[-_])(.+)", re.DOTALL)
# Whole numbers below this are exact as floats.
_EXACT = 2.0**53


def config_digest(config: Config) -> str:
    """The SHA-256 of what the systems of a configuration follow from, in hexadecimals.

    It is that of the whole file with SIZE and SEED, and of the content of the tables and images that it
    names, and of the Python files of `--import`.  Neither OUTDIR, image_dtype, comments, the order of keys,
    how a number is written (30 or 3e1), nor where a file lies change it.  The name of a MODEL's file does,
    since it is in the metadata.

    Args:
        config: the configuration.

    Returns:
        The digest, which is the same on every machine.

    Raises:
        OSError: if a file cannot be read any more.

    >>> from jaxlens.config.load import load_config
    >>> len(config_digest(load_config("galaxy_galaxy")))
    64
    """
    tree = config_dict(config)
    for name in ("OUTDIR", "image_dtype"):
        tree["DATASET"]["PARAMETERS"].pop(name, None)
    inputs = input_digests(config)
    packaged = {str(path): _file_digest(str(path)) for path in (PACKAGED / "examples").glob("*.csv")}
    read = sorted(digest for path, digest in inputs.items() if not os.path.isdir(path))
    content = {"configuration": _canonical(tree, inputs | packaged), "files": read}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def input_digests(config: Config) -> dict[str, str]:
    """The SHA-256 of each of `config.input_files`, and of the Python files of `--import`, by its path.

    That of a folder is the digest of the names and digests of those files in it that were read.

    Args:
        config: the configuration.

    Returns:
        The digests in hexadecimals, in the order of the paths.

    Raises:
        OSError: if a file cannot be read any more; the exception has its path.
    """
    folders = [path for path in config.input_files if os.path.isdir(path)]
    found = {path: _file_digest(path) for path in config.input_files if path not in folders}
    found |= {folder: _folder_digest(folder, found) for folder in folders}
    return {path: found[path] for path in config.input_files} | {
        path: _file_digest(path) for path in imported_files()
    }


def _file_digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder_digest(folder: str, files: Mapping[str, str]) -> str:
    """The digest of the files in a folder, of which `files` has the digests by path."""
    names = {Path(path): digest for path, digest in files.items()}
    inside = {
        path.relative_to(folder).as_posix(): digest
        for path, digest in names.items()
        if path.is_relative_to(folder)
    }
    return hashlib.sha256(json.dumps(inside, sort_keys=True).encode()).hexdigest()


def _canonical(value: object, digests: Mapping[str, str], key: str = "") -> object:
    """A part of a file in a form that JSON writes in one way only.

    Args:
        value: the part.
        digests: the digest of each file and folder, by its path.
        key: the key under which the part stands.
    """
    if isinstance(value, dict):
        entries = {name: _canonical(one, digests, name) for name, one in value.items()}
        return list(entries.items()) if key == _ORDERED else entries
    if isinstance(value, list):
        return [_canonical(one, digests) for one in value]
    if isinstance(value, str):
        return _without_path(value, digests, key in _FILE_KEYS)
    if isinstance(value, float) and math.isfinite(value) and abs(value) < _EXACT and value.is_integer():
        return int(value)
    return value


def _without_path(text: str, digests: Mapping[str, str], named: bool) -> str:
    """A text in which the path of a file is replaced by its digest, with its name where that is `named`."""
    name, extension = split_extension(text)
    if text not in digests and extension is not None and name in digests:
        return f"sha256:{digests[name]}[{extension}]"
    model = _MODEL.fullmatch(text)
    if model and model[2] in digests:
        return f"{model[1]}sha256:{digests[model[2]]}/{os.path.basename(model[2])}"
    name = f"/{os.path.basename(text)}" if named else ""
    return f"sha256:{digests[text]}{name}" if text in digests else text
