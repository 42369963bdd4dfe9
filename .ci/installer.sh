#!/bin/sh
# Installs fh @VERSION@ for this user: the program, its manual pages and its
# completions for bash, zsh and fish, all below ~/.local.
#
#   FH_PREFIX=DIR         install below DIR instead
#   FH_DOWNLOAD_URL=URL   download from a mirror
#
# It needs tar, gzip, and curl or wget. Nothing is changed unless the checksum is right.

set -eu

version='@VERSION@'
url=${FH_DOWNLOAD_URL:-'@URL@'}
prefix=${FH_PREFIX:-${HOME:-}/.local}
checksums='@CHECKSUMS@'

fail() {
  printf 'fh-installer: %s\n' "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# The target whose archive runs here.
target() {
  machine=$(uname -m)
  # A shell that Rosetta runs calls an Apple chip x86_64.
  if [ "$(uname -s)" = Darwin ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then
    machine=arm64
  fi
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no fh for $machine; build it with: cargo install --locked --path ." ;;
  esac
  case $(uname -s) in
    Linux) echo "$machine-unknown-linux-musl" ;;
    Darwin) echo "$machine-apple-darwin" ;;
    *) fail "there is no fh for $(uname -s); on Windows, install it in WSL" ;;
  esac
}

download() {
  if has curl; then
    curl --fail --silent --show-error --location --retry 3 --output "$2" "$1"
  elif has wget; then
    wget --quiet --output-document="$2" "$1"
  else
    fail 'install curl or wget first'
  fi || fail "cannot download $1"
}

sha256() {
  if has sha256sum; then
    sha256sum "$1"
  elif has shasum; then
    shasum -a 256 "$1"
  elif has openssl; then
    openssl dgst -sha256 -r "$1"
  else
    fail 'cannot verify the download: install sha256sum, shasum or openssl'
  fi | cut -d ' ' -f 1
}

# Replaces a file in one step, also one that runs.
put() {
  mkdir -p "$(dirname "$3")"
  cp "$2" "$3.new"
  chmod "$1" "$3.new"
  mv -f "$3.new" "$3"
}

main() {
  [ "$prefix" != /.local ] || fail 'HOME is not set; set FH_PREFIX to the folder to install below'
  case $prefix in
    /*) ;;
    *) prefix=$PWD/$prefix ;;
  esac
  has tar || fail 'install tar first'
  name="fh-$version-$(target)"
  expected=$(printf '%s\n' "$checksums" | sed -n "s/  $name.tar.gz\$//p")
  [ -n "$expected" ] || fail "this installer has no checksum of $name.tar.gz"

  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  trap 'exit 130' INT TERM HUP
  download "$url/$name.tar.gz" "$temporary/archive.tar.gz"
  actual=$(sha256 "$temporary/archive.tar.gz")
  [ "$actual" = "$expected" ] ||
    fail "$url/$name.tar.gz is damaged: SHA-256 $actual, expected $expected"
  tar -xzf "$temporary/archive.tar.gz" -C "$temporary"
  files=$temporary/$name
  "$files/fh" --version >/dev/null || fail "fh does not run here"

  put 755 "$files/fh" "$prefix/bin/fh"
  for page in "$files"/man/man1/*.1; do
    put 644 "$page" "$prefix/share/man/man1/$(basename "$page")"
  done
  put 644 "$files/completions/fh.bash" "$prefix/share/bash-completion/completions/fh"
  put 644 "$files/completions/_fh" "$prefix/share/zsh/site-functions/_fh"
  put 644 "$files/completions/fh.fish" "$prefix/share/fish/vendor_completions.d/fh.fish"

  echo "fh $version is installed as $prefix/bin/fh"
  case :$PATH: in
    *:"$prefix/bin":*) ;;
    *) echo "add it to the path: export PATH=\"$prefix/bin:\$PATH\"" ;;
  esac
  first=$(command -v fh || true)
  if [ -n "$first" ] && [ "$first" != "$prefix/bin/fh" ]; then
    echo "another fh comes first on the path: $first"
  fi
}

# At the end, so that half a download does nothing.
main
