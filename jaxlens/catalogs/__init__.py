"""Catalogues of objects on the sky: their readers, their conventions of units and angles, and matching.

Here a catalogue is numpy arrays by column.  Nothing here knows of a configuration file: what a column sets is
read by `jaxlens.config`.
"""
