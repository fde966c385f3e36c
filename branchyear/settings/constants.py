"""Our own constants: sizes, how long things are kept, what a city decides."""

from branchyear.settings.environment import env

EVIDENCE_MAX_BYTES = 20 * 1024 * 1024  # a scanned resolution of ten pages is about 8 MB
EVIDENCE_MAX_PER_ITEM = 30
EXPORT_KEEP_DAYS = 90  # the export centre keeps a quarter; the ledger can always be made again
DOSSIER_KEEP_DAYS = 14  # an inspection is over by then; asked again it is the same to the last byte
DOSSIER_MAX_BYTES = (
    4 * 1024**3
)  # a branch has some hundred megabytes; above that one asks task by task
ROSTER_UPLOAD_KEEP_DAYS = 30  # time to mend a rejected list; the file itself goes once it is saved
# Above that a ledger is printed in parts, by as many workers as there are. Measured on a city's 17,640 lines (878
# pages): in one go 10 s of processor time; in parts 1 s to read, 5 s that workers share, 4 s to join.
EXPORT_SPLIT_ROWS = int(env("EXPORT_SPLIT_ROWS", "5000"))
# From so many branches on the overview's items are counted beforehand (reports/services/rollups.py).
ROLLUPS_FROM_BRANCHES = int(env("ROLLUPS_FROM_BRANCHES", "2000"))
# Elected is who has the votes of more than half of those present ("present") or due ("due"). Two of three
# sources on the election regulation of 2020 say present; a city whose rule says due sets it here.
ELECTED_BY = env("ELECTED_BY", "present")
DEMO_PASSWORD = env("DEMO_PASSWORD", "jcjs-demo-2022")
