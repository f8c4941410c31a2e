"""The benchmarks: what they run on (one TOML each), what they found (results/*.json), and the README's tables."""
