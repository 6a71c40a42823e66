"""Metrics: what was wanted and what a model gave in, figures out."""
