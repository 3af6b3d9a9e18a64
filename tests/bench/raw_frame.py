"""A frame of a websocket, for clients that do what no browser does (RFC 6455, 5.2)."""

import struct


def frame(opcode: int, payload: bytes = b"", *, is_last: bool = True) -> bytes:
    """A frame as a client sends it; a mask of zeros changes nothing."""
    size = len(payload)
    if size < 126:
        length = struct.pack("!B", 0x80 | size)
    elif size < 65_536:
        length = struct.pack("!BH", 0x80 | 126, size)
    else:
        length = struct.pack("!BQ", 0x80 | 127, size)
    return bytes([opcode | 0x80 * is_last]) + length + bytes(4) + payload
