"""The pictures of the README, taken of the real site in a real browser."""
