"""Formats: any file that people have → a corpus of texts, a table of rows, images."""
