"""What kind of file system a folder lies on. Standard library only: the settings ask."""

import os
from pathlib import Path

# SQLite's write-ahead log lives in memory that all its users share: only on a disk of one host
# (sqlite.org/wal.html: "All processes using a database must be on the same host computer").
OVER_THE_NETWORK = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "ceph", "lustre", "gpfs", "beegfs", "ocfs2", "gfs2",
    "glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.goofys", "fuse.ceph", "davfs",
    "fuse.davfs2",
}  # fmt: skip


def kind_of(folder, mounts="/proc/self/mounts"):
    """The type of the innermost mount that holds ``folder``; "" where it cannot be told."""
    wanted = os.path.realpath(folder)
    try:
        lines = Path(mounts).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        _, place, type_, *_ = line.split(" ")
        place = place.encode().decode("unicode_escape")  # blanks stand there as \040
        holds = wanted == place or wanted.startswith(place.rstrip("/") + "/")
        if holds and len(place) >= len(best):  # of two on one place the later is on top
            best, kind = place, type_
    return kind


def is_over_the_network(folder, mounts="/proc/self/mounts"):
    return kind_of(folder, mounts) in OVER_THE_NETWORK
