"""The bundled model: llama.cpp's server in a supervised process of its own."""
