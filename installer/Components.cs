// What third parties' work is in the release, read from what the build itself resolved: project.assets.json of the shipped
// projects and the npm lock file. Notices and bill of materials both come from this one list, so they cannot disagree.
using System.Text.Json;
using System.Xml.Linq;

namespace RsrPlugins.Release;

/// <summary>A third party's package of which something is shipped.</summary>
/// <param name="Ecosystem">"nuget" or "npm", as in a package URL.</param>
/// <param name="Sha512">Of the package file, base64, as its registry states it; null where none is stated.</param>
/// <param name="Licence">SPDX expression, or the name of the licence file.</param>
/// <param name="Texts">Licence and notice texts, each with the name it is shown under.</param>
internal sealed record Component(
    string Ecosystem,
    string Name,
    string Version,
    string? Sha512,
    string Licence,
    string Copyright,
    string? ProjectUrl,
    IReadOnlyList<(string Title, string Text)> Texts
);

/// <summary>Collects components.</summary>
internal static class Components
{
    private static readonly string[] _shippedAssets = ["runtime", "native", "runtimeTargets"];

    /// <summary>The ONNX Runtime of the Windows product, as the lock file has it.</summary>
    /// <param name="lockFile">package-lock.json.</param>
    /// <param name="licences">Texts: the npm package has none, so those of the NuGet package of the same project stand in.</param>
    public static Component FromNpm(string lockFile, string name, IReadOnlyList<(string Title, string Text)> licences)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(lockFile));
        JsonElement package = document.RootElement.GetProperty("packages").GetProperty("node_modules/" + name);
        return new Component(
            "npm",
            name,
            package.GetProperty("version").GetString()!,
            package.GetProperty("integrity").GetString()!["sha512-".Length..],
            package.GetProperty("license").GetString()!,
            "Copyright (c) Microsoft Corporation",
            null,
            licences
        );
    }

    /// <summary>Packages that put at least one file into the output of a built project, by name.</summary>
    /// <param name="assetsFile">obj/project.assets.json; the project must have been restored.</param>
    /// <param name="runtimeIdentifier">Of the publication, or null: then every runtime's files count.</param>
    /// <param name="licenceFolder">Standard texts, for packages that name a licence but carry no text.</param>
    /// <param name="downloads">Names of packages the project downloads without referring to them, and ships files of.</param>
    /// <exception cref="ReleaseException">A package names no licence, or one whose text is missing.</exception>
    public static IReadOnlyList<Component> FromNuGet(
        string assetsFile,
        string? runtimeIdentifier,
        string licenceFolder,
        params string[] downloads
    )
    {
        if (!File.Exists(assetsFile))
        {
            throw new ReleaseException($"{assetsFile} was expected; restore the project first.");
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(assetsFile));
        JsonElement root = document.RootElement;
        string[] packageFolders = [.. root.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        JsonElement target = root.GetProperty("targets")
            .EnumerateObject()
            .First(candidate =>
                candidate.Name.EndsWith("/" + runtimeIdentifier, StringComparison.Ordinal)
                || (runtimeIdentifier is null && !candidate.Name.Contains('/'))
            )
            .Value;

        List<Component> components = new List<Component>();
        foreach (JsonProperty library in target.EnumerateObject())
        {
            JsonElement entry = root.GetProperty("libraries").GetProperty(library.Name);
            if (entry.GetProperty("type").GetString() != "package" || !ShipsFiles(library.Value))
            {
                continue;
            }

            string folder = FindPackage(packageFolders, entry.GetProperty("path").GetString()!);
            components.Add(FromPackageFolder(folder, entry.GetProperty("sha512").GetString(), licenceFolder));
        }

        // Downloads are no libraries of a target: the runtime pack of a self-contained publication, ONNX Runtime's package.
        foreach (JsonProperty framework in root.GetProperty("project").GetProperty("frameworks").EnumerateObject())
        {
            if (!framework.Value.TryGetProperty("downloadDependencies", out JsonElement offered))
            {
                continue;
            }

            foreach (JsonElement download in offered.EnumerateArray())
            {
                string name = download.GetProperty("name").GetString()!;
                if (!downloads.Contains(name))
                {
                    continue;
                }

                string version = download.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0];
                string folder = FindPackage(packageFolders, $"{name.ToLowerInvariant()}/{version}");
                components.Add(
                    FromPackageFolder(folder, File.ReadAllText(Directory.EnumerateFiles(folder, "*.nupkg.sha512").Single()), licenceFolder)
                );
            }
        }

        return [.. components.OrderBy(component => component.Name, StringComparer.OrdinalIgnoreCase)];
    }

    private static bool ShipsFiles(JsonElement library) =>
        _shippedAssets.Any(kind =>
            library.TryGetProperty(kind, out JsonElement files)
            && files.EnumerateObject().Any(file => !file.Name.EndsWith("_._", StringComparison.Ordinal))
        );

    private static string FindPackage(string[] packageFolders, string path) =>
        packageFolders.Select(folder => Path.Combine(folder, path)).FirstOrDefault(Directory.Exists)
        ?? throw new ReleaseException($"Package {path} was expected in {string.Join(" or ", packageFolders)}; restore the project first.");

    private static Component FromPackageFolder(string folder, string? sha512, string licenceFolder)
    {
        string nuspec = Directory.EnumerateFiles(folder, "*.nuspec").Single();
        XElement metadata = XDocument.Load(nuspec).Root!.Elements().First(element => element.Name.LocalName == "metadata");
        string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

        string id = Value("id")!;
        string licence = Value("license") ?? throw new ReleaseException($"{nuspec} was expected to name a licence and names none.");
        string copyright = Value("copyright") is { Length: > 0 } stated ? stated : Value("authors") ?? id;
        List<(string, string)> texts = Directory
            .EnumerateFiles(folder)
            .Where(file => IsLicence(Path.GetFileName(file)))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)))
            .ToList();

        // Notices about parts of a package are not its own licence.
        if (!texts.Exists(text => text.Item1.StartsWith("licen", StringComparison.OrdinalIgnoreCase)))
        {
            string standard = Path.Combine(licenceFolder, licence + ".txt");
            if (!File.Exists(standard))
            {
                throw new ReleaseException($"Package {id} is under {licence} and brings no text of it; put the text into {standard}.");
            }

            texts.Insert(0, (licence, File.ReadAllText(standard)));
        }

        return new Component("nuget", id, Value("version")!, sha512, licence, copyright, Value("projectUrl"), texts);
    }

    private static bool IsLicence(string name) =>
        name.StartsWith("licen", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("notice", StringComparison.OrdinalIgnoreCase)
        || name.Replace("-", "", StringComparison.Ordinal).StartsWith("thirdpartynotice", StringComparison.OrdinalIgnoreCase);
}
