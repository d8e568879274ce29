#!/usr/bin/env bash
# The GIMP rig: unpacks the release's plug-in into a GIMP 3 of Debian 13 and uses it, by scripts and through the real window. README.md
# beside this file says what is checked and what is not.
#
#     tests/gimp/run.sh             builds the archives for Linux and runs all checks
#     tests/gimp/run.sh --no-build  the checks alone, on the archives in artifacts/release (the Windows rig builds them too)
#     tests/gimp/run.sh --prepare   only makes the root file system (a second script may wait for it in the background)
#     tests/gimp/run.sh --shell     a shell inside, for looking around
#
# Needs root (mounts), the .NET SDK and the packages of .ci/apt-packages.txt. The root file system is kept under
# ${XDG_CACHE_HOME:-~/.cache}/rsrplugins and made again when it is not there; Krita is in it too. Screenshots are kept in
# artifacts/gimp-rig. The last line is "N passed, N failed, N skipped".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../root.sh"

unpack() {
    cd "$repository"
    rm -rf artifacts/gimp-rig
    mkdir -p artifacts/gimp-rig
    local archive
    for archive in artifacts/release/rsr-[0-9]*-linux-x64.zip artifacts/release/rsr-gimp-*-linux-x64.zip; do
        [ -e "$archive" ] || { echo "tests/gimp/run.sh: $archive is missing; run it without --no-build." >&2; exit 2; }
        unzip -qo "$archive" -d artifacts/gimp-rig
    done
}

mode=${1:---build}
case $mode in
--prepare) prepare ;;
--build | --no-build | --shell)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    prepare &
    [ "$mode" != --build ] || (cd "$repository" && dotnet run -c Release --project installer -- --only linux-x64)
    wait $!
    unpack
    if [ "$mode" = --shell ]; then
        inside "$scratch" bash -i
    else
        code=0
        inside "$scratch" ONLY="${ONLY:-}" bash /repository/tests/gimp/checks.sh || code=$?
        find "$scratch" -maxdepth 1 -name '*.png' -exec cp -t "$repository/artifacts/gimp-rig" {} +
        exit "$code"
    fi
    ;;
*)
    echo "Usage: tests/gimp/run.sh [--no-build|--prepare|--shell]" >&2
    exit 2
    ;;
esac
