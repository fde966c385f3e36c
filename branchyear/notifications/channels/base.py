"""What a channel must be able to do."""


class Channel:
    """One way out. ``deliver`` is given deliveries that are claimed already and yields each with None, or
    with the sentence why it will never arrive. What it raises (``OSError``) is tried again later."""

    code = ""
    word = ""
    batch = 100  # so many in one job: one connection each
    per_minute = None  # at most so many calls a minute, over all workers; None: as fast as it goes

    def is_on(self):
        return True

    def carries(self, kind):
        """Whether notices of ``kind`` go this way."""
        raise NotImplementedError

    def address_of(self, user):
        """Where it goes; "" when this person cannot be reached this way."""
        raise NotImplementedError

    def deliver(self, deliveries):
        raise NotImplementedError
