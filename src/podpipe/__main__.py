"""`python -m podpipe` is the same as `podpipe`."""

import sys

from podpipe.cli import main

sys.exit(main())
