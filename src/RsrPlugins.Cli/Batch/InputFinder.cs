// Turns what the user typed into picture files. A folder means the pictures directly in it, or with --recursive those below it; a
// pattern reaches deeper (**). Patterns are matched here too because Windows shells do not, and because they are often quoted.
//
// A folder is somebody's folder: it holds other things, and none of them may stop a batch or vanish without a word. Whatever could
// be meant as a picture and is not taken is listed with the reason; a folder that cannot be read is one error, and the
// others are still read. Links to folders are not followed, because they can lead in circles. A file named by itself is always
// taken.
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileSystemGlobbing;
using RsrPlugins.Cli.Files;

namespace RsrPlugins.Cli.Batch;

/// <summary>One file to work on.</summary>
/// <param name="Path">As to be shown to the user.</param>
/// <param name="RelativeName">Where it goes inside an output folder: its name, with its subfolders if it was found below a folder.</param>
internal sealed record InputFile(string Path, string RelativeName)
{
    /// <summary>Where its bytes are, if they came from standard input.</summary>
    public string ReadFrom { get; init; } = Path;
}

/// <summary>Something in a folder that was not taken.</summary>
/// <param name="Path">As to be shown to the user.</param>
/// <param name="Reason">Why, for example "hidden".</param>
/// <param name="Folder">The argument it was found by; reports are grouped by it.</param>
internal sealed record PassedOver(string Path, string Reason, string Folder);

/// <summary>How folders are searched.</summary>
/// <param name="Recursive">Folders mean everything below them.</param>
/// <param name="OutputFolder">Where results go; never searched for inputs unless it is named itself.</param>
/// <param name="TakeReductions">Pictures named like results of 'rsr downscale' are wanted, because they are to be restored.</param>
/// <param name="StandardInput">"-" and pipes the shell has opened are inputs.</param>
internal sealed record InputSearch(
    bool Recursive = false,
    string? OutputFolder = null,
    bool TakeReductions = false,
    bool StandardInput = false
);

/// <summary>What was found.</summary>
/// <param name="Files">Each file once, in the order given; folders and patterns sorted by name.</param>
/// <param name="Failures">One error for each argument that leads to no picture, and for each folder that cannot be read.</param>
/// <param name="PassedOver">What was in folders and not taken.</param>
/// <param name="NamesOneFile">The user named exactly one file, so an output name may be a file's name.</param>
internal sealed record FoundInputs(
    IReadOnlyList<InputFile> Files,
    IReadOnlyList<PictureFileException> Failures,
    IReadOnlyList<PassedOver> PassedOver,
    bool NamesOneFile
);

internal sealed partial class InputFinder
{
    private readonly InputSearch _search;
    private readonly List<InputFile> _files = [];
    private readonly List<PictureFileException> _failures = [];
    private readonly List<PassedOver> _passedOver = [];
    private readonly HashSet<string> _seen = new(SamePath.Comparer);

    private InputFinder(InputSearch search) => _search = search;

    public static FoundInputs Find(IReadOnlyList<string> arguments, InputSearch? search = null)
    {
        InputFinder finder = new InputFinder(search ?? new InputSearch());
        foreach (string argument in arguments)
        {
            finder.FindOne(argument);
        }

        return new FoundInputs(
            finder._files,
            finder._failures,
            finder._passedOver,
            arguments is [string only] && !Directory.Exists(only) && !IsPattern(only)
        );
    }

    private void FindOne(string argument)
    {
        FileKind kind = FileKinds.Of(argument);
        if (_search.StandardInput && (StandardInput.IsNamed(argument) || StandardInput.IsOpenPipe(argument)))
        {
            Take(new InputFile(argument, "standard-input"));
        }
        else if (kind == FileKind.File)
        {
            Take(new InputFile(argument, Path.GetFileName(argument)));
        }
        else if (kind == FileKind.Folder)
        {
            FindBelow(argument, argument, _search.Recursive ? int.MaxValue : 1, null);
        }
        else if (FileKinds.IsNoFile(kind))
        {
            _failures.Add(new PictureFileException(argument, $"expected a picture file, found {FileKinds.Describe(kind)}"));
        }
        else if (IsPattern(argument))
        {
            (string root, string pattern) = SplitPattern(argument);
            FindBelow(argument, root, pattern.Contains("**", StringComparison.Ordinal) ? int.MaxValue : pattern.Split('/').Length, pattern);
        }
        else
        {
            _failures.Add(
                new PictureFileException(
                    argument,
                    new FileInfo(argument).LinkTarget is { } target ? $"it is a link to {target}, which does not exist" : "no such file"
                )
            );
        }
    }

    private void Take(InputFile file)
    {
        if (_seen.Add(Path.GetFullPath(file.Path)))
        {
            _files.Add(file);
        }
    }

    private void FindBelow(string argument, string root, int depth, string? pattern)
    {
        int failuresBefore = _failures.Count,
            passedBefore = _passedOver.Count;
        List<string> names = [];
        if (Directory.Exists(root.Length == 0 ? "." : root))
        {
            List(argument, root, string.Empty, depth, names, pattern is not null);
        }

        if (pattern is not null)
        {
            Matcher matcher = new Matcher(OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
            matcher.AddInclude(pattern);
            HashSet<string> matches = [.. matcher.Match(names).Files.Select(match => match.Path)];
            names.RemoveAll(name => !matches.Contains(name));
        }

        bool hiddenWanted = pattern is not null && Path.GetFileName(pattern).StartsWith('.');
        // A picture without a picture's extension keeps its whole name in that of its result.
        HashSet<string> stems = new(names.Select(name => IsPictureName(name) ? WithoutExtension(name) : name), SamePath.Comparer);
        int taken = 0;
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            string path = Path.Combine(root, name);
            if (ReasonAgainst(path, name, stems, hiddenWanted) is { } reason)
            {
                if (reason.Length > 0)
                {
                    _passedOver.Add(new PassedOver(path, reason, argument));
                }
            }
            else
            {
                Take(new InputFile(path, name));
                taken++;
            }
        }

        if (taken == 0 && _failures.Count == failuresBefore)
        {
            string others = string.Join("; ", PassedOverReport.Lines(_passedOver.Skip(passedBefore)));
            _passedOver.RemoveRange(passedBefore, _passedOver.Count - passedBefore);
            _failures.Add(
                new PictureFileException(
                    argument,
                    $"expected at least one {PictureFormat.Supported} file {(pattern is null ? "in this folder" : "to match")}, found none{(others.Length == 0 ? string.Empty : $" ({others})")}"
                )
            );
        }
    }

    /// <summary>Lists the files of a folder and those below it as paths relative to the root, with '/' between names.</summary>
    private void List(string argument, string root, string relative, int depth, List<string> names, bool isPattern)
    {
        string folder = Path.Combine(root, relative);
        List<FileSystemInfo> entries;
        try
        {
            entries =
            [
                .. new DirectoryInfo(folder.Length == 0 ? "." : folder).EnumerateFileSystemInfos(
                    "*",
                    new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }
                ),
            ];
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException or System.Security.SecurityException)
        {
            _failures.Add(new PictureFileException(folder, $"this folder cannot be read: {OneLine.Of(error.Message)}"));
            return;
        }

        foreach (FileSystemInfo entry in entries)
        {
            string name = relative.Length == 0 ? entry.Name : $"{relative}/{entry.Name}";
            if (!entry.Attributes.HasFlag(FileAttributes.Directory))
            {
                names.Add(name);
                continue;
            }

            string path = Path.Combine(root, name);
            string? reason =
                entry.Name.StartsWith('.') ? "hidden"
                : depth <= 1 ? (isPattern ? null : "a subfolder (--recursive includes it)")
                : entry.LinkTarget is not null ? "a link to a folder"
                : _search.OutputFolder is { } output && SamePath.Comparer.Equals(SamePath.Resolve(output), SamePath.Resolve(path))
                    ? "the results' own folder"
                : null;
            if (reason is not null)
            {
                _passedOver.Add(new PassedOver(path, reason, argument));
            }
            else if (depth > 1)
            {
                List(argument, root, name, depth - 1, names, isPattern);
            }
        }
    }

    /// <summary>Null for a file to be taken; empty for what nobody will miss.</summary>
    private string? ReasonAgainst(string path, string relativeName, HashSet<string> stems, bool hiddenWanted)
    {
        string name = Path.GetFileName(relativeName);
        bool isPicture = IsPictureName(name);
        if (name.StartsWith('.') && !hiddenWanted)
        {
            return isPicture ? "hidden" : string.Empty;
        }

        FileKind kind = FileKinds.Of(path);
        if (kind != FileKind.File)
        {
            return kind == FileKind.Missing ? "a link to nothing" : FileKinds.Describe(kind);
        }

        if (!isPicture)
        {
            return DescribeContent(path);
        }

        Match result = ResultName().Match(WithoutExtension(relativeName));
        return
            result.Success
            && stems.Contains(result.Groups["source"].Value)
            && !(_search.TakeReductions && result.Groups["reduction"].Success)
            ? $"named like a result of {Path.GetFileName(result.Groups["source"].Value)} (give its name to include it)"
            : null;
    }

    private static string DescribeContent(string path)
    {
        try
        {
            PictureFormat format = PictureFormat.Of(PictureSource.OfFile(path));
            return $"a {format.Name} file by its content, not by its name (give its name to include it)";
        }
        catch (PictureFileException)
        {
            return "not a picture by its name";
        }
    }

    /// <summary>Files whose name says that they are pictures; a folder's other files are not tried.</summary>
    private static bool IsPictureName(string name) => PictureFormat.OfInputExtension(name) is not null;

    private static string WithoutExtension(string relativeName) => relativeName[..^Path.GetExtension(relativeName).Length];

    private static bool IsPattern(string argument) => argument.Contains('*', StringComparison.Ordinal);

    /// <summary>"photos/2024/**/*.png" is the folder "photos/2024" and the pattern "**/*.png".</summary>
    private static (string Root, string Pattern) SplitPattern(string argument)
    {
        string path = argument.Replace(Path.DirectorySeparatorChar, '/');
        int slash = path.LastIndexOf('/', path.IndexOf('*', StringComparison.Ordinal));
        return slash < 0 ? (string.Empty, path) : (path[..(slash == 0 ? 1 : slash)], path[(slash + 1)..]);
    }

    /// <summary>What <see cref="OutputNames.Suffix"/> appends.</summary>
    [GeneratedRegex(
        @"^(?<source>.+)-(x[0-9]+(\.[0-9]+)?|(?<reduction>down[0-9]+(\.[0-9]+)?)|[0-9]+x[0-9]+)$",
        RegexOptions.ExplicitCapture | RegexOptions.RightToLeft
    )]
    private static partial Regex ResultName();
}
