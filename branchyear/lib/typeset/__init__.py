"""Setting text in columns with the bundled fonts: what a printed ledger is made of, cell by cell.

    faces    the fonts: which code draws a character, how wide it is, what stands for one they lack
    lines    where a line may end (Chinese and Latin together)
    cells    the rows of a table as the drawing commands of a PDF, each free of its place on a page
    frames   rows that are set, as bytes in a file

Knows nothing of Django, settings or the database, and nothing of the machine gets in (no font of the
system, no shaping library), so that the same rows give the same bytes everywhere.
"""
