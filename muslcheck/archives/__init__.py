"""Bytes of an sdist or wheel in, facts out. Nothing is run and nothing is written; pure."""
