"""The program room: build, check, execute, render as SPARQL and as words."""
