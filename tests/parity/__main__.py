"""Run the comparison: ``python -m tests.parity``."""

import sys

from tests.parity.comparison import main

if __name__ == "__main__":
    sys.exit(main())
