#!/usr/bin/env bash
# The Krita rig: the plug-in of desktop/krita in a Krita 5.2 of Debian 13, without a window (kritarunner).
#
#     tests/krita/run.sh             builds the archives for Linux and runs all checks
#     tests/krita/run.sh --no-build  the checks alone, on the archive in artifacts/release
#
# Needs root (mounts), the .NET SDK and the packages of .ci/apt-packages.txt; the root file system is the GIMP rig's (tests/root.sh). The
# last line is "N passed, N failed, N skipped". Not checked: the dialogs in Krita's window, and Krita on Windows and macOS.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../root.sh"
case ${1:---build} in
--build) (cd "$repository" && dotnet run -c Release --project installer -- --only linux-x64) ;;
--no-build) ;;
*)
    echo "Usage: tests/krita/run.sh [--no-build]" >&2
    exit 2
    ;;
esac
prepare
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rm -rf "$repository/artifacts/krita-rig"
unzip -qo "$repository"/artifacts/release/rsr-[0-9]*-linux-x64.zip -d "$repository/artifacts/krita-rig"
inside "$scratch" bash /repository/tests/krita/checks.sh
