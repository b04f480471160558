"""Runs the command-line tool: ``python -m data_connectors``."""

import sys

from ._cli import main

sys.exit(main())
