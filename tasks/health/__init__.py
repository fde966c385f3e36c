"""支部体检: rules that find problems in the facts of the portal.

``registry`` is how a rule is written down, one module per campaign task holds the rules, ``engine`` runs
them over any set of organisations. Words, thresholds and sources of each rule are data
(``tasks.models.Rule``, from the campaign file, edited in the admin site); the check itself is code.
"""
