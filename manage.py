#!/usr/bin/env python3
"""Django's command line for Parley."""

import sys

from chatsite.commands import run

if __name__ == "__main__":
    run(sys.argv)
