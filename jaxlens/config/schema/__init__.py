"""The keys of a configuration file as tables, and the JSON Schema that is made of them.

The numbers, their legal values and the names of profiles, distributions, relations, models and surveys are
those by which files are read; what else a section has is in `instrument_keys`, `species_keys`, `halo_keys`
and `other_keys`, and a test holds it against what the reader asks for.
"""

from jaxlens.config.schema.document import json_schema
from jaxlens.config.schema.listing import Key, keys
from jaxlens.config.schema.profiles import profile_keys

__all__ = ["Key", "json_schema", "keys", "profile_keys"]
