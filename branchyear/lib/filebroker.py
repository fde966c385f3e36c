"""The broker in files that the portal runs on without Redis: kombu's, with whole messages only.

kombu opens a message's file under its last name and fills it afterwards. A worker that looks in between finds
an empty message, and ends. Here a message gets its name once it is whole.
"""

import logging
import os
import uuid
from pathlib import Path
from time import time

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "files"  # files://localhost

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        # Taken in the order of their names: the clock's milliseconds, whose number of digits stays the same for
        # centuries. kombu counts from the start of the machine: the tenth million came before the ninth.
        name = f"{round(time() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        unfinished = Path(self.data_folder_out, name + ".part")
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            os.replace(unfinished, unfinished.with_suffix(""))
        except OSError as error:
            raise ChannelError(f"Cannot write a message for {queue}.") from error

    def _get(self, queue):
        while True:
            try:
                return super()._get(queue)
            except ValueError:  # cut off when the machine stopped; the sweep wakes its job again
                logger.warning("A message that was not whole was thrown away.")


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
