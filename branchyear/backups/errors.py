"""Why a back-up or a restore cannot go on."""


class Impossible(Exception):
    """The sentence says what stands in the way and what helps; nothing was changed unless it says so."""
