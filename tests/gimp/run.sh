#!/usr/bin/env bash
# The GIMP rig. So far it makes the root file system alone, which tests of Krita use too.
#
#     tests/gimp/run.sh --prepare  only makes the root file system (a second script may wait for it in the background)
#     tests/gimp/run.sh --shell    a shell inside, for looking around
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../root.sh"

case ${1:-} in
--prepare) prepare ;;
--shell)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    prepare
    inside "$scratch" bash -i
    ;;
*)
    echo "Usage: tests/gimp/run.sh --prepare|--shell" >&2
    exit 2
    ;;
esac
