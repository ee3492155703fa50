"""CATALOG: rows of a catalogue as systems; what their columns set, and what else a row has."""
