// The file lists of setup.nsi. Both what is installed and what the uninstaller deletes come from the one staged plugin folder:
// the uninstaller names every file, and never deletes a folder with what else a user may have put there.
using System.Text;
using System.Text.Json;

namespace RsrPlugins.Release;

/// <summary>What a file is installed with.</summary>
internal enum SetupPart
{
    Common,
    X64,
    Arm64,
    Scale2,
    Scale3,
    Scale4,
}

/// <summary>Writes setup-files.nsh.</summary>
internal static class SetupFiles
{
    /// <summary>Parts of all files of a plugin folder; a network and its card go with their scale.</summary>
    /// <exception cref="ReleaseException">models.json is missing, or a row's scale has no part of its own.</exception>
    public static IReadOnlyDictionary<string, SetupPart> Assign(string pluginFolder)
    {
        Dictionary<string, SetupPart> scales = ReadScales(Path.Combine(pluginFolder, "models", "models.json"));
        return FolderTree.Files(pluginFolder).ToDictionary(name => name, name =>
            name.StartsWith("runtimes/win-x64/", StringComparison.Ordinal) ? SetupPart.X64
            : name.StartsWith("runtimes/win-arm64/", StringComparison.Ordinal) ? SetupPart.Arm64
            : scales.GetValueOrDefault(name, SetupPart.Common));
    }

    /// <summary>The include file: one macro per part, one that removes everything; the same two for GIMP's plug-in; and one for Explorer's program.</summary>
    /// <param name="parts">Files of the plugin folder.</param>
    /// <param name="gimpFiles">Files of GIMP's plug-in folder.</param>
    /// <param name="explorerFiles">Files for Explorer's menu, which go to the plugin folder.</param>
    public static string Write(IReadOnlyDictionary<string, SetupPart> parts, IReadOnlyList<string> gimpFiles, IReadOnlyList<string> explorerFiles)
    {
        StringBuilder script = new StringBuilder("; Written by the release program from the staged plugin folders.\n");
        foreach (SetupPart part in Enum.GetValues<SetupPart>())
        {
            AppendInstall(script, $"Install{part}", "$PluginDir", "PLUGIN", parts.Where(file => file.Value == part).Select(file => file.Key));
        }

        AppendInstall(script, "InstallExplorer", "$PluginDir", "EXPLORER", explorerFiles);
        string[] all = [.. parts.Keys, .. explorerFiles];
        AppendRemove(script, "RemoveFiles", all);
        AppendInstall(script, "InstallGimp", "$GimpDir", "GIMP", gimpFiles);
        AppendRemove(script, "RemoveGimpFiles", gimpFiles);
        AppendFolderChecks(script, all);
        return script.ToString();
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
        IEnumerable<string> folders = all.SelectMany(FoldersAbove).Distinct().OrderByDescending(folder => folder.Count(c => c == '\\')).ThenBy(folder => folder, StringComparer.Ordinal);
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
        foreach (string folder in names.SelectMany(FoldersAbove).Distinct().OrderBy(folder => folder.Count(c => c == '\\')).ThenBy(folder => folder, StringComparer.Ordinal))
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
            SetupPart part = model.GetProperty("scale").GetInt32() switch
            {
                2 => SetupPart.Scale2,
                3 => SetupPart.Scale3,
                4 => SetupPart.Scale4,
                var scale => throw new ReleaseException($"{catalogue}: scale {scale}; the installer has components for 2, 3 and 4. Add one to setup.nsi and SetupFiles.cs."),
            };
            foreach (string property in (string[])["file", "card"])
            {
                parts.Add("models/" + model.GetProperty(property).GetString(), part);
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
