"""`python -m ssot_audit`: nothing of the folder it is run in may be imported, so that folder leaves the path first."""

import sys

if __name__ == "__main__":
    here = "" if sys.flags.safe_path else sys.path.pop(0)
    from pathlib import Path

    if here and here == str(Path(__file__).resolve().parents[1]):  # a checkout run in place
        sys.path.insert(0, here)
    from ssot_audit.cli import main

    main()
