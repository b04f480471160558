"""``python -m data_connectors``: the command."""

import sys

from ._cli import main

sys.exit(main())
