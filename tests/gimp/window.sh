#!/usr/bin/env bash
# The plug-in in GIMP's real window, by keyboard as a person would: dialog, progress, Cancel, one Ctrl+Z. Run by checks.sh. agent.py
# inside the same GIMP says what the documents are like. Screenshots go to /rig.
set -uo pipefail
export DISPLAY=:9

. /repository/tests/check.sh

after_failure() { scrot -o "/rig/failed-$failed.png"; }

# until_true SECONDS COMMAND...: waits for it.
until_true() {
    local end=$((SECONDS + $1))
    until "${@:2}"; do
        [ "$SECONDS" -lt "$end" ] || { echo "waited $1 s in vain for: ${*:2}"; return 1; }
        sleep 0.1
    done
}

window() { xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -n1 | grep .; }
shown() { window "$1" >/dev/null; }
gone() { ! shown "$1"; }
running() { pgrep -x rsr-gimp >/dev/null; }
ended() { ! running; }

# ask COMMAND...: what the agent answers.
ask() {
    rm -f /rig/answer
    echo "$*" >/rig/command.new
    mv /rig/command.new /rig/command
    until_true 60 test -e /rig/answer >/dev/null && cat /rig/answer
}

# dismiss TITLE: closes a message.
dismiss() {
    until_true 10 shown "$1" && xdotool windowactivate --sync "$(window "$1")" && xdotool key Return && until_true 5 gone "$1"
}

focus() { xdotool windowactivate --sync "$(window 'GIMP$')"; }

# open_dialog NAME: by GIMP's search for commands, so that no menu has to be hit by the mouse.
open_dialog() {
    focus
    xdotool key slash
    sleep 1
    xdotool type --delay 30 "${1,,}"
    sleep 1
    xdotool key Return
    until_true 30 shown "^$1$"
    xdotool windowactivate --sync "$(window "^$1$")"
}

# start NAME LETTER: opens the dialog and says OK by its letter; the plug-in works when this returns.
start() {
    open_dialog "$1"
    xdotool key "alt+$2"
    until_true 10 gone "^$1$"
}

dialog_fits() {
    local geometry
    # The image fills its window (View > Zoom > Fit Image in Window).
    focus
    xdotool key ctrl+shift+j
    sleep 1
    open_dialog 'Learned Upscale' || return 1
    sleep 2
    scrot -o /rig/gimp-dialog.png
    geometry=$(xdotool getwindowgeometry --shell "$(window '^Learned Upscale$')")
    echo "$geometry"
    eval "$geometry"
    [ "$WIDTH" -ge 300 ] && [ "$WIDTH" -le 640 ] && [ "$HEIGHT" -ge 200 ] && [ "$HEIGHT" -le 520 ]
}

closes() {
    xdotool key alt+u
    until_true 5 gone '^Learned Upscale$'
}

enlarges() {
    until_true 60 ended
    local now
    now=$(ask state)
    scrot -o /rig/gimp-result.png
    echo "$before -> $now"
    [ "${now%% *}" = "$1" ] && [ "${now#* }" != "${before#* }" ]
}

# One Ctrl+Z brings back everything, one Ctrl+Y makes it again.
one_undo() {
    local after undone redone
    after=$(ask state)
    focus
    xdotool key ctrl+z
    sleep 2
    undone=$(ask state)
    focus
    xdotool key ctrl+y
    sleep 2
    redone=$(ask state)
    printf '%s\n' "$before" "$after" "$undone" "$redone"
    [ "$undone" = "$before" ] && [ "$redone" = "$after" ] && [ "$after" != "$before" ]
}

cancel() {
    local large
    large=$(ask large)
    start 'Learned Upscale' u || return 1
    sleep 3
    running || { echo 'it was over before it could be cancelled'; return 1; }
    scrot -o /rig/gimp-progress.png
    # The button right of the progress bar, in a window of this size.
    focus
    xdotool mousemove 988 772 sleep 0.3 click 1 sleep 0.3 mousemove 1279 799
    until_true 5 ended && [ "$(ask state)" = "$large" ]
}

killed() {
    local large
    large=$(ask state)
    start 'Learned Upscale' u || return 1
    sleep 2
    pkill -9 -x rsr-gimp || { echo 'it was over before it could be killed'; return 1; }
    # What GIMP says about it.
    dismiss 'GIMP Message' && [ "$(ask state)" = "$large" ]
}

# The dialog's own choices lead back, although the last enlargement was another.
comes_back() {
    local odd back
    odd=$(ask odd)
    open_dialog 'Learned Downscale' || return 1
    xdotool key alt+a
    sleep 0.5
    xdotool key Down
    sleep 0.5
    xdotool key alt+d
    until_true 10 gone '^Learned Downscale$'
    until_true 30 ended
    local small
    small=$(ask state)
    open_dialog 'Learned Upscale' || return 1
    sleep 1
    scrot -o /rig/gimp-preselected.png
    xdotool key alt+u
    until_true 30 gone '^Learned Upscale$'
    until_true 30 ended
    back=$(ask state)
    echo "$odd -> $small -> $back"
    [ "${small%% *}" = 34x23 ] && [ "${back%% *}" = 101x67 ]
}

# Without -noreset it starts over each time the last window has gone.
Xvfb :9 -screen 0 1280x800x24 -noreset >/rig/xvfb.log 2>&1 &
until_true 10 test -e /tmp/.X11-unix/X9
openbox >/dev/null 2>&1 &
gimp-3.0 --no-splash --no-data --new-instance --batch-interpreter=python-fu-eval -b "exec(open('/repository/tests/gimp/agent.py').read())" >/rig/gimp.log 2>&1 &
gimp=$!
until_true 120 shown 'GIMP$'

before=$(ask open /repository/samples/harbour.png)
# The same place for everything in every run, and the mouse where it brings up no hint.
xdotool windowmove --sync "$(window 'GIMP$')" 0 0 windowsize --sync "$(window 'GIMP$')" 1270 770 mousemove 1279 799
check 'the dialog opens, in full, no larger than it has to be' dialog_fits
check 'OK by its letter: the dialog closes' closes
check 'the document is enlarged' enlarges 640x426
check 'one Ctrl+Z brings back the document to the byte, one Ctrl+Y the result' one_undo
before=$(ask everything)
start 'Learned Upscale' u
check 'a document with everything is enlarged' enlarges 200x140
check 'one Ctrl+Z brings back all of it' one_undo
check 'Cancel while it works, the dialog closed: the program is gone, the document whole' cancel
check 'killed: GIMP goes on, the document is whole' killed
check 'the dialog leads a reduced image back to its size by itself' comes_back

check 'GIMP is still there' kill -0 "$gimp"
check 'GIMP has had nothing to complain of but what was killed' sh -c "grep -v 'killed\|crashed\|stale context' /rig/gimp.log | grep -i 'critical\|refed\|warning.*rsr' && exit 1 || exit 0"
echo quit >/rig/command
kill "$gimp" 2>/dev/null
echo "$passed passed, $failed failed, 0 skipped"
