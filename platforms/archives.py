"""Packs the installed files of a target in an archive that can be extracted anywhere."""

from __future__ import annotations

import gzip
import tarfile
import time
import zipfile
from pathlib import Path

from release import Release


def build(releases: list[Release], out: Path) -> list[Path]:
    """Write an archive for each target."""
    return [_build(release, out) for release in releases]


def _build(release: Release, out: Path) -> Path:
    prefix = release.archive.parents[1]
    files = sorted(path for path in prefix.rglob("*") if path.is_symlink() or path.is_file())
    archive = out / (prefix.name + (".zip" if release.target.is_windows else ".tar.gz"))
    (_zip if release.target.is_windows else _tar)(archive, prefix, files, release.epoch)
    return archive


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def _tar(archive: Path, prefix: Path, files: list[Path], epoch: int) -> None:
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in files:
            entry = tarfile.TarInfo(str(path.relative_to(prefix.parent)))
            entry.mtime = epoch
            if path.is_symlink():
                entry.type, entry.linkname, entry.mode = (
                    tarfile.SYMTYPE,
                    str(path.readlink()),
                    0o777,
                )
                tar.addfile(entry)
            else:
                entry.size, entry.mode = path.stat().st_size, _mode(path)
                with path.open("rb") as content:
                    tar.addfile(entry, content)


def _zip(archive: Path, prefix: Path, files: list[Path], epoch: int) -> None:
    # The dates of ZIP archives start in 1980.
    date = max(time.gmtime(epoch)[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in files:
            entry = zipfile.ZipInfo(str(path.relative_to(prefix.parent)), date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | _mode(path)) << 16
            packed.writestr(entry, path.read_bytes())
