#!/bin/sh
# Installs imggen for you alone, and checks what it downloads.
#
#   curl -fsSL https://github.com/@REPOSITORY@/releases/latest/download/install.sh | sh
#
# IMGGEN_VERSION  another version than @VERSION@
# IMGGEN_INSTALL  another directory than ~/.local/bin
# IMGGEN_URL      where the archives are, where it is not the release of that version
set -eu

fail() {
    echo "imggen: $*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

download() {
    if has curl; then
        curl -fsSL -o "$2" "$1"
    elif has wget; then
        wget -q -O "$2" "$1"
    else
        fail "curl or wget has to be there"
    fi || fail "$1 cannot be downloaded"
}

sum() {
    if has sha256sum; then
        sha256sum "$1"
    elif has shasum; then
        shasum -a 256 "$1"
    else
        fail "sha256sum or shasum has to be there"
    fi | cut -d ' ' -f 1
}

target() {
    case $(uname -m) in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) fail "there is no archive for $(uname -m): \`cargo install imggen-dockerfile\` builds it" ;;
    esac
    case $(uname -s) in
        Linux) echo "$machine-unknown-linux-musl" ;;
        Darwin) echo "$machine-apple-darwin" ;;
        *) fail "there is no archive for $(uname -s): \`cargo install imggen-dockerfile\` builds it" ;;
    esac
}

# all of it in a function, so that a script that arrives in part does nothing
main() {
    version=${IMGGEN_VERSION:-@VERSION@}
    version=${version#v}
    directory=${IMGGEN_INSTALL:-$HOME/.local/bin}
    url=${IMGGEN_URL:-https://github.com/@REPOSITORY@/releases/download/v$version}
    name=imggen-$version-$(target)

    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    download "$url/$name.tar.gz" "$work/$name.tar.gz"
    download "$url/SHA256SUMS" "$work/SHA256SUMS"
    wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  *\**$name\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
    [ -n "$wanted" ] || fail "SHA256SUMS does not name $name.tar.gz"
    got=$(sum "$work/$name.tar.gz")
    [ "$got" = "$wanted" ] || fail "$name.tar.gz has the checksum $got, and not $wanted: nothing is installed"

    tar -C "$work" -xzf "$work/$name.tar.gz"
    mkdir -p "$directory"
    # beside its place first, so that one that is running is not written over
    cp "$work/$name/imggen" "$directory/.imggen.new"
    chmod 755 "$directory/.imggen.new"
    mv -f "$directory/.imggen.new" "$directory/imggen"
    echo "imggen $version is in $directory"
    case :$PATH: in
        *:"$directory":*) ;;
        *) echo "add it to PATH: export PATH=\"$directory:\$PATH\"" ;;
    esac
}

main "$@"
