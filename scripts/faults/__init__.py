"""The fault campaign: what the portal promises (R1 to R14), broken on purpose and counted afterwards.

``make faults`` runs all parts; ``ARGS="r1 r3"`` chooses, ``ARGS=--quick`` takes the short form of each.
"""
