; The installer of RsrPlugins. Compiled by the release program (dotnet run -c Release --project installer), which passes:
;   VERSION   three numbers            PLUGIN    the staged plugin folder        FILES   the file lists made from it
;   OUTPUT    the installer            ICON, LICENCE                        TARGET  amd64-unicode or x86-unicode
;   GIMP      the staged folder of GIMP's plug-in                     EXPLORER       that of rsr-enlarge, for Explorer's menu
;
; A 64-bit program where makensis can make one: Windows 10 and 11 on x64 and Windows 11 on ARM64 run it, and so does the Wine of
; tests/windows on machines without 32-bit support. Where makensis has only the 32-bit stub (the NSIS of Windows), the same
; script gives a 32-bit installer that does the same. $INSTDIR is Paint.NET's folder, the one with paintdotnet.exe; for the Store edition, whose program
; folder nobody may write, it is "Documents\paint.net App Files". The plugin goes to $INSTDIR\Effects\RsrPlugins.
;
; Where the user has GIMP 3, its plug-in is a component: it goes to every %APPDATA%\GIMP\3.*\plug-ins\rsr-gimp, and the uninstaller takes it out
; of every one. GIMP makes these folders when it first runs; for one that comes later, the zip of the plug-in is right.
;
; "Enlarge with RsrPlugins" in the menu of picture files is a component too, for x64: rsr-enlarge.exe beside the plugin, and a verb under
; SystemFileAssociations of every kind of picture it reads - for this user (HKCU), or for all (HKLM) with an administrator's rights.
;
; Command line:  RsrPlugins-N-setup.exe [/S] [/SCALES=2,3,4] [/GIMP=0|1] [/EXPLORER=0|1] [/D=Paint.NET's folder]     (/D comes last and has no quotes)
;                uninstall.exe [/S]
; Exit codes:    0 done   1 cancelled by the user   3 no Paint.NET (5.1 or later, 64 bits) at the place   4 Paint.NET is running
;                5 a file could not be written or removed   6 this Windows is not served   7 /SCALES not understood
;                8 the folder needs an administrator's rights   9 a folder is a link to another place
;                10 the Visual C++ runtime is missing

Target "${TARGET}"
SetCompressor /SOLID lzma
SetCompressorDictSize 64
SetDateSave off
CRCCheck force

!include MUI2.nsh
!include LogicLib.nsh
!include WinVer.nsh
!include x64.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include nsDialogs.nsh

Name "RsrPlugins ${VERSION}"
OutFile "${OUTPUT}"
BrandingText "RsrPlugins: learned image resizing for Paint.NET"
; It starts with no more rights than whoever starts it, and asks for an administrator's only where the chosen folder needs them (Program
; Files; see CheckRights): the Store edition's folder and a portable Paint.NET need none.
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey ProductName "RsrPlugins"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "RsrPlugins Setup"
VIAddVersionKey CompanyName "RsrPlugins"
VIAddVersionKey LegalCopyright "Copyright (c) 2026 The RsrPlugins authors"
VIAddVersionKey OriginalFilename "RsrPlugins-${VERSION}-setup.exe"

!define UNINSTALL_KEYS "Software\Microsoft\Windows\CurrentVersion\Uninstall"
!define ASSOCIATIONS "Software\Classes\SystemFileAssociations"
!define VERB "RsrPlugins.Enlarge"
!define SHCNE_ASSOCCHANGED 0x08000000
!define STORE_FOLDER "paint.net App Files"

!define EXIT_NO_PAINTNET 3
!define EXIT_RUNNING 4
!define EXIT_FILES 5
!define EXIT_WINDOWS 6
!define EXIT_SCALES 7
!define EXIT_RIGHTS 8
!define EXIT_LINK 9
!define EXIT_VC_RUNTIME 10

; PE machine numbers.
!define MACHINE_X64 34404
!define MACHINE_ARM64 43620

; PROCESSENTRY32W: its size, and where the name of the program is.
!if "${NSIS_PTR_SIZE}" > 4
  !define PROCESSENTRY_SIZE 568
  !define PROCESSENTRY_NAME 44
!else
  !define PROCESSENTRY_SIZE 556
  !define PROCESSENTRY_NAME 36
!endif

Var PluginDir      ; $INSTDIR\Effects\RsrPlugins
Var UninstallKey   ; one per Paint.NET, so that two of them can each have the plugin
Var ClassicFolder  ; the installed desktop edition, or empty
Var StoreFolder    ; the Store edition's folder in Documents, or empty
Var Machine        ; of that Paint.NET, as in its PE header
Var Reason         ; why the place will not do, or empty
Var ReasonCode
Var Scales         ; "2,3,4"
Var Rights         ; 1 if this user may write to where the plugin goes
Var MadeEffects    ; 1 if Effects was not there before
Var GimpDir        ; one user folder's plug-ins\rsr-gimp
Var Gimp           ; 1 if the plug-in is installed for GIMP
Var Explorer       ; 1 if Explorer's menu gets its entry

!include "${FILES}"

; ---------------------------------------------------------------------------------------------------------------- pages

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_LICENSEPAGE_TEXT_TOP "RsrPlugins is free software. It contains work of third parties, whose terms follow below."
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_FINISHPAGE_TITLE "RsrPlugins is installed"
!define MUI_FINISHPAGE_TEXT "Start Paint.NET and look under Effects > Photo for Learned Downscale and Learned Upscale."

!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
Page custom PlacePage PlacePageLeave
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; ---------------------------------------------------------------------------------------------------- used by both halves

; Ends the program with a message (none in silent mode) and an exit code. "Quit" alone would leave 0 in some places.
!macro Fail Code Message
  MessageBox MB_OK|MB_ICONSTOP "${Message}" /SD IDOK
  SetErrorLevel ${Code}
  Quit
!macroend
!define Fail "!insertmacro Fail"

!macro TrimBackslash Folder
  StrCpy $1 ${Folder} 1 -1
  ${If} $1 == "\"
    StrCpy ${Folder} ${Folder} -1
  ${EndIf}
!macroend

; Calls a function for each of the user's GIMP 3 folders, with $GimpDir where the plug-in belongs. The function may use $0 and $1.
; An administrator's installation is still that of the same user, whose own folder is meant.
!macro ForEachGimp Un Do
  Push $2
  Push $3
  SetShellVarContext current
  FindFirst $2 $3 "$APPDATA\GIMP\3.*"
  ${DoWhile} $3 != ""
    ${If} ${FileExists} "$APPDATA\GIMP\$3\*.*"
      StrCpy $GimpDir "$APPDATA\GIMP\$3\plug-ins\rsr-gimp"
      Call ${Un}${Do}
    ${EndIf}
    FindNext $2 $3
  ${Loop}
  FindClose $2
  Call ${Un}SetKeys ; And with it the context.
  Pop $3
  Pop $2
!macroend

!macro PictureEnding Ending Do
  StrCpy $R0 ${Ending}
  Call ${Do}
!macroend

; Calls a function with each ending in $R0 that rsr reads (src/RsrPlugins.Cli/Files/PictureFormat.cs), then tells Explorer.
!macro ForEachPicture Do
  !insertmacro PictureEnding .png ${Do}
  !insertmacro PictureEnding .jpg ${Do}
  !insertmacro PictureEnding .jpeg ${Do}
  !insertmacro PictureEnding .jpe ${Do}
  !insertmacro PictureEnding .jfif ${Do}
  !insertmacro PictureEnding .jif ${Do}
  !insertmacro PictureEnding .webp ${Do}
  !insertmacro PictureEnding .tif ${Do}
  !insertmacro PictureEnding .tiff ${Do}
  !insertmacro PictureEnding .avif ${Do}
  !insertmacro PictureEnding .gif ${Do}
  System::Call 'shell32::SHChangeNotify(i ${SHCNE_ASSOCCHANGED}, i 0, p 0, p 0)'
!macroend

!macro SharedFunctions Un
  ; Pushes 1 if a process named paintdotnet.exe is there, else 0. Its name is asked, not its window: it may be starting up.
  Function ${Un}PaintNetRuns
    Push $0
    Push $1
    Push $2
    Push $3
    Push $4
    StrCpy $4 0
    System::Call 'kernel32::CreateToolhelp32Snapshot(i 2, i 0) p .r0'
    System::Call '*(i ${PROCESSENTRY_SIZE}, &v564) p .r1'
    System::Call 'kernel32::Process32FirstW(p r0, p r1) i .r2'
    ${While} $2 <> 0
      System::Call '*$1(&v${PROCESSENTRY_NAME}, &w260 .r3)'
      ${If} $3 == "paintdotnet.exe"
        StrCpy $4 1
        ${Break}
      ${EndIf}
      System::Call 'kernel32::Process32NextW(p r0, p r1) i .r2'
    ${EndWhile}
    System::Free $1
    System::Call 'kernel32::CloseHandle(p r0)'
    Exch 4
    Pop $0
    Pop $3
    Pop $2
    Pop $1
    Exch $4
  FunctionEnd

  ; Asks until Paint.NET has gone; silent, it gives up at once. Paint.NET keeps the plugin's files open.
  Function ${Un}RequirePaintNetClosed
    ${Do}
      Call ${Un}PaintNetRuns
      Pop $0
      ${If} $0 = 0
        ${ExitDo}
      ${EndIf}
      ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Paint.NET is running. Save your work, close Paint.NET and choose Retry." /SD IDCANCEL IDCANCEL`
        SetErrorLevel ${EXIT_RUNNING}
        Quit
      ${EndIf}
    ${Loop}
  FunctionEnd

  ; Where the uninstall entry is: for everybody if the user is an administrator. The folder is part of the key's name.
  Function ${Un}SetKeys
    SetRegView 64
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 == "Admin"
      SetShellVarContext all
    ${Else}
      SetShellVarContext current
    ${EndIf}
    ${WordReplace} $PluginDir "\" "/" "+" $UninstallKey
    StrCpy $UninstallKey "${UNINSTALL_KEYS}\RsrPlugins $UninstallKey"
  FunctionEnd

  ; Fails if the folder on the stack is a junction or a symbolic link: what is written or deleted through one is elsewhere, and with an
  ; administrator's rights anywhere. Folders that a cloud keeps (OneDrive) are reparse points too, but stand for no other name.
  Function ${Un}RefuseLink
    Exch $0
    Push $1
    Push $2
    Push $3
    System::Call '*(&v592) p .r1' ; WIN32_FIND_DATAW: attributes at 0, the reparse point's tag at 36
    System::Call 'kernel32::FindFirstFileW(w r0, p r1) p .r2'
    ${If} $2 != "-1"
      System::Call 'kernel32::FindClose(p r2)'
      System::Call '*$1(i .r2, &v32, i .r3)'
      IntOp $2 $2 & 0x400
      ${If} $2 <> 0
        IntOp $2 $3 & 0x20000000
        ${If} $2 <> 0
        ${OrIf} $3 = 0
          ${Fail} ${EXIT_LINK} "$0 is a link to another place. RsrPlugins is installed into real folders only: remove the link and start again. Nothing was changed."
        ${EndIf}
      ${EndIf}
    ${EndIf}
    System::Free $1
    Pop $3
    Pop $2
    Pop $1
    Pop $0
  FunctionEnd

  Function ${Un}RefuseLinks
    ${GetParent} $PluginDir $0
    Push $0
    Call ${Un}RefuseLink
    Push $PluginDir
    Call ${Un}RefuseLink
    !insertmacro FolderChecks "$PluginDir" "${Un}"
  FunctionEnd

  ; $Rights; tried out, because what a folder's permissions say is more than a setup should work out. Creates and deletes an empty file.
  Function ${Un}CheckRights
    StrCpy $Rights 1
    StrCpy $0 $PluginDir
    ${DoUntil} ${FileExists} "$0\*.*"
      ${GetParent} $0 $0
      ${If} $0 == ""
        StrCpy $Rights 0
        Return
      ${EndIf}
    ${Loop}
    ClearErrors
    GetTempFileName $1 $0
    ${If} ${Errors}
    ${OrIfNot} ${FileExists} $1
      StrCpy $Rights 0
    ${Else}
      Delete $1
    ${EndIf}
    ClearErrors
  FunctionEnd

  ; Takes the entry out of the menu of one kind of picture ($R0), if it is this installation's, and the keys that hold nothing more.
  Function ${Un}RemoveFromMenu
    ReadRegStr $0 SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}" "Icon"
    ${If} $0 == "$PluginDir\uninstall.exe"
      DeleteRegKey SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}"
      Push "${ASSOCIATIONS}\$R0\shell"
      Call ${Un}DeleteBareKey
      Push "${ASSOCIATIONS}\$R0"
      Call ${Un}DeleteBareKey
      Push "${ASSOCIATIONS}"
      Call ${Un}DeleteBareKey
    ${EndIf}
  FunctionEnd

  ; Deletes the key on the stack if it has neither keys nor values.
  Function ${Un}DeleteBareKey
    Exch $0
    Push $1
    Push $2
    ClearErrors
    EnumRegKey $1 SHCTX "$0" 0
    EnumRegValue $2 SHCTX "$0" 0
    ${If} "$1$2" == ""
      DeleteRegKey /ifempty SHCTX "$0"
    ${EndIf}
    ClearErrors
    Pop $2
    Pop $1
    Pop $0
  FunctionEnd

  Function ${Un}RemoveFromGimp
    SetOutPath "$TEMP"
    !insertmacro RemoveGimpFiles "$GimpDir"
    RMDir "$GimpDir"
  FunctionEnd
!macroend
!insertmacro SharedFunctions ""
!insertmacro SharedFunctions "un."

; ------------------------------------------------------------------------------------------------------------- components

Section "Learned Downscale and Learned Upscale" SectionMain
  SectionIn RO
  Call RequirePaintNetClosed

  Call RequireVcRuntime
  Call RefuseLinks

  ; In place: what an older version installed goes first, by this setup's own list. An uninstall.exe that lies there is deleted and never
  ; run: who put it there is not known. A folder that version made is ours still.
  StrCpy $MadeEffects 0
  ${If} ${FileExists} "$PluginDir\*.*"
    ReadRegDWORD $MadeEffects SHCTX "$UninstallKey" "MadeEffects"
    DetailPrint "Removing the installed version"
    SetOutPath "$TEMP"
    !insertmacro RemoveFiles "$PluginDir"
    Delete "$PluginDir\uninstall.exe"
    ${If} ${FileExists} "$PluginDir\RsrPlugins.PaintDotNet.dll"
      ${Fail} ${EXIT_FILES} "The installed version could not be removed from $PluginDir. Check your rights to this folder, and close programs that use it. Nothing new was installed."
    ${EndIf}
    ReadRegDWORD $0 SHCTX "$UninstallKey" "Gimp"
    ${If} $0 = 1
      !insertmacro ForEachGimp "" RemoveFromGimp
    ${EndIf}
    !insertmacro ForEachPicture RemoveFromMenu
    DeleteRegKey SHCTX "$UninstallKey"
  ${EndIf}

  ${IfNot} ${FileExists} "$INSTDIR\Effects\*.*"
    StrCpy $MadeEffects 1
  ${EndIf}
  SetOverwrite try
  ClearErrors
  !insertmacro InstallCommon
  ${If} $Machine = ${MACHINE_ARM64}
    !insertmacro InstallArm64
  ${Else}
    !insertmacro InstallX64
  ${EndIf}
  Call RequireFilesWritten
SectionEnd

SectionGroup /e "Scales" SectionScales
  !macro ScaleSection Scale
    Section "Weights for ${Scale}x" SectionScale${Scale}
      ClearErrors
      !insertmacro InstallScale${Scale}
      Call RequireFilesWritten
    SectionEnd
  !macroend
  !insertmacro EachScale ScaleSection
SectionGroupEnd

Section "Plug-in for GIMP 3" SectionGimp
  StrCpy $Gimp 1
  ClearErrors
  !insertmacro ForEachGimp "" InstallIntoGimp
SectionEnd

Section "Entry in Explorer's menu" SectionExplorer
  StrCpy $Explorer 1
  ClearErrors
  !insertmacro InstallExplorer
  Call RequireFilesWritten
  !insertmacro ForEachPicture AddToMenu
SectionEnd

Section "-Uninstall entry"
  SetOutPath "$PluginDir"
  ClearErrors
  WriteUninstaller "$PluginDir\uninstall.exe"
  Call RequireFilesWritten
  ${GetSize} "$PluginDir" "/S=0K" $0 $1 $2
  WriteRegStr SHCTX "$UninstallKey" "DisplayName" "RsrPlugins for Paint.NET"
  WriteRegStr SHCTX "$UninstallKey" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "$UninstallKey" "Publisher" "RsrPlugins"
  WriteRegStr SHCTX "$UninstallKey" "DisplayIcon" "$PluginDir\uninstall.exe"
  WriteRegStr SHCTX "$UninstallKey" "InstallLocation" "$PluginDir"
  WriteRegStr SHCTX "$UninstallKey" "UninstallString" '"$PluginDir\uninstall.exe"'
  WriteRegStr SHCTX "$UninstallKey" "QuietUninstallString" '"$PluginDir\uninstall.exe" /S'
  WriteRegStr SHCTX "$UninstallKey" "Scales" "$Scales"
  WriteRegDWORD SHCTX "$UninstallKey" "MadeEffects" $MadeEffects
  WriteRegDWORD SHCTX "$UninstallKey" "Gimp" $Gimp
  ${If} $Gimp = 0
  ${AndIfNot} ${SectionIsReadOnly} ${SectionGimp}
    WriteRegDWORD SHCTX "$UninstallKey" "GimpDeclined" 1
  ${EndIf}
  ${If} $Explorer = 0
  ${AndIfNot} ${SectionIsReadOnly} ${SectionExplorer}
    WriteRegDWORD SHCTX "$UninstallKey" "ExplorerDeclined" 1
  ${EndIf}
  WriteRegDWORD SHCTX "$UninstallKey" "EstimatedSize" $0
  WriteRegDWORD SHCTX "$UninstallKey" "NoModify" 1
  WriteRegDWORD SHCTX "$UninstallKey" "NoRepair" 1
  SetErrorLevel 0
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionMain} "The two effects, the engine, and ONNX Runtime with DirectML for your GPU."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionScales} "The effects offer the scales whose weights are installed; at least one is needed."
  !macro DescribeScale Scale
    !insertmacro MUI_DESCRIPTION_TEXT ${SectionScale${Scale}} "${Scale} times smaller, and ${Scale} times larger."
  !macroend
  !insertmacro EachScale DescribeScale
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionGimp} "Learned Upscale and Learned Downscale in GIMP's Image menu, for whole documents."
  !insertmacro MUI_DESCRIPTION_TEXT ${SectionExplorer} "Enlarge with RsrPlugins, 2 or 4 times, in the menu of picture files."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; One kind of picture ($R0) gets the entry: a menu of its own with a line for each of the two scales whose weights are installed. The
; icon's path also says whose entry it is.
Function AddToMenu
  !macro MenuLine Scale
    ${If} ${SectionIsSelected} ${SectionScale${Scale}}
      WriteRegStr SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}" "MUIVerb" "Enlarge with RsrPlugins"
      WriteRegStr SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}" "Icon" "$PluginDir\uninstall.exe"
      WriteRegStr SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}" "SubCommands" ""
      WriteRegStr SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}\shell\x${Scale}" "MUIVerb" "${Scale} times as large"
      ; Without it Explorer shows no entry for more than 15 files.
      WriteRegStr SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}\shell\x${Scale}" "MultiSelectModel" "Player"
      WriteRegStr SHCTX "${ASSOCIATIONS}\$R0\shell\${VERB}\shell\x${Scale}\command" "" '"$PluginDir\rsr-enlarge.exe" --scale ${Scale} "%1"'
    ${EndIf}
  !macroend
  !ifdef HAS_SCALE_2
    !insertmacro MenuLine 2
  !endif
  !ifdef HAS_SCALE_4
    !insertmacro MenuLine 4
  !endif
FunctionEnd

; GIMP itself may run: it keeps no plug-in's files open, and finds the new one when it starts again.
Function InstallIntoGimp
  ClearErrors
  !insertmacro InstallGimp
  ${If} ${Errors}
    Call RemoveFromGimp
    ${Fail} ${EXIT_FILES} "A file in $GimpDir could not be written; GIMP's plug-in was removed again. The effects for Paint.NET are installed. Check the free space and your rights to this folder."
  ${EndIf}
FunctionEnd

; onnxruntime.dll is built with Visual C++ and does not load without its runtime, which most machines have but no Windows brings. A Paint.NET
; may have it beside itself.
Function RequireVcRuntime
  ${DisableX64FSRedirection}
  StrCpy $1 ""
  !macro CheckVcFile Name
    ${IfNot} ${FileExists} "$WINDIR\System32\${Name}"
    ${AndIfNot} ${FileExists} "$INSTDIR\${Name}"
      StrCpy $1 "${Name}"
    ${EndIf}
  !macroend
  !insertmacro CheckVcFile "msvcp140.dll"
  !insertmacro CheckVcFile "msvcp140_1.dll"
  !insertmacro CheckVcFile "msvcp140_atomic_wait.dll"
  !insertmacro CheckVcFile "vcruntime140.dll"
  !insertmacro CheckVcFile "vcruntime140_1.dll"
  ${EnableX64FSRedirection}
  ${If} $1 != ""
    StrCpy $0 "x64"
    ${If} $Machine = ${MACHINE_ARM64}
      StrCpy $0 "arm64"
    ${EndIf}
    ${Fail} ${EXIT_VC_RUNTIME} "The Microsoft Visual C++ runtime is missing ($1). Install the Visual C++ Redistributable from https://aka.ms/vs/17/release/vc_redist.$0.exe and start this setup again. Nothing was installed."
  ${EndIf}
FunctionEnd

; A plugin of which half is there would only fail later; so all or nothing.
Function RequireFilesWritten
  ${If} ${Errors}
    SetOutPath "$TEMP"
    !insertmacro RemoveFiles "$PluginDir"
    Delete "$PluginDir\uninstall.exe"
    RMDir "$PluginDir"
    ${Fail} ${EXIT_FILES} "A file in $PluginDir could not be written; what had been installed was removed again. Check the free space and your rights to this folder, and close programs that use it."
  ${EndIf}
FunctionEnd

; ------------------------------------------------------------------------------------------------------------------ start

Function .onInit
  ${IfNot} ${AtLeastWin10}
  ${OrIfNot} ${RunningX64}
    ${Fail} ${EXIT_WINDOWS} "RsrPlugins needs a 64-bit Windows 10 or later, as Paint.NET 5.1 does."
  ${EndIf}
  SetRegView 64
  Call FindPaintNet
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $ClassicFolder
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $StoreFolder
  ${EndIf}
  ${If} ${Silent}
    Call CheckPlace
    ${If} $Reason != ""
      SetErrorLevel $ReasonCode
      Quit
    ${EndIf}
    Call CheckRights
    ${If} $Rights = 0
      SetErrorLevel ${EXIT_RIGHTS} ; Silent, nobody is there to be asked.
      Quit
    ${EndIf}
    Call RequirePaintNetClosed
  ${EndIf}
  Call ChooseScales
  Call ChooseGimp
  Call ChooseExplorer
FunctionEnd

; Where Paint.NET usually is: what its own installer wrote into the registry, Program Files, the Store edition's folders.
Function FindPaintNet
  StrCpy $ClassicFolder ""
  ReadRegStr $0 HKLM "SOFTWARE\paint.net" "TARGETDIR"
  !insertmacro TrimBackslash $0
  ${If} ${FileExists} "$0\paintdotnet.exe"
    StrCpy $ClassicFolder $0
  ${EndIf}
  ${If} $ClassicFolder == ""
  ${AndIf} ${FileExists} "$PROGRAMFILES64\paint.net\paintdotnet.exe"
    StrCpy $ClassicFolder "$PROGRAMFILES64\paint.net"
  ${EndIf}

  StrCpy $StoreFolder ""
  SetShellVarContext current
  ${If} ${FileExists} "$DOCUMENTS\${STORE_FOLDER}\*.*"
  ${OrIf} ${FileExists} "$LOCALAPPDATA\Packages\dotPDNLLC.paint.net_*"
    StrCpy $StoreFolder "$DOCUMENTS\${STORE_FOLDER}"
  ${EndIf}
FunctionEnd

; Sets $Reason and $ReasonCode if $INSTDIR will not do, else $PluginDir, $UninstallKey and $Machine.
Function CheckPlace
  StrCpy $Reason ""
  StrCpy $ReasonCode ${EXIT_NO_PAINTNET}
  StrCpy $Machine 0
  !insertmacro TrimBackslash $INSTDIR
  ${If} $INSTDIR == ""
    StrCpy $Reason "Paint.NET was not found. Install Paint.NET 5.1 or later, or choose the folder of a portable one."
    Return
  ${EndIf}
  ${GetFileName} $INSTDIR $0
  ${If} ${FileExists} "$INSTDIR\paintdotnet.exe"
    ClearErrors
    GetDLLVersion "$INSTDIR\paintdotnet.exe" $0 $1
    ${IfNot} ${Errors}
      IntOp $1 $0 & 0xFFFF
      IntOp $0 $0 >> 16
      ; Paint.NET 5.1.N calls itself 5.(100+N).
      IntOp $2 $0 * 1000
      IntOp $2 $2 + $1
      ${If} $2 < 5100
        StrCpy $Reason "The Paint.NET in $INSTDIR is version $0.$1; RsrPlugins needs Paint.NET 5.1 or later."
        Return
      ${EndIf}
    ${EndIf}
    ClearErrors
    Call ReadMachine
  ${ElseIf} $0 != "${STORE_FOLDER}"
    StrCpy $Reason "There is no paintdotnet.exe in $INSTDIR. Choose the folder that Paint.NET is in."
    Return
  ${ElseIf} ${IsNativeARM64}
    StrCpy $Machine ${MACHINE_ARM64}
  ${Else}
    StrCpy $Machine ${MACHINE_X64}
  ${EndIf}
  ${If} $Machine <> ${MACHINE_X64}
  ${AndIf} $Machine <> ${MACHINE_ARM64}
    StrCpy $Reason "The Paint.NET in $INSTDIR is neither for x64 nor for ARM64; RsrPlugins needs Paint.NET 5.1 or later."
    Return
  ${EndIf}
  StrCpy $PluginDir "$INSTDIR\Effects\RsrPlugins"
  Call SetKeys
FunctionEnd

; $Machine of $INSTDIR\paintdotnet.exe: the word 4 bytes into the PE header, whose place is at 60. A portable x64 Paint.NET on
; an ARM64 machine needs the x64 runtime, so it is the program that is asked and not Windows.
Function ReadMachine
  FileOpen $0 "$INSTDIR\paintdotnet.exe" r
  FileSeek $0 60
  FileReadByte $0 $1
  FileReadByte $0 $2
  IntOp $2 $2 << 8
  IntOp $1 $1 + $2
  IntOp $1 $1 + 4
  FileSeek $0 $1
  FileReadByte $0 $1
  FileReadByte $0 $2
  FileClose $0
  IntOp $2 $2 << 8
  IntOp $Machine $1 + $2
FunctionEnd

; All scales, or those of the version that is installed, or those of /SCALES.
Function ChooseScales
  StrCpy $Scales "${SCALES}"
  ${If} $UninstallKey != ""
    ReadRegStr $0 SHCTX "$UninstallKey" "Scales"
    ${If} $0 != ""
      StrCpy $Scales $0
    ${EndIf}
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/SCALES=" $1
  ${IfNot} ${Errors}
    StrCpy $Scales $1
  ${EndIf}
  ClearErrors

  StrCpy $2 0
  !macro SelectScale Scale
    ${WordFind} ",$Scales," "," "E/${Scale}" $1
    ${If} ${Errors}
      !insertmacro UnselectSection ${SectionScale${Scale}}
    ${Else}
      !insertmacro SelectSection ${SectionScale${Scale}}
      StrLen $1 "${Scale},"
      IntOp $2 $2 + $1
    ${EndIf}
    ClearErrors
  !macroend
  !insertmacro EachScale SelectScale
  ; Each item must have been a scale, once: they and their commas are as long as the list.
  StrLen $0 "$Scales,"
  ${If} $0 <> $2
    ${Fail} ${EXIT_SCALES} "/SCALES=$Scales is not understood: some of ${SCALES} with commas were expected, for example /SCALES=${SCALES}."
  ${EndIf}
FunctionEnd

; GIMP's plug-in where there is a GIMP 3, unless /GIMP=0 or it was declined the last time.
Function ChooseGimp
  StrCpy $Gimp 0
  !insertmacro UnselectSection ${SectionGimp}
  !insertmacro SetSectionFlag ${SectionGimp} ${SF_RO}
  !insertmacro ForEachGimp "" AllowGimp
  ReadRegDWORD $1 SHCTX "$UninstallKey" "GimpDeclined"
  ${GetParameters} $0
  ${GetOptions} $0 "/GIMP=" $2
  ${If} $2 == 0
  ${OrIf} $1 = 1
  ${AndIf} $2 != 1
    !insertmacro UnselectSection ${SectionGimp}
  ${EndIf}
  ClearErrors
FunctionEnd

; The entry in Explorer's menu, unless /EXPLORER=0, or it was declined the last time, or the machine is not for its program.
Function ChooseExplorer
  StrCpy $Explorer 0
  !insertmacro SelectSection ${SectionExplorer}
  !insertmacro ClearSectionFlag ${SectionExplorer} ${SF_RO}
  ReadRegDWORD $1 SHCTX "$UninstallKey" "ExplorerDeclined"
  ${GetParameters} $0
  ${GetOptions} $0 "/EXPLORER=" $2
  ${If} $2 == 0
  ${OrIf} $1 = 1
  ${AndIf} $2 != 1
    !insertmacro UnselectSection ${SectionExplorer}
  ${EndIf}
  ${If} $Machine = ${MACHINE_ARM64}
    !insertmacro UnselectSection ${SectionExplorer}
    !insertmacro SetSectionFlag ${SectionExplorer} ${SF_RO}
  ${EndIf}
  ClearErrors
FunctionEnd

Function AllowGimp
  !insertmacro ClearSectionFlag ${SectionGimp} ${SF_RO}
  !insertmacro SelectSection ${SectionGimp}
FunctionEnd

; Keeps $Scales as what is selected, and at least one scale selected.
Function .onSelChange
  StrCpy $Scales ""
  !macro CollectScale Scale
    ${If} ${SectionIsSelected} ${SectionScale${Scale}}
      StrCpy $Scales "$Scales,${Scale}"
    ${EndIf}
  !macroend
  !insertmacro EachScale CollectScale
  ${If} $Scales == ""
    !macro SelectOnly Scale
      !insertmacro SelectSection ${SectionScale${Scale}}
      StrCpy $Scales ",${Scale}"
    !macroend
    !insertmacro FirstScale SelectOnly
    MessageBox MB_OK|MB_ICONINFORMATION "The effects need the weights of at least one scale." /SD IDOK
  ${EndIf}
  StrCpy $Scales $Scales "" 1
FunctionEnd

; -------------------------------------------------------------------------------------------------- page: which Paint.NET

Var ClassicButton
Var StoreButton
Var OtherButton
Var OtherText
Var BrowseButton

Function PlacePage
  !insertmacro MUI_HEADER_TEXT "Your Paint.NET" "Choose the Paint.NET that gets the effects."
  nsDialogs::Create 1018
  Pop $0

  ${NSD_CreateRadioButton} 0 0 100% 12u "Paint.NET installed on this computer"
  Pop $ClassicButton
  ${NSD_CreateLabel} 12u 13u 280u 10u "$ClassicFolder"
  Pop $0
  ${If} $ClassicFolder == ""
    EnableWindow $ClassicButton 0
    ${NSD_SetText} $0 "not found"
  ${EndIf}

  ${NSD_CreateRadioButton} 0 32u 100% 12u "Paint.NET from the Microsoft Store"
  Pop $StoreButton
  ${NSD_CreateLabel} 12u 45u 280u 10u "$StoreFolder"
  Pop $0
  ${If} $StoreFolder == ""
    EnableWindow $StoreButton 0
    ${NSD_SetText} $0 "not found"
  ${EndIf}

  ${NSD_CreateRadioButton} 0 64u 100% 12u "A portable Paint.NET, or one in another folder"
  Pop $OtherButton
  ${NSD_CreateDirRequest} 12u 78u 220u 12u ""
  Pop $OtherText
  ${NSD_CreateBrowseButton} 238u 77u 55u 14u "Browse..."
  Pop $BrowseButton
  ${NSD_OnClick} $BrowseButton BrowseForFolder
  ${NSD_OnChange} $OtherText ChooseOther

  ${If} $INSTDIR != ""
  ${AndIf} $INSTDIR == $ClassicFolder
    ${NSD_Check} $ClassicButton
  ${ElseIf} $INSTDIR != ""
  ${AndIf} $INSTDIR == $StoreFolder
    ${NSD_Check} $StoreButton
  ${Else}
    ${NSD_SetText} $OtherText $INSTDIR
    ${NSD_Check} $OtherButton
  ${EndIf}
  nsDialogs::Show
FunctionEnd

Function BrowseForFolder
  ${NSD_GetText} $OtherText $0
  nsDialogs::SelectFolderDialog "The folder with paintdotnet.exe" "$0"
  Pop $0
  ${If} $0 != error
    ${NSD_SetText} $OtherText $0
  ${EndIf}
FunctionEnd

Function ChooseOther
  Pop $0
  ${NSD_Check} $OtherButton
  ${NSD_Uncheck} $ClassicButton
  ${NSD_Uncheck} $StoreButton
FunctionEnd

Function PlacePageLeave
  ${NSD_GetState} $ClassicButton $0
  ${NSD_GetState} $StoreButton $1
  ${If} $0 = ${BST_CHECKED}
    StrCpy $INSTDIR $ClassicFolder
  ${ElseIf} $1 = ${BST_CHECKED}
    StrCpy $INSTDIR $StoreFolder
  ${Else}
    ${NSD_GetText} $OtherText $INSTDIR
  ${EndIf}
  Call CheckPlace
  ${If} $Reason != ""
    MessageBox MB_OK|MB_ICONEXCLAMATION "$Reason"
    Abort
  ${EndIf}
  Call CheckRights
  ${If} $Rights = 0
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 == "Admin"
      MessageBox MB_OK|MB_ICONEXCLAMATION "Nothing can be written to $INSTDIR, even with an administrator's rights."
      Abort
    ${EndIf}
    ; The same setup once more, with an administrator's rights, for this folder.
    ClearErrors
    ExecShell "runas" "$EXEPATH" "/D=$INSTDIR"
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "$INSTDIR needs an administrator's rights. Choose a portable Paint.NET, or ask an administrator."
      Abort
    ${EndIf}
    Quit
  ${EndIf}
  Call ChooseScales
  Call ChooseExplorer
FunctionEnd

; -------------------------------------------------------------------------------------------------------------- uninstall

Function un.onInit
  StrCpy $PluginDir $INSTDIR
  ; Its place is known by the plugin beside it. A copy elsewhere must not delete anything there.
  ${IfNot} ${FileExists} "$PluginDir\RsrPlugins.PaintDotNet.dll"
    ${Fail} ${EXIT_FILES} "RsrPlugins.PaintDotNet.dll was expected in $PluginDir; the uninstaller works only in the folder it was installed to."
  ${EndIf}
  Call un.SetKeys
  Call un.CheckRights
  ${If} $Rights = 0
    ${If} ${Silent}
      SetErrorLevel ${EXIT_RIGHTS}
      Quit
    ${EndIf}
    ExecShell "runas" "$INSTDIR\uninstall.exe"
    Quit
  ${EndIf}
  ${If} ${Silent}
    Call un.RequirePaintNetClosed
  ${EndIf}
FunctionEnd

Section "Uninstall"
  Call un.RequirePaintNetClosed
  Call un.RefuseLinks
  ReadRegDWORD $MadeEffects SHCTX "$UninstallKey" "MadeEffects"
  SetOutPath "$TEMP" ; A current folder cannot be removed.
  !insertmacro RemoveFiles "$PluginDir"
  ${If} ${FileExists} "$PluginDir\RsrPlugins.PaintDotNet.dll"
    ${Fail} ${EXIT_FILES} "The files in $PluginDir could not be removed. Check your rights to this folder, and close programs that use it."
  ${EndIf}
  Delete "$PluginDir\uninstall.exe"
  RMDir "$PluginDir"
  ${If} $MadeEffects = 1
    ${GetParent} $PluginDir $0
    RMDir "$0" ; Stays if another plugin has come since.
  ${EndIf}
  ReadRegDWORD $Gimp SHCTX "$UninstallKey" "Gimp"
  ${If} $Gimp = 1
    !insertmacro ForEachGimp "un." RemoveFromGimp
  ${EndIf}
  !insertmacro ForEachPicture un.RemoveFromMenu
  DeleteRegKey SHCTX "$UninstallKey"
  SetErrorLevel 0
SectionEnd
