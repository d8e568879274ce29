#!/usr/bin/env bash
# Adds "Enlarge x2" and "Enlarge x4" to the menus of Nautilus (Scripts) and Dolphin for this user, or removes them. Nothing is copied: the
# entries call rsr where this archive is unpacked, so run it again after moving the folder.
#
#     ./install.sh            adds
#     ./install.sh --remove   removes
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
scripts=$data/nautilus/scripts menus=$data/kio/servicemenus
menu=$menus/rsr-enlarge.desktop

rm -f "$scripts/Enlarge x2" "$scripts/Enlarge x4" "$menu"
if [ "${1:-}" = --remove ]; then
    rmdir --ignore-fail-on-non-empty "$scripts" "$menus" 2>/dev/null || true
    exit 0
fi

mkdir -p "$scripts" "$menus"
for scale in 2 4; do
    printf '#!/bin/sh\n# Made by RsrPlugins (file-managers/install.sh).\nexec %q %s "$@"\n' "$here/rsr-enlarge" "$scale" >"$scripts/Enlarge x$scale"
    chmod +x "$scripts/Enlarge x$scale"
done
{
    printf '[Desktop Entry]\nType=Service\nMimeType=image/png;image/jpeg;image/webp;image/tiff;image/avif;image/gif;\nActions=x2;x4;\nX-KDE-Submenu=Enlarge with RsrPlugins\nX-KDE-Priority=TopLevel\n'
    # Quoted as desktop entries want it: in double quotes, with a backslash (itself written twice) before what is special there.
    quoted=$(sed 's/[\\"`$]/\\\\&/g; s/%/%%/g' <<<"$here/rsr-enlarge")
    for scale in 2 4; do
        printf '\n[Desktop Action x%s]\nName=Enlarge x%s\nIcon=transform-scale\nExec="%s" %s %%F\n' "$scale" "$scale" "$quoted" "$scale"
    done
} >"$menu"
chmod +x "$menu" # Dolphin takes service menus of a user only if they may be executed.
echo "Added to Nautilus (Scripts) and Dolphin; $0 --remove takes them away."
