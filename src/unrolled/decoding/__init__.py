"""Decoding: everything that is done with a trained network, written once over ``Engine``."""
