#!/usr/bin/env bash
# The Windows rig: installs the release into a made-up Paint.NET under Wine, runs what was installed, and takes it away again.
# No Windows, no licence, no GPU: Wine 10 of Debian 13 with Mesa's software Vulkan driver runs DirectML too. README.md beside
# this file says what is checked, what is not, and what the pitfalls were.
#
#     tests/windows/run.sh             builds the release and everything else that is needed, and runs all checks
#     tests/windows/run.sh --no-build  the checks alone, on what the last run built
#     tests/windows/run.sh --prepare   only makes the root file system (a second script may wait for it in the background)
#     tests/windows/run.sh --shell     a shell inside, for looking around
#
# Needs root (mounts), the .NET SDK, npm and the packages of .ci/apt-packages.txt. The root file system is kept under
# ${XDG_CACHE_HOME:-~/.cache}/rsrplugins and made again when it is not there; nothing else is kept between runs.
# The last line is "N passed, N failed, N skipped".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)

suite=trixie
packages=wine,wine64,mesa-vulkan-drivers,libvulkan1,xvfb,xauth
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rsrplugins
# The name says what is inside: another list gives another root file system.
root=$cache/rig-$(sha256sum <<<"$suite $packages 2" | cut -c1-12)

[ "$(id -u)" -eq 0 ] || { echo "tests/windows/run.sh: needs root, for mounting a root file system of its own." >&2; exit 2; }

# Debian's mirror as this machine's own apt has it; only the release itself, whose index never changes under a download.
mirror() {
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk '$1 !~ /-/ && $2 ~ /debian\/?$/ { print $2; exit }'
}

prepare() {
    mkdir -p "$cache"
    (
        flock 9
        [ -e "$root/rig" ] && return
        rm -rf "$root" "$root.new"
        local uri
        uri=$(mirror)
        # Without a mirror of its own, mmdebstrap takes Debian's.
        mmdebstrap --quiet --variant=apt --include="$packages" \
            --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
            "$suite" "$root.new" ${uri:+"deb $uri $suite main"}
        # Mount points: inside, everything else is read-only.
        mkdir "$root.new/repository" "$root.new/rig"
        mv "$root.new" "$root"
    ) 9>"$cache/lock"
}

# inside SCRATCH COMMAND...: runs in the root file system, with the repository at /repository (read-only) and SCRATCH at /rig.
# Its processes and mounts go when the command ends. Wine needs /proc, /sys and /dev as they are.
inside() {
    unshare --mount --pid --ipc --fork --kill-child -- bash -euc '
        root=$1 repository=$2 scratch=$3
        shift 3
        mount --bind "$root" "$root"
        mount -o remount,bind,ro "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        for folder in tmp run root var/cache; do mount -t tmpfs tmpfs "$root/$folder"; done
        mkdir -m 1777 "$root/tmp/.X11-unix"
        mount --bind "$repository" "$root/repository"
        mount -o remount,bind,ro "$root/repository"
        mount --bind "$scratch" "$root/rig"
        exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$@"
    ' rig "$root" "$repository" "$@"
}

build() {
    cd "$repository"
    rm -rf artifacts/rig
    dotnet run -c Release --project installer
    dotnet publish tests/EffectHost -c Release -r win-x64 -p:SelfContained=true -o artifacts/rig/effecthost -v:quiet -nologo
    dotnet build tests/windows/WineDirect3D -c Release -o artifacts/rig/hook -v:quiet -nologo
    # The archives as their users unpack them; and what rsr makes on Linux, for comparison.
    for system in win-x64 linux-x64; do
        unzip -qo artifacts/release/rsr-*-$system.zip -d artifacts/rig
    done
    artifacts/rig/rsr-*-linux-x64/rsr upscale --scale 2 --device cpu --force -o artifacts/rig/expected.png "$(sample)"
}

sample() { find "$repository/samples" -name '*.png' | LC_ALL=C sort | head -n1; }

mode=${1:---build}
case $mode in
--prepare) prepare ;;
--build | --no-build | --shell)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    prepare &
    [ "$mode" != --build ] || build
    wait $!
    if [ "$mode" = --shell ]; then
        inside "$scratch" bash -i
    else
        inside "$scratch" SAMPLE="/repository/$(realpath --relative-to="$repository" "$(sample)")" bash /repository/tests/windows/checks.sh
    fi
    ;;
*)
    echo "Usage: tests/windows/run.sh [--no-build|--prepare|--shell]" >&2
    exit 2
    ;;
esac
