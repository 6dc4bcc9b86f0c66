"""Rule kinds: each a pure function over the program. A check never reads files, prints or exits."""
