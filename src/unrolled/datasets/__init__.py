"""Datasets: texts and rows → ids, what is held out of them, and batches."""
