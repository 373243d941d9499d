"""``python -m muslcheck``."""

import sys

from muslcheck.cli import main

if __name__ == "__main__":
    sys.exit(main())
