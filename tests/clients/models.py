"""The models that the clients ask; the scripts of `tests/upstreams/` have the same names."""

MODEL = "able"
SLASHED = "Qwen/QwQ-32B"
# Their servers break off after some text, each in another way.
BROKEN = ("error-mid-stream", "error-in-chunk", "cut", "reset-mid-token", "malformed")
