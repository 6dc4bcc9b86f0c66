"""Bytes to facts: discover, decode, scan, verify, walk. The only importer of LibCST."""
