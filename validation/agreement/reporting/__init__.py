"""The rows of a comparison, and the report of `python -m validation` as text, markdown and figures.

Nothing here knows a profile or a topic's reference values.
"""
