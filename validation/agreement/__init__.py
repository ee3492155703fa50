"""Agreement with lenstronomy, closed forms and central differences: topics, their checks, the report."""
