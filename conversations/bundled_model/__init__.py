"""The bundled model: llama.cpp's server in a process of its own, started again when it ends."""
