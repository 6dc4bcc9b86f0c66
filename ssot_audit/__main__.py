"""`python -m ssot_audit`: nothing of the folder it is run in may be imported, so that folder leaves the path first."""

import sys
from pathlib import Path

if not sys.flags.safe_path and sys.path and sys.path[0] in ("", str(Path.cwd())):
    own = str(Path(__file__).resolve().parents[1])
    if sys.path[0] != own and str(Path.cwd()) != own:
        del sys.path[0]

from ssot_audit.cli import main

if __name__ == "__main__":
    main()
