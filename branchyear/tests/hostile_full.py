"""Every payload in every field of every form (R9: 2,000 values and more). Run by ``make hostile``; not collected else."""

from branchyear.tests.access import all_rows
from branchyear.tests.hostile import PAYLOADS, Walk


def test_every_payload_in_every_field(world, everybody):
    walk = Walk(world, everybody, all_rows())

    walk.run(turns=range(len(PAYLOADS)))

    print(f"\n{walk.forms} forms, {walk.values} values, {len(walk.faults)} faults")
    print("\n".join(walk.faults))
    assert walk.faults == []
    assert walk.values >= 2000
