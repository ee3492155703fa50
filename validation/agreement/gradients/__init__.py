"""Gradients against central differences, of profiles and of whole images."""
