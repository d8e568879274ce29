// The steps of a release. Everything is staged under artifacts/stage first: what is packed, listed and hashed is what is there.
namespace RsrPlugins.Release;

/// <summary>Builds artifacts/release.</summary>
/// <param name="nativeRuntime">Where Windows' native runtime comes from: "npm" or "nuget".</param>
internal sealed class ReleaseBuilder(Repository repository, string nativeRuntime)
{
    /// <summary>What DirectML.dll is under; its text is only in the NuGet package, see docs/release.md.</summary>
    private const string DirectMLRemark =
        "DirectML.dll 1.15.4 is (c) Microsoft Corporation and is redistributed under the Microsoft Software License Terms of Microsoft\n"
        + "DirectML, whose text is in the package Microsoft.AI.DirectML 1.15.4 (LICENSE.txt).";

    private const string OnnxRuntimePackage = "Microsoft.ML.OnnxRuntime";

    /// <summary>GIMP finds a plug-in as plug-ins/NAME/NAME.</summary>
    private const string GimpPlugin = "rsr-gimp";

    private static readonly string[] _windowsRuntimes = ["win-x64", "win-arm64"];
    private static readonly string[] _programRuntimes = ["win-x64", "linux-x64"];
    private static readonly string[] _nativeFiles = ["onnxruntime.dll", "DirectML.dll"];

    private readonly string _stage = Path.Combine(repository.Artifacts, "stage");
    private readonly string _release = Path.Combine(repository.Artifacts, "release");
    private readonly string _native = Path.Combine(repository.Artifacts, "native");
    private readonly string _version = Repository.Version;

    public void Build()
    {
        Recreate(_stage);
        Recreate(_release);

        Say("native runtime");
        repository.Run(
            "dotnet",
            "build",
            "installer/native",
            "-t:NativeRuntime",
            $"-p:NativeRuntime={nativeRuntime}",
            "-v:quiet",
            "-nologo"
        );

        Say("plugin folder");
        string plugin = StagePlugin(out IReadOnlyList<Component> pluginComponents);

        List<Component> programComponents = StagePrograms(_programRuntimes);
        StageExplorer();

        Say("archives and installer");
        // Each compresses on one core.
        Task.WhenAll(
                Task.Run(() => BuildInstaller(plugin)),
                Task.Run(() => ReproducibleZip.Create(plugin, ReleaseFile($"RsrPlugins-{_version}-plugin.zip"))),
                Task.Run(() => PackPrograms(_programRuntimes))
            )
            .GetAwaiter()
            .GetResult();

        Say("bill of materials and checksums");
        File.WriteAllText(
            ReleaseFile($"RsrPlugins-{_version}.cdx.json"),
            BillOfMaterials.Write(_version, [.. pluginComponents, .. programComponents], ListedFiles(plugin))
        );
        File.WriteAllText(
            ReleaseFile("SHA256SUMS"),
            string.Concat(
                FolderTree
                    .Files(_release)
                    .Where(name => name != "SHA256SUMS")
                    .Select(name => $"{FolderTree.Sha256(ReleaseFile(name))}  {name}\n")
            )
        );
        foreach (string name in FolderTree.Files(_release))
        {
            Console.WriteLine($"{new FileInfo(ReleaseFile(name)).Length,12:N0}  {name}");
        }
    }

    /// <summary>Makes the archives of the programs for Linux alone, which need neither npm nor NSIS: what tests on Linux use.</summary>
    public void BuildForLinux()
    {
        Recreate(_stage);
        Recreate(_release);
        StagePrograms("linux-x64");
        PackPrograms("linux-x64");
    }

    private List<Component> StagePrograms(params string[] runtimes)
    {
        List<Component> components = new List<Component>();
        foreach (string runtime in runtimes)
        {
            Say($"rsr and GIMP plug-in for {runtime}");
            components.AddRange(
                StageProgram("RsrPlugins.Cli", "rsr", runtime, CommandLineFolder(runtime), "-p:PublishSingleFile=true", "--self-contained")
            );
            StageDesktop(runtime);
            if (MakesGimpPlugin(runtime))
            {
                components.AddRange(StageProgram("RsrPlugins.Gimp", GimpPlugin, runtime, GimpFolder(runtime)));
            }
        }

        return components;
    }

    /// <summary>
    /// What Explorer's menu starts, as it is put into the plugin folder: models and runtime are there already, so only the program, the
    /// library that reads pictures (where the program looks for one that belongs to a system), and the notices are left.
    /// </summary>
    private void StageExplorer()
    {
        Say("program for Explorer's menu");
        string published = Path.Combine(_stage, "explorer-published");
        IReadOnlyList<Component> components = StageProgram("RsrPlugins.Explorer", "rsr-enlarge", "win-x64", published);
        FolderTree.CopyFile(Path.Combine(published, "rsr-enlarge.exe"), Path.Combine(ExplorerFolder, "rsr-enlarge.exe"));
        FolderTree.CopyFile(
            Path.Combine(published, "libvips-42.dll"),
            Path.Combine(ExplorerFolder, "runtimes", "win-x64", "native", "libvips-42.dll")
        );
        AddLicences(Path.Combine(ExplorerFolder, "explorer"), "rsr-enlarge", components, "");
        Directory.Delete(published, recursive: true);
    }

    /// <summary>What puts `rsr` into other programs: the Krita plug-in, and for Linux the file managers' menus.</summary>
    private void StageDesktop(string runtime)
    {
        string desktop = repository.PathOf("desktop");
        bool linux = runtime.StartsWith("linux", StringComparison.Ordinal);
        foreach (
            string name in FolderTree
                .Files(desktop)
                .Where(name =>
                    (linux || !name.StartsWith("file-managers/", StringComparison.Ordinal))
                    && !name.Contains("__pycache__", StringComparison.Ordinal)
                )
        )
        {
            FolderTree.CopyFile(Path.Combine(desktop, name), Path.Combine(CommandLineFolder(runtime), "desktop", name));
        }
    }

    private void PackPrograms(params string[] runtimes)
    {
        foreach (string runtime in runtimes)
        {
            ReproducibleZip.Create(
                CommandLineFolder(runtime),
                ReleaseFile($"rsr-{_version}-{runtime}.zip"),
                "rsr",
                "rsr.exe",
                "rsr-enlarge",
                "install.sh"
            );
            if (MakesGimpPlugin(runtime))
            {
                ReproducibleZip.Create(
                    GimpFolder(runtime),
                    ReleaseFile($"{GimpPlugin}-{_version}-{runtime}.zip"),
                    GimpPlugin,
                    GimpPlugin + ".exe"
                );
            }
        }
    }

    /// <summary>For Linux it is a native program, and NativeAOT compiles for the system it runs on alone.</summary>
    private static bool MakesGimpPlugin(string runtime) =>
        !runtime.StartsWith("linux", StringComparison.Ordinal) || OperatingSystem.IsLinux();

    /// <summary>
    /// The plugin folder with the DirectML runtime of both processors and the licences. It is published for no particular system,
    /// so that its assemblies are for any processor: one built for win-x64 does not load in the Paint.NET of ARM64.
    /// </summary>
    private string StagePlugin(out IReadOnlyList<Component> components)
    {
        string staged = Path.Combine(_stage, "RsrPlugins");
        repository.Run(
            "dotnet",
            "publish",
            "src/RsrPlugins.PaintDotNet",
            "-c",
            "Release",
            "-p:OnnxRuntimeFolder=none",
            $"-p:OnnxRuntimeAccepted={_native}",
            $"-p:PluginDir={staged}",
            "-p:DebugType=none",
            "-v:quiet",
            "-nologo"
        );
        foreach (string runtime in _windowsRuntimes)
        {
            foreach (string name in _nativeFiles)
            {
                FolderTree.CopyFile(Path.Combine(_native, runtime, name), Path.Combine(staged, "runtimes", runtime, "native", name));
            }
        }

        components = [.. ComponentsOf("RsrPlugins.PaintDotNet", null), .. NativeComponents()];
        AddLicences(staged, "RsrPlugins", components, DirectMLRemark);
        return staged;
    }

    /// <summary>A program with .NET inside: who enlarges a picture should not have to install a runtime first.</summary>
    /// <returns>Third parties' work in it.</returns>
    private List<Component> StageProgram(string project, string product, string runtime, string folder, params string[] options)
    {
        bool windows = _windowsRuntimes.Contains(runtime);
        List<string> arguments =
        [
            "publish",
            $"src/{project}",
            "-c",
            "Release",
            "-r",
            runtime,
            "-p:DebugType=none",
            "-o",
            folder,
            "-v:quiet",
            "-nologo",
            .. options,
        ];
        if (windows)
        {
            arguments.Add($"-p:OnnxRuntimeFolder={Path.Combine(_native, runtime)}");
        }

        repository.Run("dotnet", [.. arguments]);

        // Of .NET itself a single file has the one package in it, a native program the other; each project downloads what it uses.
        bool native = !windows && project == "RsrPlugins.Gimp";
        List<Component> components = new List<Component>(
            ComponentsOf(project, runtime, $"Microsoft.NETCore.App.Runtime.{(native ? "NativeAOT." : "")}{runtime}")
        );
        if (windows)
        {
            components.AddRange(NativeComponents());
        }
        else
        {
            components.AddRange(ComponentsOf("RsrPlugins.Core", null, OnnxRuntimePackage));
        }

        AddLicences(folder, product, components, windows ? DirectMLRemark : "");
        return components;
    }

    /// <summary>Third parties' work in a project's output.</summary>
    /// <param name="downloads">Packages it does not refer to but downloads and ships files of.</param>
    private IReadOnlyList<Component> ComponentsOf(string project, string? runtime, params string[] downloads) =>
        Components.FromNuGet(repository.PathOf("src", project, "obj", "project.assets.json"), runtime, Licences, downloads);

    /// <summary>What onnxruntime.dll and DirectML.dll come from.</summary>
    private IReadOnlyList<Component> NativeComponents()
    {
        if (nativeRuntime == "nuget")
        {
            return Components.FromNuGet(repository.PathOf("installer", "native", "obj", "project.assets.json"), null, Licences);
        }
        // The npm package carries no licence texts; those of the same project's NuGet package are the same.
        Component sameProject = ComponentsOf("RsrPlugins.Core", null, OnnxRuntimePackage)
            .Single(component => component.Name == OnnxRuntimePackage);
        return [Components.FromNpm(repository.PathOf("installer", "native", "package-lock.json"), "onnxruntime-node", sameProject.Texts)];
    }

    private void AddLicences(string folder, string product, IReadOnlyList<Component> components, string remarks)
    {
        FolderTree.CopyFile(repository.PathOf("LICENSE"), Path.Combine(folder, "LICENSE.txt"));
        File.WriteAllText(Path.Combine(folder, "THIRD-PARTY-NOTICES.txt"), ThirdPartyNotices.Write(product, components, remarks));
    }

    private void BuildInstaller(string plugin)
    {
        string icon = Path.Combine(_stage, "setup.ico");
        File.WriteAllBytes(icon, SetupIcon.Draw());
        string files = Path.Combine(_stage, "setup-files.nsh");
        string gimp = GimpFolder("win-x64");
        File.WriteAllText(files, SetupFiles.Write(SetupFiles.Assign(plugin), FolderTree.Files(gimp), FolderTree.Files(ExplorerFolder)));
        string licence = Path.Combine(_stage, "licence.txt");
        File.WriteAllText(
            licence,
            File.ReadAllText(Path.Combine(plugin, "LICENSE.txt"))
                + "\n\n"
                + File.ReadAllText(Path.Combine(plugin, "THIRD-PARTY-NOTICES.txt"))
        );
        repository.Run(
            MakeNsis,
            "-V2",
            "-WX",
            "-INPUTCHARSET",
            "UTF8",
            $"-DTARGET={SetupTarget}",
            $"-DVERSION={_version}",
            $"-DPLUGIN={plugin}",
            $"-DGIMP={gimp}",
            $"-DEXPLORER={ExplorerFolder}",
            $"-DFILES={files}",
            $"-DICON={icon}",
            $"-DLICENCE={licence}",
            $"-DOUTPUT={ReleaseFile($"RsrPlugins-{_version}-setup.exe")}",
            Path.Combine(repository.Installer, "setup.nsi")
        );
    }

    /// <summary>NSIS puts itself into no search path on Windows.</summary>
    private static string MakeNsis
    {
        get
        {
            string installed = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFilesX86), "NSIS", "makensis.exe");
            return OperatingSystem.IsWindows() && File.Exists(installed) ? installed : "makensis";
        }
    }

    /// <summary>Debian's makensis makes 64-bit installers; NSIS's own Windows build has no stub for them.</summary>
    private static string SetupTarget
    {
        get
        {
            string shared = OperatingSystem.IsWindows() ? Path.GetDirectoryName(MakeNsis)! : "/usr/share/nsis";
            return File.Exists(Path.Combine(shared, "Stubs", "lzma_solid-amd64-unicode")) ? "amd64-unicode" : "x86-unicode";
        }
    }

    private static IEnumerable<ShippedFile> ListedFiles(string plugin) =>
        FolderTree
            .Files(plugin)
            .Where(name => name.StartsWith("runtimes/", StringComparison.Ordinal) || name.EndsWith(".onnx", StringComparison.Ordinal))
            .Select(name => new ShippedFile(
                name,
                FolderTree.Sha256(Path.Combine(plugin, name)),
                name.EndsWith(".onnx", StringComparison.Ordinal) ? "machine-learning-model" : "file"
            ));

    private string Licences => Path.Combine(repository.Installer, "licences");

    private string CommandLineFolder(string runtime) => Path.Combine(_stage, $"rsr-{_version}-{runtime}");

    /// <summary>Its last part is the folder's name in the archive, and in GIMP's plug-ins folder.</summary>
    private string GimpFolder(string runtime) => Path.Combine(_stage, $"gimp-{runtime}", GimpPlugin);

    /// <summary>Laid out as the plugin folder.</summary>
    private string ExplorerFolder => Path.Combine(_stage, "explorer-win-x64");

    private string ReleaseFile(string name) => Path.Combine(_release, name);

    private static void Recreate(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
    }

    private static void Say(string step) => Console.WriteLine($"release: {step}");
}
