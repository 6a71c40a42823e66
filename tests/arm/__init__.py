"""The ARM variants of the kernels, replayed under emulation: ``python -m tests.arm.replay``."""
