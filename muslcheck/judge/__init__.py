"""Facts in, evidence, verdict and advice out; pure."""
