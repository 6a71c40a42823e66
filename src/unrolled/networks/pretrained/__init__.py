"""Networks as ``transformers`` has them, and the only door to it: GPT-2, and those that see."""
