"""Which of a project's packages install from a wheel, compile, or fail on Alpine."""

__version__ = "0.1.0"
