#!/usr/bin/env python3
"""Installs what `dist`, `.ci/deb` and `.ci/sbom` made in every way that users do, and uses it.

    tests/dist/use.py FOLDER TARGET [--published]

The archive is unpacked; the installer runs against a server on this machine, and
against damaged and missing archives; the Debian package is installed by dpkg into a
root of its own. `--published` also holds the binary to the limits for what is
downloaded, and expects it to be static for Linux.
"""

import argparse
import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RECORD = ROOT / "fixtures/records/record.txt"
PAGES = ["fh.1", "fh-decode.1", "fh-failures.1", "fh-local.1"]
MAX_BYTES = 24_000_000
MAX_START_MS = 3.0


def expect(condition, problem):
    if not condition:
        sys.exit(f"tests/dist/use.py: {problem}")


def output(command, **settings):
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True, **settings
    )
    return done.stdout


def use(binary):
    """The program runs, knows its version, and does its work without the network."""
    version = output([binary, "--version"])
    expect(version.startswith("fh "), f"--version prints {version!r}")
    decoded = output([binary, "decode", RECORD])
    expect(decoded.strip(), "decode prints nothing")
    failures = output([binary, "failures", ROOT / "fixtures/failures/over-time.ndjson"])
    expect("Lambda." in failures, f"failures prints {failures!r}")


def completes(script, folder):
    """The completion for bash offers the commands, with this fh on the path."""
    words = (
        "COMP_WORDS=(fh fail) COMP_CWORD=1 COMP_LINE='fh fail' COMP_POINT=7; "
        "read -ra registered < <(complete -p fh); "
        'for at in "${!registered[@]}"; do [[ ${registered[at]} == -F ]] && complete=${registered[at+1]}; '
        'done; "$complete" fh fail fh; echo "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    offered = output(["bash", "-c", f". '{script}'; {words}"], env=environment)
    expect("failures" in offered, f"{script} offers {offered!r}")


# The archive.


def unpacked(archive, folder):
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        expect(all(f"{it}/".startswith(f"{archive.name[:-7]}/") for it in names), f"{names}")
        tar.extractall(folder, filter="data")
    inside = folder / archive.name[:-7]
    for name in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]:
        expect((inside / name).is_file(), f"{name} is not in {archive.name}")
    for name in ["fh.bash", "_fh", "fh.fish", "fh.elv", "fh.ps1"]:
        expect((inside / "completions" / name).stat().st_size > 0, f"{name} is empty")
    for page in PAGES:
        expect(".TH fh" in (inside / "man/man1" / page).read_text(), f"{page} is not a page")
    return inside


def found_by_binstall(archive, inside, target):
    """`cargo binstall` looks for the archive, and for the program in it, by these names."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
    version = manifest["version"]
    values = {
        "repo": "REPO",
        "name": "fh",
        "version": version,
        "target": target,
        "bin": "fh",
        "binary-ext": "",
    }

    def rendered(template):
        return re.sub(r"\{ ([a-z-]+) \}", lambda found: values[found[1]], template)

    binstall = manifest["metadata"]["binstall"]
    url = rendered(binstall["pkg-url"])
    expect(url == f"REPO/releases/download/v{version}/{archive.name}", f"binstall looks at {url}")
    program = inside.parent / rendered(binstall["bin-dir"])
    expect(program == inside / "fh", f"binstall looks for {program}")


# Numbers of the header of an ELF file (elf.h): machines, and the segment that names
# the program which loads shared libraries.
MACHINES = {"x86_64": 62, "aarch64": 183}
PT_INTERP = 3


def is_static(binary, machine):
    """One binary runs on every distribution."""
    with binary.open("rb") as file:
        head = file.read(4096)
    expect(head[:5] == b"\x7fELF\x02", f"{binary.name} is no program of 64 bits for Linux")
    (found,) = struct.unpack_from("<H", head, 18)
    expect(found == MACHINES[machine], f"{binary.name} is for machine {found}, not {machine}")
    (start,) = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    kinds = [struct.unpack_from("<I", head, start + number * size)[0] for number in range(count)]
    expect(PT_INTERP not in kinds, f"{binary.name} asks for shared libraries")


def lists_crates(sbom, target):
    """The list has what cargo links."""
    command = ["cargo", "tree", "--locked", "--edges=normal,no-proc-macro", "--prefix=none"]
    tree = output([*command, "--target", target], cwd=ROOT)
    linked = {"@".join(line.split()[:2]).replace("@v", "@") for line in tree.splitlines()}
    document = json.loads(sbom.read_text())
    listed = [document["metadata"]["component"], *document["components"]]
    names = {f"{it['name']}@{it['version']}" for it in listed}
    expect(linked <= names, f"{sbom.name} lacks {linked - names}")
    expect(all(it["licenses"][0]["expression"] for it in listed), "a crate has no license")


def within_limits(binary):
    size = binary.stat().st_size
    best = min(start(binary) for _ in range(30)) * 1000
    print(f"{binary.name}: {size:,} bytes, --version in {best:.2f} ms of CPU")
    expect(size <= MAX_BYTES, f"the binary has {size:,} bytes, more than {MAX_BYTES:,}")
    expect(best <= MAX_START_MS, f"--version takes {best:.2f} ms, more than {MAX_START_MS}")


def start(binary):
    """Seconds of CPU for `fh --version`."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(binary, [binary, "--version"], os.environ, file_actions=quiet)
    usage = os.wait4(child, 0)[2]
    return usage.ru_utime + usage.ru_stime


# The installer.


@contextlib.contextmanager
def served(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def install(script, home, **variables):
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **variables}
    return subprocess.run(
        ["sh"],
        stdin=script.open(),
        env=environment,
        cwd=home if home.is_dir() else None,
        capture_output=True,
        text=True,
        check=False,
    )


def installs(packages, archive, folder):
    script = packages / "fh-installer.sh"
    with served(packages) as url:
        home = folder / "a home"
        home.mkdir()
        done = install(script, home, FH_DOWNLOAD_URL=url)
        expect(done.returncode == 0, f"the installer failed: {done.stderr}")
        expect("see: fh completions --help; fh man --help" in done.stdout, done.stdout)
        program = home / ".local/bin/fh"
        use(program)
        login = ["sh", "-c", '. "$HOME/.profile"; command -v fh']
        found = output(login, env={"PATH": "/usr/bin:/bin", "HOME": str(home)})
        expect(found.strip() == str(program), f"the next shell finds {found!r}")
        # Again, over a program that runs.
        server = subprocess.Popen(
            [program, "local", "start", "--port", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        done = install(script, home, FH_DOWNLOAD_URL=url)
        server.terminate()
        server.wait()
        expect(done.returncode == 0, f"it cannot replace a running fh: {done.stderr}")
        elsewhere = folder / "opt"
        before = (home / ".profile").read_text()
        done = install(script, home, FH_DOWNLOAD_URL=url, FH_UNMANAGED_INSTALL=str(elsewhere))
        expect(done.returncode == 0, f"the installer failed: {done.stderr}")
        use(elsewhere / "fh")
        expect((home / ".profile").read_text() == before, "it changed the profile")
    refuses(script, archive, folder)


def refuses(script, archive, folder):
    """Nothing is installed of what is damaged, missing or for another machine."""
    mirror = folder / "mirror"
    mirror.mkdir()
    cut = archive.read_bytes()[:-1]
    (mirror / archive.name).write_bytes(cut)
    odd = folder / "odd"
    odd.mkdir()
    (odd / "uname").write_text("#!/bin/sh\necho Plan9\n")
    (odd / "uname").chmod(0o755)
    with served(mirror) as url:
        for variables, problem in [
            ({"FH_DOWNLOAD_URL": url}, "checksum mismatch"),
            ({"FH_DOWNLOAD_URL": f"{url}/nowhere"}, "failed to download"),
            ({"FH_DOWNLOAD_URL": url, "PATH": f"{odd}:{os.environ['PATH']}"}, "unrecognized OS"),
        ]:
            home = folder / "refused"
            done = install(script, home, **variables)
            expect(done.returncode != 0 and problem in done.stderr, f"{variables}: {done}")
            expect(not home.exists(), f"{problem}, but something was installed")
    half = folder / "half.sh"
    half.write_text(script.read_text().rsplit("download_binary_and_run_installer", 1)[0])
    expect(install(half, folder / "half").stdout == "", "half an installer does something")


# The Debian package.


def installs_deb(deb, folder):
    root = folder / "root"
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/updates").mkdir()
    (root / "var/lib/dpkg/status").touch()
    (root / "var/lib/dpkg/available").touch()
    dpkg = [*([] if os.geteuid() == 0 else ["sudo"]), "dpkg", f"--root={root}"]
    output([*dpkg, "--install", deb])
    use(root / "usr/bin/fh")
    for page in PAGES:
        expect((root / f"usr/share/man/man1/{page}.gz").is_file(), f"no {page}.gz")
    completes(root / "usr/share/bash-completion/completions/fh", root / "usr/bin")
    fish = "fish/vendor_completions.d/fh.fish"
    for name in ["zsh/vendor-completions/_fh", fish, "doc/fh/copyright"]:
        expect((root / "usr/share" / name).is_file(), f"no {name}")
    output([*dpkg, "--remove", "fh"])
    expect(not (root / "usr/bin/fh").exists(), "it cannot be removed")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("target")
    parser.add_argument("--published", action="store_true", help="check the size, the start and the linking")
    args = parser.parse_args()
    archive = args.folder / f"fh-{args.target}.tar.gz"
    folder = Path(tempfile.mkdtemp(prefix="fh-dist-"))
    left = []
    try:
        inside = unpacked(archive, folder)
        use(inside / "fh")
        completes(inside / "completions/fh.bash", inside)
        found_by_binstall(archive, inside, args.target)
        lists_crates(args.folder / f"fh-{args.target}.cdx.json", args.target)
        if args.published:
            within_limits(inside / "fh")
            if args.target.endswith("-linux-musl"):
                is_static(inside / "fh", args.target.split("-")[0])
        if has("curl") or has("wget"):
            installs(args.folder, archive, folder)
        else:
            left.append("the installer, which needs curl or wget")
        if "-linux-" in args.target:
            (deb,) = args.folder.glob("*.deb")
            if has("dpkg") and (os.geteuid() == 0 or has("sudo")):
                installs_deb(deb, folder)
            else:
                left.append("the Debian package, which needs dpkg, and root or sudo")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for what in left:
        print(f"not used: {what}")
    print("what was used installs and works" if left else "all of it installs and works")


def has(program):
    return shutil.which(program) is not None


if __name__ == "__main__":
    main()
