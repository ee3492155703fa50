"""`jaxlens schema`: print the JSON Schema of configuration files."""

from __future__ import annotations

import argparse
import json

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.config.schema import json_schema


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    text = "print the JSON Schema of configuration files, by which editors complete and check them"
    add_command(commands, "schema", run, text)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema, with the profiles and distributions of the files that are imported."""
    print(json.dumps(json_schema(), indent=1))
    return 0
