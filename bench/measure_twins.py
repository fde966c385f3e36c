"""How well the twin check tells copies of pictures from different pictures: precision and recall.

    python -m bench.measure_twins [--seed N]

Draws 68 pictures (rooms, the same rooms with other people, papers of three forms), makes every copy of
``tasks.tests.pictures`` of each, and compares. ``docs/twins.md`` holds the figures of seeds 0 and 7: the
thresholds were chosen with seed 0, so seed 7 is the honest one.
"""

import argparse
import os
import sys
import time
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchyear.settings_test")


def measure(seed):
    from tasks import pictures as hashing
    from tasks.tests import pictures

    def print_of(picture, quality=90):
        return hashing.fingerprint_of(pictures.jpeg(picture, quality))

    originals = [(name, image, print_of(image)) for name, image in pictures.originals(seed=seed)]
    pairs = list(combinations(originals, 2))
    wrong = [(a, b) for (a, _, x), (b, _, y) in pairs if hashing.apart(x, y) is not None]
    found = {
        copy: sum(
            hashing.apart(mark, print_of(change(image), quality)) is not None
            for _, image, mark in originals
        )
        for copy, (change, quality) in pictures.COPIES.items()
    }
    promised = [copy for copy in found if copy not in pictures.BEYOND]
    hits, copies = sum(found[copy] for copy in promised), len(promised) * len(originals)
    return {
        "pictures": len(originals),
        "pairs of different pictures": len(pairs),
        "called twins by mistake": len(wrong),
        "precision": f"{hits / (hits + len(wrong)):.4f}",
        "recall": f"{hits}/{copies} = {hits / copies:.4f}",
        **{copy: f"{number}/{len(originals)}" for copy, number in found.items()},
    }


def main():
    import django

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    django.setup()
    began = time.perf_counter()
    for what, figure in measure(seed).items():
        print(f"{what:32}{figure}")
    print(f"{'seconds':32}{time.perf_counter() - began:.0f}")


if __name__ == "__main__":
    main()
