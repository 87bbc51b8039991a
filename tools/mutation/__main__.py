"""`python -m tools.mutation [FILE ...]`: see mutate.py."""

import sys

from tools.mutation.mutate import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
