"""Recipes: what options are where the user gives none, of texts and of examples."""
