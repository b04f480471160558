"""Builds a program with the packed crate."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path

from check_archives import CONNECTORS, run, sandbox
from release import package
from toolchain import BUILD

_MANIFEST = """
[package]
name = "consumer"
edition = "2024"

[dependencies]
data_connectors = {{ path = "../{name}" }}
"""
_PROGRAM = """
use data_connectors::{Client, Config, PageRequest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::new();
    config.set_access_token("any")?;
    config.set_base_url(&std::env::args().nth(1).ok_or("no base URL")?)?;
    let mut pager = Client::new(&config)?.pager(PageRequest::new());
    let mut count = 0;
    while let Some(page) = pager.next_page(None)? {
        count += page.count();
    }
    println!("{count}");
    Ok(())
}
"""


def check(out: Path) -> list[str]:
    """Build a program that depends on the extracted crate, and run it."""
    crate = package(out, "*.crate")
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        with tarfile.open(crate) as tar:
            tar.extractall(folder, filter="data")
        consumer = Path(folder) / "consumer"
        (consumer / "src").mkdir(parents=True)
        (consumer / "Cargo.toml").write_text(_MANIFEST.format(name=crate.stem))
        (consumer / "src/main.rs").write_text(_PROGRAM)
        # With the dependencies that were tested, which are compiled once.
        shutil.copy(Path(folder) / crate.stem / "Cargo.lock", consumer)
        manifest = consumer / "Cargo.toml"
        target = BUILD / "platforms/crate"
        command = ["cargo", "run", "--quiet", "--manifest-path", str(manifest)]
        printed = run(*command, "--target-dir", str(target), "--", url)
    if printed != f"{CONNECTORS}\n":
        raise RuntimeError(f"{crate.name}: a program printed {printed!r}, not {CONNECTORS}")
    return [f"crate: listed {CONNECTORS} connectors"]
