#!/usr/bin/env bash
# What the rig checks, run by run.sh inside its root file system: the repository is at /repository, /rig is for scratch. Reads as
# the life of an installation: refusals, installing, using, upgrading, removing. Every check is counted, none stops the rest.
set -uo pipefail
shopt -s nullglob

export WINEPREFIX=/rig/prefix WINEDEBUG=-all XDG_RUNTIME_DIR=/run DISPLAY=:7
# .NET's facade assemblies name mscoree.dll as an import, so it has to be there; only while Wine makes its prefix it is hidden,
# or Wine would ask for Mono. A crash must not open a debugger.
export WINEDLLOVERRIDES='mshtml,winedbg.exe='

# Wine 10 seems not to keep a thread's AVX-512 registers while .NET's garbage collector holds it up: with them 3 of 13 runs of all
# goldens had wrong pictures (once every one of RRNet x3), without them none of 6, nor any on Linux with them. The bytes are the same
# with any width of vectors (CpuSessionTests; goldens in .ci/run), so nothing is left out.
export DOTNET_EnableAVX512F=0 DOTNET_EnableAVX512=0

release=/repository/artifacts/release
setup=$(echo "$release"/RsrPlugins-*-setup.exe)
staged=/repository/artifacts/stage/RsrPlugins
explorer=/repository/artifacts/stage/explorer-win-x64
goldens=/repository/tests/RsrPlugins.PaintDotNet.Tests/Goldens
drive=$WINEPREFIX/drive_c
version=$(basename "$setup" | cut -d- -f2)

. /repository/tests/check.sh

# counted NAME LINE COMMAND...: a command that counts goldens itself; LINE has to be in its output.
counted() {
    local output counts began=$SECONDS
    output=$("${@:3}" 2>&1 </dev/null)
    counts=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped\r?$/\1 \2 \3/p' <<<"$output" | tail -n1)
    if [ -z "$counts" ] || ! grep -q "$2" <<<"$output"; then
        failed=$((failed + 1))
        echo "FAILED  $1 ($((SECONDS - began)) s): expected counts and \"$2\""
        tail -n 40 <<<"$output" | sed 's/^/        /'
        return
    fi
    read -r p f s <<<"$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$([ "$f" -eq 0 ] && echo 'ok    ' || echo FAILED)  $1: $p passed, $f failed ($((SECONDS - began)) s)"
    [ "$f" -eq 0 ] || tail -n 40 <<<"$output" | sed 's/^/        /'
}

# Programs of the release, as their users start them.
run_setup() { timeout 180 wine "$setup" /S "$@"; }
uninstall() { timeout 120 wine "$1/Effects/RsrPlugins/uninstall.exe" /S && timeout 120 wineserver -w; }
rsr() { timeout 300 wine /repository/artifacts/rig/rsr-[0-9]*-win-x64/rsr.exe "$@"; }
rsr_untrimmed() { timeout 300 wine /repository/artifacts/rig/rsr-untrimmed/rsr.exe "$@"; }
effecthost() { timeout 900 wine /repository/artifacts/rig/effecthost/effecthost.exe "$@"; }
on_directml() { DOTNET_STARTUP_HOOKS='Z:\repository\artifacts\rig\hook\WineDirect3D.dll' "$@"; }
windowhost() { timeout 600 wine /repository/artifacts/rig/windowhost/windowhost.exe "$@"; }
windows_path() { winepath -w "$1"; }

# make_paintnet FOLDER MACHINE: paintdotnet.exe as far as an installer looks at it, the processor it is for (8664 x64, aa64 ARM64,
# 014c x86) in a PE header 64 bytes into the file.
make_paintnet() {
    mkdir -p "$1"
    { printf 'MZ'; head -c 58 /dev/zero; printf '\x40\0\0\0PE\0\0'"\\x${2:2}\\x${2:0:2}"; } >"$1/paintdotnet.exe"
}

expect_exit() {
    local code=0
    "${@:2}" || code=$?
    [ "$code" -eq "$1" ] || { echo "exit code $code, expected $1"; return 1; }
}

nothing_installed() { [ -z "$(find "$drive" -ipath '*rsrplugins*')" ] || { find "$drive" -ipath '*rsrplugins*'; return 1; }; }

# installed FOLDER RUNTIME SCALES [without-explorer]: exactly the staged files that belong there, byte for byte, and the uninstaller.
installed() {
    local plugin=$1/Effects/RsrPlugins
    diff -u <(
        {
            cd "$staged" && find . -type f |
                grep -v '^./runtimes/' |
                grep -vE "^./models/[a-z]+-x[234]-" | cat - <(find . -path "./runtimes/$2/*" -type f) <(find . -regex "./models/[a-z]+-x[$3]-.*" -type f) |
                xargs sha256sum
            [ "$2" != win-x64 ] || [ $# -gt 3 ] || { cd "$explorer" && find . -type f | xargs sha256sum; }
        } | LC_ALL=C sort -k2
    ) <(cd "$plugin" && find . -type f ! -name uninstall.exe | xargs sha256sum | LC_ALL=C sort -k2) && [ -s "$plugin/uninstall.exe" ]
}

# What Explorer does with "Enlarge with RsrPlugins": the command that is registered for an ending, run on a file of C:\pictures.
registered() { wine reg query "HKLM\\Software\\Classes\\SystemFileAssociations\\$1\\shell\\RsrPlugins.Enlarge\\shell\\x$2\\command" /ve | tr -d '\r' | sed -n 's/.*REG_SZ *//p'; }
explorer_enlarges() {
    local command
    command=$(registered ".${1##*.}" "$2")
    command=${command//%1/C:\\pictures\\$1}
    # Quotes mean the same to Windows and to the shell; backslashes do not.
    eval "timeout 300 wine ${command//\\/\\\\}"
}

# in_menu FOLDER SCALES: every kind of picture has these scales, and their command names what is installed there.
in_menu() {
    local ending scale program
    program=$(windows_path "$1/Effects/RsrPlugins/rsr-enlarge.exe")
    diff <(
        for ending in .png .jpg .jpeg .jpe .jfif .jif .webp .tif .tiff .avif .gif; do
            for scale in ${2//,/ }; do
                echo "$ending\\x$scale: \"$program\" --scale $scale \"%1\""
            done
        done | LC_ALL=C sort
    ) <(
        wine reg query 'HKLM\Software\Classes\SystemFileAssociations' /s | tr -d '\r' |
            sed -nE '/^HKEY/ { s/.*SystemFileAssociations\\(\.[a-z]+)\\shell\\RsrPlugins\.Enlarge\\shell\\(x[0-9])\\command$/\1\\\2/; h }; /REG_SZ/ { s/^.*REG_SZ +//; H; g; /^\.[a-z]+\\x[0-9]\n/ { s/\n/: /; p } }' | LC_ALL=C sort
    )
}

explorer_makes_the_picture() {
    mkdir -p "$drive/pictures" && cp "$SAMPLE" "$drive/pictures/two words.png" && explorer_enlarges 'two words.png' 2 &&
        rsr compare --json 'C:\pictures\two words-x2.png' 'Z:\repository\artifacts\rig\expected.png' | tee /rig/compare.json &&
        grep -qE '"maxDifference": *[01][,}[:space:]]' /rig/compare.json
}

# answers TEXT BUTTON EXIT FILE SCALE: runs the command, whose window has to say TEXT, and presses BUTTON (1 OK, 2 Cancel).
answers() {
    local code=0
    explorer_enlarges "$4" "$5" &
    windowhost window 'Enlarge with RsrPlugins' --says "$1" --press "$2" --picture "Z:\\rig\\windows\\explorer-$3.png" || code=1
    expect_exit "$3" wait $! && return $code
}

says_what_is_damaged() {
    head -c 9000 "$SAMPLE" >"$drive/pictures/damaged.png" && answers 'expected a whole PNG' 1 3 damaged.png 2 && [ ! -e "$drive/pictures/damaged-x2.png" ]
}

cancels() {
    rsr upscale --scale 4 --device cpu --force -o 'C:\pictures\large.png' "$SAMPLE" && answers 'Enlarging large.png 4 times' 2 130 large.png 4 &&
        [ "$(ls -A "$drive/pictures" | grep -c large)" -eq 1 ]
}

# Three files at once, as a selection of three is: one works, the others wait.
takes_turns() {
    local name running=()
    for name in a b c; do
        cp "$SAMPLE" "$drive/pictures/$name.png"
        explorer_enlarges $name.png 2 &
        running+=($!)
    done
    wait "${running[@]}"
    ls "$drive/pictures"
    [ -e "$drive/pictures/a-x2.png" ] && [ -e "$drive/pictures/b-x2.png" ] && [ -e "$drive/pictures/c-x2.png" ]
}

# The entry in Settings > Apps; every value a user or Windows makes use of.
uninstall_entry() {
    local folder entry
    folder=$(windows_path "$1/Effects/RsrPlugins")
    entry=$(wine reg query "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\RsrPlugins ${folder//\\//}" /s | tr -d '\r')
    echo "$entry"
    has() { grep -qF -- "$1" <<<"$entry" || { echo "missing: $1"; return 1; }; }
    has "DisplayName    REG_SZ    RsrPlugins for Paint.NET" && has "DisplayVersion    REG_SZ    $version" && has "Publisher    REG_SZ    RsrPlugins" &&
        has "InstallLocation    REG_SZ    $folder" && has "UninstallString    REG_SZ    \"$folder\\uninstall.exe\"" &&
        has "QuietUninstallString    REG_SZ    \"$folder\\uninstall.exe\" /S" && has "DisplayIcon    REG_SZ    $folder\\uninstall.exe" && has "EstimatedSize    REG_DWORD"
}

file_has_version_information() {
    local text
    text=$(tr -d '\0' <"$setup" | grep -aoE 'FileDescriptionRsrPlugins Setup|ProductVersion[0-9.]+' | sort -u)
    echo "$text"
    grep -q 'FileDescriptionRsrPlugins Setup' <<<"$text" && grep -qF "ProductVersion$version" <<<"$text"
}

asks_for_no_rights() { grep -a 'requestedExecutionLevel level="asInvoker"' "$setup" >/dev/null; }

# refuses_links FOLDER: a link in the place of one of our folders, to where somebody wants something written or deleted.
refuses_links() {
    local code=0
    mkdir -p /rig/elsewhere/models "$1/Effects" && echo kept >/rig/elsewhere/models/models.json
    ln -s /rig/elsewhere "$1/Effects/RsrPlugins" && expect_exit 9 run_setup "$2" || code=1
    rm "$1/Effects/RsrPlugins" && mkdir "$1/Effects/RsrPlugins" && ln -s /rig/elsewhere/models "$1/Effects/RsrPlugins/models"
    expect_exit 9 run_setup "$2" || code=1
    rm -r "$1/Effects"
    [ "$(find /rig/elsewhere -type f)" = /rig/elsewhere/models/models.json ] && [ "$code" -eq 0 ]
}

without_vc_runtime() {
    local code=0 library=$drive/windows/system32/vcruntime140_1.dll
    mv "$library" /rig/vcruntime140_1.dll
    expect_exit 10 run_setup "$1" || code=1
    mv /rig/vcruntime140_1.dll "$library"
    return $code
}

# Somebody's program in the place of our uninstaller: one that shows a window and waits, so that a setup that ran it would not end.
ignores_planted_uninstaller() {
    mkdir -p "$1/Effects/RsrPlugins"
    cp "$drive/windows/system32/winver.exe" "$1/Effects/RsrPlugins/uninstall.exe"
    run_setup "$2" && ! cmp -s "$drive/windows/system32/winver.exe" "$1/Effects/RsrPlugins/uninstall.exe" && installed "$1" win-x64 234
}

refuses_while_running() {
    # What runs has to be a program that goes on; its name is what counts.
    cp "$drive/windows/system32/ping.exe" "$drive/rig-other/paintdotnet.exe"
    wine "$drive/rig-other/paintdotnet.exe" -n 60 127.0.0.1 >/dev/null 2>&1 &
    sleep 5
    expect_exit 4 run_setup "$1"
    local result=$?
    wine taskkill /f /im paintdotnet.exe >/dev/null 2>&1
    wait
    return $result
}

# The uninstaller's folder for its running copy may stay in the temporary folder, empty; that is NSIS's and Windows' own way.
file_list() { (cd "$drive" && find . ! -path './windows/*' ! -path './rig-other/*' ! -name '~nsu*.tmp' | LC_ALL=C sort); }

# gimp_has VERSION...: GIMP's plug-in, byte for byte as it was staged, in these of the user's GIMP folders and in no other.
gimp_has() {
    local folder
    for folder in "$gimp"/*/; do
        if [[ " $* " == *" $(basename "$folder") "* ]]; then
            diff -r "$folder/plug-ins/rsr-gimp" /repository/artifacts/stage/gimp-win-x64/rsr-gimp || return 1
        elif [ -e "$folder/plug-ins/rsr-gimp" ]; then
            echo "unexpected: $folder/plug-ins/rsr-gimp"
            return 1
        fi
    done
}

# The program without GIMP: its own files, the engine, a network; and what it says when GIMP's libraries are not there.
gimp_plugin_computes() {
    local program=$gimp/3.0/plug-ins/rsr-gimp/rsr-gimp.exe
    timeout 120 wine "$program" --check | tee /rig/gimp-check && grep -q 'srnet-x2-photo: computed' /rig/gimp-check &&
        expect_exit 1 timeout 60 wine "$program" 2>/rig/gimp-alone && grep -q 'is started by GIMP' /rig/gimp-alone
}

# After a restart of Windows: an uninstaller cannot delete its own running copy in the temporary folder and leaves that to it.
nothing_left() {
    wineboot -r >/dev/null 2>&1
    wineserver -w
    diff -u "$1" <(file_list) || return 1
    ! grep -il 'rsrplugins' "$WINEPREFIX"/system.reg "$WINEPREFIX"/user.reg
}

rsr_enlarges() {
    rsr upscale --scale 2 --device cpu --force -o 'Z:\rig\enlarged.png' "$SAMPLE" &&
        rsr compare --json 'Z:\rig\enlarged.png' 'Z:\repository\artifacts\rig\expected.png' | tee /rig/compare.json &&
        grep -qE '"maxDifference": *[01][,}[:space:]]' /rig/compare.json
}

# Small and short: a software renderer computes here.
rsr_bench_on_directml() {
    on_directml rsr_untrimmed bench --device directml --scale 2 --size 32 --seconds 0.1 --json | tee /rig/bench.json &&
        grep -q '"device": *"directml"' /rig/bench.json
}

models_agree() {
    on_directml rsr_untrimmed models verify --device all | tee /rig/verify &&
        grep -q 'DirectML' /rig/verify && ! grep 'does not run on DirectML' /rig/verify
}

# at_dpi DPI COMMAND...: with the system's resolution at so many dots per inch; 96 is 100 %. Windows tells a program when it starts.
at_dpi() {
    local code=0
    wine reg add 'HKCU\Control Panel\Desktop' /v LogPixels /t REG_DWORD /d "$1" /f >/dev/null 2>&1
    wineserver -k
    wineserver -w
    "${@:2}" || code=$?
    wine reg add 'HKCU\Control Panel\Desktop' /v LogPixels /t REG_DWORD /d 96 /f >/dev/null 2>&1
    wineserver -k
    wineserver -w
    return $code
}

# What an effect copies, read by an X11 program and by another Windows program while the first still runs: the same pixels, alpha too.
copies_with_alpha() {
    rm -f /rig/copied.png /rig/read-by-*.png /rig/was-read
    windowhost copy --plugin "$plugin" --layer "Z:${goldens//\//\\}\\inputs\\logo.png" --expected 'Z:\rig\copied.png' --until 'Z:\rig\was-read' &
    local host=$! code=0
    for _ in $(seq 240); do [ -e /rig/copied.png ] && break || sleep 0.5; done
    # Wine tells the X server of its clipboard by and by.
    for _ in $(seq 60); do timeout 30 xclip -selection clipboard -t image/png -o >/rig/read-by-xclip.png 2>/rig/xclip.log && break || sleep 1; done
    cat /rig/xclip.log
    windowhost paste 'Z:\rig\read-by-windows.png' || code=1
    touch /rig/was-read
    wait $host || code=1
    windowhost same 'Z:\rig\copied.png' 'Z:\rig\read-by-xclip.png' && windowhost same 'Z:\rig\copied.png' 'Z:\rig\read-by-windows.png' && [ $code -eq 0 ]
}

# ------------------------------------------------------------------------------------------------------------- preparation

# Without -noreset it starts over, and may fail to, each time the last window has gone.
Xvfb :7 -screen 0 1920x1080x24 -noreset >/rig/xvfb.log 2>&1 &
WINEDLLOVERRIDES='mscoree,mshtml,winedbg.exe=' timeout 300 wineboot -i >/dev/null 2>&1
timeout 120 wineserver -w
# Windows draws the frames of its windows itself, where no window manager does.
wine reg add 'HKCU\Software\Wine\X11 Driver' /v Managed /d N /f >/dev/null 2>&1
mkdir -p "$drive/rig-other"
paintnet="$drive/Tools/My paint.net"
echo "Rig: $(wine --version), $(uname -m), $(nproc) processors; release $version"

# ------------------------------------------------------------------------------------------------------ what it refuses to do

check 'the setup file carries version information' file_has_version_information
check 'no Paint.NET: exit code 3' expect_exit 3 run_setup
check 'a folder without Paint.NET: exit code 3' expect_exit 3 run_setup '/D=C:\rig-other'
make_paintnet "$drive/rig-x86" 014c
check 'a 32-bit Paint.NET: exit code 3' expect_exit 3 run_setup '/D=C:\rig-x86'
rm -r "$drive/rig-x86"
cp /repository/artifacts/rig/effecthost/effecthost.exe "$drive/rig-other/paintdotnet.exe" # Any program of version 1.0.
check 'a Paint.NET before 5.1: exit code 3' expect_exit 3 run_setup '/D=C:\rig-other'
make_paintnet "$drive/rig-x64" 8664
check 'scales not understood: exit code 7' expect_exit 7 run_setup /SCALES=2,5 '/D=C:\rig-x64'
check 'Paint.NET is running: exit code 4' refuses_while_running '/D=C:\rig-x64'
check 'starts without an administrator'"'"'s rights' asks_for_no_rights
check 'a folder that is a link: exit code 9, and nothing is written there' refuses_links "$drive/rig-x64" '/D=C:\rig-x64'
check 'no Visual C++ runtime: exit code 10' without_vc_runtime '/D=C:\rig-x64'
rm -r "$drive/rig-x64"
check 'nothing was installed by any of these' nothing_installed

# ------------------------------------------------------------------------------------------------------------------ installing

make_paintnet "$paintnet" 8664
wine reg add 'HKLM\SOFTWARE\paint.net' /v TARGETDIR /d "$(windows_path "$paintnet")\\" /f >/dev/null 2>&1
file_list >/rig/before
check 'installs silently where the registry says Paint.NET is' run_setup
check 'every file is there, for x64, and no other' installed "$paintnet" win-x64 234
check 'the uninstall entry is complete' uninstall_entry "$paintnet"

# ----------------------------------------------------------------------------------------------- what was installed, at work

plugin=$(windows_path "$paintnet/Effects/RsrPlugins")
check 'the effect host finds both effects in the installed plugin' bash -c "$(declare -f effecthost); effecthost list --plugin '$plugin' | tee /rig/list && grep -q 'Learned Downscale' /rig/list && grep -q 'Learned Upscale' /rig/list"
# Linux's CPU results within one level of every channel: where the last bits of a network's output differ, rounding tips over by
# one level and, by the way red, green and blue are chosen (ColourRows), never by two.
effecthost_goldens() {
    effecthost goldens "Z:${goldens//\//\\}" --plugin "$plugin" --tolerance 1 --mean-tolerance 0.15 --failures 'Z:\rig\failures' "$@"
}
counted 'every golden on the CPU' 'Processing device:.* CPU' effecthost_goldens --set Device=Cpu
# One picture through every network: both effects, every scale and kind.
counted 'goldens of every network on DirectML' 'Processing device:.* DirectML' on_directml effecthost_goldens --set Device=Gpu --only photo
# The dialogs of the installed effects as windows; see tests/WindowHost. Pictures of them are kept.
layer="Z:${SAMPLE//\//\\}"
counted 'the dialog checks tell a bad effect' 'a bad effect is told' windowhost self-test --layer "$layer" --pictures 'Z:\rig\windows\bad'
counted 'the effects'"'"' dialogs, by eye and keyboard' 'Enter is OK' windowhost dialogs --plugin "$plugin" --layer "$layer" --pictures 'Z:\rig\windows\100'
counted 'the dialogs at 150 %' 'is described' at_dpi 144 windowhost dialogs --looks --plugin "$plugin" --layer "$layer" --pictures 'Z:\rig\windows\150'
check 'what is copied is image/png for others, alpha intact' copies_with_alpha
counted '30 s of moving controls leave nothing' 'nothing runs' windowhost move --plugin "$plugin" --layer "$layer"
check 'rsr enlarges a picture as on Linux' rsr_enlarges
check 'rsr models verify on the CPU and DirectML' models_agree
check 'rsr bench on DirectML' rsr_bench_on_directml

check "Explorer's menu has two scales for every kind of picture" in_menu "$paintnet" 2,4
check "Explorer's command enlarges a picture" explorer_makes_the_picture
check 'it leaves a result that is there, and says so' answers 'already exists' 1 0 'two words.png' 2
check 'it says what is wrong with a damaged picture, and leaves nothing' says_what_is_damaged
check 'Cancel in its window stops it, and leaves nothing' cancels
check 'a selection of files is enlarged one by one' takes_turns
rm -r "$drive/pictures"

# ------------------------------------------------------------------------------------------------------- upgrading, removing

touch "$paintnet/Effects/somebody-elses.dll"
check 'installs over itself with fewer scales' run_setup /SCALES=2,4
check 'only these scales are left' installed "$paintnet" win-x64 24
check "without Explorer's menu, with 3x and 4x" run_setup /EXPLORER=0 /SCALES=3,4
check 'its program is gone' installed "$paintnet" win-x64 34 without-explorer
check 'its menu is gone' in_menu "$paintnet" ''
check 'an upgrade keeps that choice' run_setup /SCALES=3,4
check 'still no menu' in_menu "$paintnet" ''
check 'asked for again' run_setup /EXPLORER=1 /SCALES=2,4
check 'the menu is there again' in_menu "$paintnet" 2,4
check 'an upgrade keeps the choice of scales' run_setup
check 'still only these scales' installed "$paintnet" win-x64 24
check 'uninstalls silently' uninstall "$paintnet"
check 'a planted uninstall.exe is replaced and not run' ignores_planted_uninstaller "$paintnet" "/D=$(windows_path "$paintnet")"
check 'uninstalls again' uninstall "$paintnet"
check "other plugins are left alone" test -e "$paintnet/Effects/somebody-elses.dll"
rm -r "$paintnet/Effects"
check 'the uninstaller leaves nothing behind' nothing_left /rig/before

# ------------------------------------------------------------------------------------------------------------ the GIMP plug-in

gimp=$drive/users/root/AppData/Roaming/GIMP
mkdir -p "$gimp"/{2.10,3.0,3.2}/plug-ins
file_list >/rig/before
check "installs into every GIMP 3 of the user" run_setup
check 'GIMP 3.0 and 3.2 have the plug-in, GIMP 2 has not' gimp_has 3.0 3.2
check "GIMP's plug-in computes, and says so where GIMP is missing" gimp_plugin_computes
check 'installs over itself without GIMP' run_setup /GIMP=0
check 'no GIMP has the plug-in' gimp_has
check 'an upgrade keeps the choice' run_setup
check 'still no GIMP has it' gimp_has
check 'asked for again' run_setup /GIMP=1
check 'GIMP has it again' gimp_has 3.0 3.2
check 'uninstalls with it' uninstall "$paintnet"
check "the uninstaller leaves nothing in GIMP's folders" nothing_left /rig/before
rm -r "$gimp"

# -------------------------------------------------------------------------------------------------------- the other editions

wine reg delete 'HKLM\SOFTWARE\paint.net' /f >/dev/null 2>&1
programs="$drive/Program Files/paint.net"
make_paintnet "$programs" aa64
file_list >/rig/before
check 'finds Paint.NET in Program Files' run_setup
check 'every file is there, for ARM64, and no other' installed "$programs" win-arm64 234
check 'uninstalls from Program Files' uninstall "$programs"
check 'leaves nothing in Program Files' nothing_left /rig/before
rm -r "$programs"

store="$drive/users/root/Documents/paint.net App Files"
mkdir -p "$store"
file_list >/rig/before
check "finds the Store edition's folder" run_setup
check 'every file is there, and no other' installed "$store" win-x64 234
check 'uninstalls from there' uninstall "$store"
check 'leaves nothing in Documents' nothing_left /rig/before

wineserver -k
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
