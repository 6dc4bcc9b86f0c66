"""Facts to meaning: module names, where every dotted path leads, and the graph. Only importer of networkx."""
