#!/usr/bin/env bash
# The Windows rig: installs the release into a made-up Paint.NET under Wine, runs what was installed, and takes it away again.
# No Windows, no licence, no GPU: Wine 10 of Debian 13 with Mesa's software Vulkan driver runs DirectML too. README.md beside
# this file says what is checked, what is not, and what the pitfalls were.
#
#     tests/windows/run.sh             builds the release and everything else that is needed, and runs all checks
#     tests/windows/run.sh --no-build  the checks alone, on what the last run built
#     tests/windows/run.sh --build-only builds, and checks nothing
#     tests/windows/run.sh --prepare   only makes the root file system (a second script may wait for it in the background)
#     tests/windows/run.sh --shell     a shell inside, for looking around
#
# Needs root (mounts), the .NET SDK, npm and the packages of .ci/apt-packages.txt. The root file system is kept under
# ${XDG_CACHE_HOME:-~/.cache}/rsrplugins and made again when it is not there; nothing else is kept between runs.
# The last line is "N passed, N failed, N skipped".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=wine,wine64,fonts-wine,mesa-vulkan-drivers,libvulkan1,xvfb,xauth,xclip
. "$here/../root.sh"

build() {
    cd "$repository"
    rm -rf artifacts/rig
    dotnet run -c Release --project installer
    dotnet publish tests/EffectHost -c Release -r win-x64 -p:SelfContained=true -o artifacts/rig/effecthost -v:quiet -nologo
    dotnet build tests/WindowHost -c Release -o artifacts/rig/windowhost -v:quiet -nologo
    dotnet build tests/windows/WineDirect3D -c Release -o artifacts/rig/hook -v:quiet -nologo
    # The archives as their users unpack them; and what rsr makes on Linux, for comparison.
    for system in win-x64 linux-x64; do
        unzip -qo artifacts/release/rsr-[0-9]*-$system.zip -d artifacts/rig
    done
    # The same program untrimmed: a trimmed one takes no startup hook, without which Wine has no DirectML.
    dotnet publish src/RsrPlugins.Cli -c Release -r win-x64 -p:SelfContained=true -p:OnnxRuntimeFolder="$repository/artifacts/native/win-x64" \
        -o artifacts/rig/rsr-untrimmed -v:quiet -nologo
    artifacts/rig/rsr-[0-9]*-linux-x64/rsr upscale --scale 2 --device cpu --force -o artifacts/rig/expected.png "$(sample)"
}

sample() { find "$repository/samples" -name '*.png' | LC_ALL=C sort | head -n1; }

mode=${1:---build}
case $mode in
--prepare) prepare ;;
--build-only) build ;;
--build | --no-build | --shell)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    prepare &
    [ "$mode" != --build ] || build
    wait $!
    if [ "$mode" = --shell ]; then
        inside "$scratch" bash -i
    else
        code=0
        inside "$scratch" SAMPLE="/repository/$(realpath --relative-to="$repository" "$(sample)")" bash /repository/tests/windows/checks.sh || code=$?
        # Pictures of the dialogs, for people to look at; also of a run that failed.
        rm -rf "$repository/artifacts/windows"
        [ ! -d "$scratch/windows" ] || cp -r "$scratch/windows" "$repository/artifacts/windows"
        exit "$code"
    fi
    ;;
*)
    echo "Usage: tests/windows/run.sh [--no-build|--build-only|--prepare|--shell]" >&2
    exit 2
    ;;
esac
