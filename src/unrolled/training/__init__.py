"""Training: batches in, a bundle out. It knows nothing of writing text: who wants samples hands in an observer."""
