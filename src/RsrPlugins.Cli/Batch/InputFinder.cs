// Turns what the user typed into picture files. A folder means the pictures directly in it; a pattern reaches deeper (**).
// Patterns are matched here too because Windows shells do not, and because they are often quoted.
using Microsoft.Extensions.FileSystemGlobbing;
using RsrPlugins.Cli.Files;

namespace RsrPlugins.Cli.Batch;

/// <summary>One file to work on.</summary>
/// <param name="Path">As to be shown to the user.</param>
/// <param name="RelativeName">Where it goes inside an output folder: its name, with its subfolders if a pattern found it there.</param>
internal sealed record InputFile(string Path, string RelativeName);

/// <summary>What was found.</summary>
/// <param name="Files">Each file once, in the order given; folders and patterns sorted by name.</param>
/// <param name="Failures">One error for each argument that leads to no picture.</param>
/// <param name="NamesOneFile">The user named exactly one file, so an output name may be a file's name.</param>
internal sealed record FoundInputs(IReadOnlyList<InputFile> Files, IReadOnlyList<PictureFileException> Failures, bool NamesOneFile);

internal static class InputFinder
{
    public static FoundInputs Find(IReadOnlyList<string> arguments)
    {
        List<InputFile> files = new List<InputFile>();
        List<PictureFileException> failures = new List<PictureFileException>();
        HashSet<string> seen = new HashSet<string>(SamePath.Comparer);
        foreach (string argument in arguments)
        {
            List<InputFile> found = FindOne(argument, failures);
            files.AddRange(found.Where(file => seen.Add(Path.GetFullPath(file.Path))));
        }

        return new FoundInputs(files, failures, arguments is [var only] && !Directory.Exists(only) && !IsPattern(only));
    }

    private static List<InputFile> FindOne(string argument, List<PictureFileException> failures)
    {
        if (File.Exists(argument))
        {
            return [new InputFile(argument, Path.GetFileName(argument))];
        }

        bool folder = Directory.Exists(argument);
        if (!folder && !IsPattern(argument))
        {
            failures.Add(new PictureFileException(argument, "no such file"));
            return [];
        }

        (string root, string pattern) = folder ? (argument, "*") : SplitPattern(argument);
        List<InputFile> files = Match(root, pattern);
        if (files.Count == 0)
        {
            failures.Add(new PictureFileException(argument, $"expected at least one {PictureFormat.Supported} file {(folder ? "in this folder" : "to match")}, found none"));
        }

        return files;
    }

    private static List<InputFile> Match(string root, string pattern)
    {
        string start = root.Length == 0 ? "." : root;
        if (!Directory.Exists(start))
        {
            return [];
        }

        Matcher matcher = new Matcher(OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
        matcher.AddInclude(pattern);
        return matcher.GetResultsInFullPath(start)
            .Where(path => PictureFormat.OfExtension(path) is not null)
            .Select(path => Path.GetRelativePath(start, path))
            .Order(StringComparer.Ordinal)
            .Select(relative => new InputFile(Path.Combine(root, relative), relative))
            .ToList();
    }

    private static bool IsPattern(string argument) => argument.Contains('*', StringComparison.Ordinal);

    /// <summary>"photos/2024/**/*.png" is the folder "photos/2024" and the pattern "**/*.png".</summary>
    private static (string Root, string Pattern) SplitPattern(string argument)
    {
        string path = argument.Replace(Path.DirectorySeparatorChar, '/');
        int slash = path.LastIndexOf('/', path.IndexOf('*', StringComparison.Ordinal));
        return slash < 0 ? (string.Empty, path) : (path[..(slash == 0 ? 1 : slash)], path[(slash + 1)..]);
    }
}
