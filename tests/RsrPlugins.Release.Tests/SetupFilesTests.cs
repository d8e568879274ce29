// The file lists decide what the installer writes and what the uninstaller takes away again.
namespace RsrPlugins.Release.Tests;

public sealed class SetupFilesTests
{
    private const string Catalogue = """
        { "models": [
          { "scale": 2, "file": "srnet-x2.onnx", "card": "srnet-x2.md" },
          { "scale": 4, "file": "srnet-x4.onnx", "card": "srnet-x4.md" } ] }
        """;

    private static readonly string[] _files =
    [
        "RsrPlugins.PaintDotNet.dll",
        "models/srnet-x2.onnx",
        "models/srnet-x2.md",
        "models/srnet-x4.onnx",
        "models/srnet-x4.md",
        "runtimes/win-arm64/native/onnxruntime.dll",
        "runtimes/win-x64/native/onnxruntime.dll",
    ];

    [Fact]
    public void A_file_goes_with_its_processor_its_scale_or_always()
    {
        using TemporaryFolder plugin = Plugin(Catalogue);
        IReadOnlyDictionary<string, SetupPart> parts = SetupFiles.Assign(plugin.Path);

        Assert.Equal(_files.Append("models/models.json").Order(StringComparer.Ordinal), parts.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(SetupPart.Common, parts["RsrPlugins.PaintDotNet.dll"]);
        Assert.Equal(SetupPart.Common, parts["models/models.json"]);
        Assert.Equal(SetupPart.OfScale(2), parts["models/srnet-x2.md"]);
        Assert.Equal(SetupPart.OfScale(4), parts["models/srnet-x4.onnx"]);
        Assert.Equal(SetupPart.X64, parts["runtimes/win-x64/native/onnxruntime.dll"]);
        Assert.Equal(SetupPart.Arm64, parts["runtimes/win-arm64/native/onnxruntime.dll"]);
    }

    [Fact]
    public void Every_file_is_installed_once_and_removed_once()
    {
        using TemporaryFolder plugin = Plugin(Catalogue);
        string[] script = SetupFiles
            .Write(SetupFiles.Assign(plugin.Path), ["rsr-gimp.exe"], ["rsr-enlarge.exe", "runtimes/win-x64/native/libvips-42.dll"])
            .Split('\n');

        foreach (string name in _files.Append("models/models.json"))
        {
            Assert.Single(script, $"  File \"${{PLUGIN}}/{name}\"");
            Assert.Single(script, $"  Delete \"${{Folder}}\\{name.Replace('/', '\\')}\"");
        }

        Assert.Single(script, "  File \"${GIMP}/rsr-gimp.exe\"");
        Assert.Single(script, "  Delete \"${Folder}\\rsr-gimp.exe\"");
        Assert.Single(script, "  File \"${EXPLORER}/runtimes/win-x64/native/libvips-42.dll\"");
        Assert.Single(script, "  Delete \"${Folder}\\runtimes\\win-x64\\native\\libvips-42.dll\"");
    }

    [Fact]
    public void Folders_are_removed_after_those_inside_them_and_only_when_empty()
    {
        using TemporaryFolder plugin = Plugin(Catalogue);
        string[] removals =
        [
            .. SetupFiles
                .Write(SetupFiles.Assign(plugin.Path), ["rsr-gimp.exe"], ["rsr-enlarge.exe", "runtimes/win-x64/native/libvips-42.dll"])
                .Split('\n')
                .Where(line => line.Contains("RMDir", StringComparison.Ordinal)),
        ];

        Assert.DoesNotContain(removals, line => line.Contains("/r", StringComparison.Ordinal));
        Assert.True(Array.IndexOf(removals, @"  RMDir ""${Folder}\runtimes\win-x64\native""") >= 0);
        Assert.True(
            Array.IndexOf(removals, @"  RMDir ""${Folder}\runtimes\win-x64\native""")
                < Array.IndexOf(removals, @"  RMDir ""${Folder}\runtimes\win-x64""")
        );
        Assert.True(
            Array.IndexOf(removals, @"  RMDir ""${Folder}\runtimes\win-x64""") < Array.IndexOf(removals, @"  RMDir ""${Folder}\runtimes""")
        );
    }

    [Fact]
    public void Every_folder_that_files_go_to_is_checked_for_links_the_outermost_first()
    {
        using TemporaryFolder plugin = Plugin(Catalogue);
        string script = SetupFiles.Write(
            SetupFiles.Assign(plugin.Path),
            ["rsr-gimp.exe"],
            ["rsr-enlarge.exe", "runtimes/win-x64/native/libvips-42.dll"]
        );
        string checks = script[script.IndexOf("!macro FolderChecks", StringComparison.Ordinal)..];
        string[] folders =
        [
            @"\models",
            @"\runtimes",
            @"\runtimes\win-arm64",
            @"\runtimes\win-x64",
            @"\runtimes\win-arm64\native",
            @"\runtimes\win-x64\native",
        ];
        Assert.Equal(
            $"!macro FolderChecks Folder Un\n{string.Concat(folders.Select(folder => $"  Push \"${{Folder}}{folder}\"\n  Call ${{Un}}RefuseLink\n"))}!macroend\n",
            checks
        );
    }

    [Fact]
    public void Every_scale_of_the_catalogue_is_a_component()
    {
        using TemporaryFolder plugin = Plugin(Catalogue.Replace("\"scale\": 4", "\"scale\": 10", StringComparison.Ordinal));
        string script = SetupFiles.Write(SetupFiles.Assign(plugin.Path), [], []);
        Assert.Contains("!define SCALES \"2,10\"\n!define HAS_SCALE_2\n!define HAS_SCALE_10\n", script, StringComparison.Ordinal);
        Assert.Contains(
            "!macro EachScale Macro\n  !insertmacro ${Macro} 2\n  !insertmacro ${Macro} 10\n!macroend\n",
            script,
            StringComparison.Ordinal
        );
        Assert.Contains("!macro FirstScale Macro\n  !insertmacro ${Macro} 2\n!macroend\n", script, StringComparison.Ordinal);
        Assert.Contains("!macro InstallScale10\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scale_below_2_is_an_error()
    {
        using TemporaryFolder plugin = Plugin("""{ "models": [ { "scale": 1, "file": "a.onnx", "card": "a.md" } ] }""");
        ReleaseException error = Assert.Throws<ReleaseException>(() => SetupFiles.Assign(plugin.Path));
        Assert.Contains("scale 1;", error.Message, StringComparison.Ordinal);
    }

    private static TemporaryFolder Plugin(string catalogue)
    {
        TemporaryFolder folder = new TemporaryFolder();
        foreach (string name in _files)
        {
            folder.Write(name, name);
        }

        folder.Write("models/models.json", catalogue);
        return folder;
    }
}
