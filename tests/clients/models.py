"""The models that the clients ask; the scripts of `tests/upstreams/` have the same names."""

MODEL = "able"
SLASHED = "Qwen/QwQ-32B"
