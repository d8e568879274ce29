# Sourced by the rigs: a root file system of another Debian than the one that builds, made by mmdebstrap. What the rigs drive (Wine 10,
# GIMP 3, Krita 5.2) is newer than what the build must run on. It is kept outside the clone and mounted read-only, so it is made
# once (minutes, and the network), in the background if wanted, and no run can change it for the next. Needs root (mounts).
#
#     packages=wine,xvfb          what is in it, or $editor_packages
#     . tests/root.sh             then: prepare; inside SCRATCH COMMAND...

suite=trixie
# GIMP, Krita, and what shows and drives their windows: one root file system for both editors.
editor_packages=gimp,gir1.2-gimp-3.0,python3-gi,krita,python3-pyqt5,xvfb,xauth,openbox,xdotool,scrot
packages=${packages:-$editor_packages}
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rsrplugins
# The name says what is inside: another list gives another root file system.
root=$cache/rig-$(sha256sum <<<"$suite $packages 2" | cut -c1-12)

[ "$(id -u)" -eq 0 ] || { echo "$0: needs root, for mounting a root file system of its own." >&2; exit 2; }

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
    ) 9>"$root.lock"
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
