// The file lists of setup.nsi. Both what is installed and what the uninstaller deletes come from the one staged plugin folder:
// the uninstaller names every file, and never deletes a folder with what else a user may have put there.
using System.Text;
using System.Text.Json;

namespace RsrPlugins.Release;

/// <summary>What a file is installed with.</summary>
/// <param name="Name">Ends the name of the part's macro.</param>
/// <param name="Scale">The scale whose component the part is; 0 for what always goes, or goes with a processor.</param>
internal readonly record struct SetupPart(string Name, int Scale = 0)
{
    public static SetupPart Common { get; } = new("Common");

    public static SetupPart X64 { get; } = new("X64");

    public static SetupPart Arm64 { get; } = new("Arm64");

    /// <summary>The component of a scale.</summary>
    public static SetupPart OfScale(int scale) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Scale{scale}"), scale);
}

/// <summary>Writes setup-files.nsh.</summary>
internal static class SetupFiles
{
    /// <summary>Parts of all files of a plugin folder; a network and its card go with their scale.</summary>
    /// <exception cref="ReleaseException">models.json is missing, or names a scale below 2.</exception>
    public static IReadOnlyDictionary<string, SetupPart> Assign(string pluginFolder)
    {
        Dictionary<string, SetupPart> scales = ReadScales(Path.Combine(pluginFolder, "models", "models.json"));
        return FolderTree
            .Files(pluginFolder)
            .ToDictionary(
                name => name,
                name =>
                    name.StartsWith("runtimes/win-x64/", StringComparison.Ordinal) ? SetupPart.X64
                    : name.StartsWith("runtimes/win-arm64/", StringComparison.Ordinal) ? SetupPart.Arm64
                    : scales.GetValueOrDefault(name, SetupPart.Common)
            );
    }

    /// <summary>The include file: the scales, one macro per part, one that removes everything; the same two for GIMP's plug-in; and one for
    /// Explorer's program.</summary>
    /// <param name="parts">Files of the plugin folder.</param>
    /// <param name="gimpFiles">Files of GIMP's plug-in folder.</param>
    /// <param name="explorerFiles">Files for Explorer's menu, which go to the plugin folder.</param>
    public static string Write(
        IReadOnlyDictionary<string, SetupPart> parts,
        IReadOnlyList<string> gimpFiles,
        IReadOnlyList<string> explorerFiles
    )
    {
        StringBuilder script = new StringBuilder("; Written by the release program from the staged plugin folders.\n");
        SetupPart[] scales = [.. parts.Values.Where(part => part.Scale > 0).Distinct().OrderBy(part => part.Scale)];
        AppendScales(script, [.. scales.Select(part => part.Scale)]);
        foreach (SetupPart part in (SetupPart[])[SetupPart.Common, SetupPart.X64, SetupPart.Arm64, .. scales])
        {
            AppendInstall(
                script,
                $"Install{part.Name}",
                "$PluginDir",
                "PLUGIN",
                parts.Where(file => file.Value == part).Select(file => file.Key)
            );
        }

        AppendInstall(script, "InstallExplorer", "$PluginDir", "EXPLORER", explorerFiles);
        string[] all = [.. parts.Keys, .. explorerFiles];
        AppendRemove(script, "RemoveFiles", all);
        AppendInstall(script, "InstallGimp", "$GimpDir", "GIMP", gimpFiles);
        AppendRemove(script, "RemoveGimpFiles", gimpFiles);
        AppendFolderChecks(script, all);
        return script.ToString();
    }

    /// <summary>What the script needs to know of the scales: their list, whether there is one, and what is done for each or for the
    /// first.</summary>
    private static void AppendScales(StringBuilder script, int[] scales)
    {
        script.Append($"\n!define SCALES \"{string.Join(',', scales)}\"\n");
        foreach (int scale in scales)
        {
            script.Append($"!define HAS_SCALE_{scale}\n");
        }

        script
            .Append("\n!macro EachScale Macro\n")
            .AppendJoin(string.Empty, scales.Select(scale => $"  !insertmacro ${{Macro}} {scale}\n"))
            .Append("!macroend\n");
        script
            .Append("\n!macro FirstScale Macro\n")
            .AppendJoin(string.Empty, scales.Take(1).Select(scale => $"  !insertmacro ${{Macro}} {scale}\n"))
            .Append("!macroend\n");
    }

    private static void AppendInstall(StringBuilder script, string macro, string target, string source, IEnumerable<string> names)
    {
        script.Append($"\n!macro {macro}\n");
        foreach (IGrouping<string, string> folder in names.GroupBy(FolderOf))
        {
            script.Append($"  SetOutPath \"{target}{folder.Key}\"\n");
            foreach (string name in folder)
            {
                script.Append($"  File \"${{{source}}}/{name}\"\n");
            }
        }

        script.Append("!macroend\n");
    }

    private static void AppendRemove(StringBuilder script, string macro, IEnumerable<string> names)
    {
        string[] all = [.. names];
        script.Append($"\n!macro {macro} Folder\n");
        foreach (string name in all)
        {
            script.Append($"  Delete \"${{Folder}}\\{name.Replace('/', '\\')}\"\n");
        }
        // The deepest first: a folder goes only once it is empty.
        IEnumerable<string> folders = all.SelectMany(FoldersAbove)
            .Distinct()
            .OrderByDescending(folder => folder.Count(c => c == '\\'))
            .ThenBy(folder => folder, StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            script.Append($"  RMDir \"${{Folder}}{folder}\"\n");
        }

        script.Append("!macroend\n");
    }

    /// <summary>A macro that refuses links among the folders that files go to, the outermost first.</summary>
    private static void AppendFolderChecks(StringBuilder script, IEnumerable<string> names)
    {
        script.Append("\n!macro FolderChecks Folder Un\n");
        foreach (
            string folder in names
                .SelectMany(FoldersAbove)
                .Distinct()
                .OrderBy(folder => folder.Count(c => c == '\\'))
                .ThenBy(folder => folder, StringComparer.Ordinal)
        )
        {
            script.Append($"  Push \"${{Folder}}{folder}\"\n  Call ${{Un}}RefuseLink\n");
        }

        script.Append("!macroend\n");
    }

    private static Dictionary<string, SetupPart> ReadScales(string catalogue)
    {
        if (!File.Exists(catalogue))
        {
            throw new ReleaseException($"{catalogue} was expected; build the plugin folder first.");
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(catalogue));
        Dictionary<string, SetupPart> parts = new Dictionary<string, SetupPart>();
        foreach (JsonElement model in document.RootElement.GetProperty("models").EnumerateArray())
        {
            int scale = model.GetProperty("scale").GetInt32();
            if (scale < 2)
            {
                throw new ReleaseException(
                    $"{catalogue}: scale {scale}; 2 or more was expected, because each scale is a component of the installer."
                );
            }

            foreach (string property in (string[])["file", "card"])
            {
                parts.Add("models/" + model.GetProperty(property).GetString(), SetupPart.OfScale(scale));
            }
        }

        return parts;
    }

    /// <summary>"\runtimes\win-x64" of "runtimes/win-x64/a.dll", "" of "a.dll".</summary>
    private static string FolderOf(string name) => string.Concat(name.Split('/')[..^1].Select(part => '\\' + part));

    private static IEnumerable<string> FoldersAbove(string name)
    {
        string folder = FolderOf(name);
        for (; folder.Length > 0; folder = folder[..folder.LastIndexOf('\\')])
        {
            yield return folder;
        }
    }
}
