"""What the benchmarks have in common: how the reference programs are built."""
import os
import subprocess


def build(sources, folder):
    """Builds a reference program from Debian's sources, without modules or the network."""
    program = folder / "reference"
    environment = os.environ | {
        "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
        "GOCACHE": str(folder / "go-cache"),
    }
    subprocess.run(["go", "build", "-o", program, "."], cwd=sources, env=environment, check=True)
    return program
