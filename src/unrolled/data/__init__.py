"""Reading texts and cutting them into batches; NumPy only."""
