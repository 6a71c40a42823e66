"""Guards: what may not be written, and how the next unit is drawn, decided while a text is written."""
