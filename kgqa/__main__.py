"""`python -m kgqa` is `kgqa`."""

from __future__ import annotations

import sys

from kgqa.cli import main

if __name__ == "__main__":
    sys.exit(main())
