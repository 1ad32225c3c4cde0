"""Whether a folder lies where a database must not: on a network, or in a folder that a cloud copies.

SQLite's write-ahead log needs memory shared between processes, which no network folder has; a folder
that a cloud copies has its files replaced behind the program's back. Both corrupt the register.
"""

import sys
from pathlib import Path

from baarada.sentences import gettext as _

CLOUDS = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud", "owncloud")
"""How the folders begin that are copied to a cloud."""

NETWORKS = frozenset({
    "afpfs", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs",
    "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "webdav",
})  # fmt: skip
_REMOTE = 4
"""What Windows answers for a drive that lies on another machine."""


def why_not(folder: Path) -> str | None:
    """Why a register must not lie in a folder; None if it may."""
    cloud = next((part for part in folder.parts if part.lower().startswith(CLOUDS)), None)
    if cloud:
        sentence = _("%(folder)s is copied to a cloud by %(cloud)s, which damages a register.")
        return (
            sentence % {"folder": folder, "cloud": cloud}
            + " "
            + _("Choose a folder on a disk of this machine.")
        )
    if is_remote(folder):
        sentence = _("%(folder)s lies on a network, where a register is damaged.")
        return sentence % {"folder": folder} + " " + _("Choose a folder on a disk of this machine.")
    return None


def is_remote(folder: Path) -> bool:
    """True for a folder of another machine."""
    if sys.platform == "win32":
        import ctypes

        drive = folder.absolute().drive
        is_share = drive.startswith("\\\\")
        return is_share or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _REMOTE
    import psutil

    disks = {Path(disk.mountpoint): disk.fstype for disk in psutil.disk_partitions(all=True)}
    return kind_of(folder.resolve(), disks) in NETWORKS


def kind_of(folder: Path, disks: dict[Path, str]) -> str:
    """The kind of the file system that a folder lies on, by where each is mounted."""
    return next((disks[place] for place in (folder, *folder.parents) if place in disks), "")
