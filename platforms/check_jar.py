"""Lists the connectors of a sandbox with the jar and Java for each platform."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from check_archives import CONNECTORS, sandbox
from interpreters import java, run, words
from release import built, package, version
from toolchain import ROOT

PROGRAM = """
import dataconnectors.*;

class Lister {
    public static void main(String[] arguments) {
        try (Client client = Client.builder().accessToken("any").baseUrl(arguments[0]).build();
                Connectors connectors = client.list()) {
            int count = 0;
            for (Connector connector : connectors) {
                count++;
            }
            System.out.println("Java " + Runtime.version() + " listed " + count + " connectors");
        }
    }
}
"""
# Under wine 8, Java terminates when it creates a SecureRandom, to name a temporary file: the seed
# includes the network interfaces, for which wine lacks a function.
WINE_PROGRAM = """
import java.security.*;

class WineLister {
    public static final class Numbers extends SecureRandomSpi {
        protected void engineSetSeed(byte[] seed) {
        }

        protected void engineNextBytes(byte[] bytes) {
            new java.util.Random().nextBytes(bytes);
        }

        protected byte[] engineGenerateSeed(int length) {
            return new byte[length];
        }
    }

    public static void main(String[] arguments) {
        Provider provider = new Provider("wine", "1", "") {
        };
        provider.put("SecureRandom.numbers", Numbers.class.getName());
        Security.insertProviderAt(provider, 1);
        Lister.main(arguments);
    }
}
"""


def check(out: Path) -> list[str]:
    """Check the jar; return a line for each platform that it has a library for."""
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        work = Path(folder)
        for kind in ("-sources", "-javadoc"):
            package(out, f"*{kind}.jar")
        jar = package(out, f"data-connectors-{version()}.jar")
        shutil.copyfile(jar, work / "data-connectors.jar")
        for name, source in {"Lister": PROGRAM, "WineLister": WINE_PROGRAM}.items():
            (work / f"{name}.java").write_text(source)
        javac: list[str | Path] = [ROOT / "bindings/java/jdk.sh", "javac", "--release", "22"]
        javac += ["-cp", "data-connectors.jar", "Lister.java", "WineLister.java"]
        subprocess.run(javac, cwd=work, check=True)
        with zipfile.ZipFile(jar) as packed:
            files = packed.namelist()
        lines = []
        for target in built(out):
            if f"META-INF/native/{target.npm}/{target.library}" not in files:
                raise RuntimeError(f"{jar.name} has no library for {target.npm}")
            if not (command := java(target)):
                lines.append(f"jar {target.npm}: not run (PyPI has no Java for musl)")
                continue
            options = ["-cp", f"data-connectors.jar{';' if target.is_windows else ':'}."]
            options += ["--enable-native-access=ALL-UNNAMED"]
            program = "WineLister" if target.is_windows else "Lister"
            printed = run(target, [*command, *options, program, url], work)
            if f"listed {CONNECTORS} connectors" not in printed:
                raise RuntimeError(f"jar {target.npm}: the program printed {printed}")
            lines.append(f"jar {target.npm}: {printed.splitlines()[-1]}, run by {words(command)}")
    return lines
