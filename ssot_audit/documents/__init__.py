"""Claims in Markdown documents, held against what is measured."""
