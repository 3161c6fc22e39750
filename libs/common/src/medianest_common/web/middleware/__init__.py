"""One layer per file; `stack.py` puts them in order."""
