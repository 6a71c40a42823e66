"""Exporting: a bundle in the forms that other programs read."""

FORMATS = {"transformers": "a folder of Hugging Face, for a GPT-2"}
"""Every format and what it is; its module has the same name and a function ``write``."""
