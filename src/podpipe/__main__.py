"""`python -m podpipe` is the same as `podpipe`."""

from podpipe.cli import program

program()
