"""The model file: what it holds, how it is checked, and where models are opened from."""
