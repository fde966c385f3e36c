"""Bring the data up to date: migrate, then load the demo unless it is there.

One process for both, because loading Django takes longer than either does on a second start.
``python -m scripts.prepare_data [SCALE]``; without a scale no demo is loaded.
"""

import sys

import django
from django.core.management import call_command


def main(scale=None):
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if scale:
        call_command("demo", scale=scale)


if __name__ == "__main__":
    main(*sys.argv[1:2])
