"""Blocks of rows as bytes in a file.

A frame is a head in JSON and a body, each with its length before it; nothing in it is ever executed.
"""

import json
import struct

from .cells import Block

_LENGTHS = struct.Struct(">II")


class CutOff(ValueError):
    """The bytes end in the middle of a frame."""


def write(file, head, body=b""):
    packed = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    file.write(_LENGTHS.pack(len(packed), len(body)))
    file.write(packed)
    file.write(body)


def read(file):
    """Head and body of the next frame; ``EOFError`` where there is none."""
    lengths = file.read(_LENGTHS.size)
    if not lengths:
        raise EOFError
    if len(lengths) < _LENGTHS.size:
        raise CutOff
    head, body = _LENGTHS.unpack(lengths)
    content = file.read(head + body)
    if len(content) < head + body:
        raise CutOff
    return json.loads(content[:head]), content[head:]


def of_block(block):
    """Head and body of a frame that holds the block."""
    head = {
        "rows": block.rows,
        "heights": block.heights,
        "lengths": [len(drawing) for drawing in block.drawings],
        "used": block.used,
    }
    return head, b"".join(block.drawings)


def to_block(head, body):
    drawings, at = [], 0
    for length in head["lengths"]:
        drawings.append(body[at : at + length])
        at += length
    return Block(head["rows"], head["heights"], drawings, head["used"])
