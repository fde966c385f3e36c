"""Several sources of lines, of which only those are asked that have anything to say."""


def told(tellers, there, *asked):
    """What the tellers (functions by name) say one after the other; ``there``: the names of those of which there is
    anything, None: each is asked."""
    for name, tell in tellers.items():
        if there is None or name in there:
            yield from tell(*asked)
