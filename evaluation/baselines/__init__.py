"""Simple systems that kgqa is held against."""
