"""Analysis: what a text costs under a model, what was expected at every place of it, and what was copied."""
