"""Quantities with a known answer: closed forms of fields, images and lenses."""
