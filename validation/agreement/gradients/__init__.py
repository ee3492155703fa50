"""Gradients against central differences, of profiles, of whole images and of image positions.

Used by `validation.agreement.checks.gradients`, which decides which profiles and how many cases are compared.
"""
