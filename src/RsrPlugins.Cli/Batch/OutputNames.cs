// Where results go. Beside the input with a suffix by default; in a folder of the user's choice under the input's own name; or
// under the one name given.
using System.Globalization;
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Batch;

internal sealed class OutputNames
{
    // What pictures are called that this tool does not read; with those it does, whatever else follows a dot is part of the name.
    private static readonly string[] _otherPictureExtensions =
    [
        ".bmp",
        ".ico",
        ".tga",
        ".ppm",
        ".pgm",
        ".pbm",
        ".pnm",
        ".jp2",
        ".psd",
        ".svg",
        ".dds",
        ".exr",
        ".hdr",
        ".pdf",
        ".dng",
        ".cr2",
        ".cr3",
        ".nef",
        ".arw",
        ".raf",
        ".orf",
        ".rw2",
    ];

    private readonly string? _file;
    private readonly string? _folder;
    private readonly PictureFormat? _format;

    /// <param name="output">The -o option, or null.</param>
    /// <param name="namesOneFile">Exactly one input file was named, so -o may name one too.</param>
    /// <param name="format">The --format option, or null.</param>
    /// <exception cref="UsageException">The name cannot be an output of these inputs.</exception>
    public OutputNames(string? output, bool namesOneFile, PictureFormat? format = null)
    {
        _format = format;
        if (output is null)
        {
            return;
        }

        if (output == OutputFile.StandardOutput)
        {
            _file = namesOneFile
                ? output
                : throw new UsageException("-o - writes a single picture to standard output, but there are several inputs; choose a folder.");
            return;
        }

        // "results.v2" is a folder's name as good as any; with one input it could be a mistyped file's.
        bool isFolder =
            Directory.Exists(output)
            || Path.EndsInDirectorySeparator(output)
            || Path.GetExtension(output).Length == 0
            || (!namesOneFile && !HasPictureExtension(output));
        if (isFolder)
        {
            _folder = output;
        }
        else if (!namesOneFile)
        {
            throw new UsageException(
                $"{output}: expected a folder because there are several inputs; end its name with '{Path.DirectorySeparatorChar}' if it is one."
            );
        }
        else if (PictureFormat.OfExtension(output) is not { } named)
        {
            throw new UsageException(
                $"{output}: expected a name ending in {PictureFormat.WritableExtensions}, found '{Path.GetExtension(output)}'; for a folder, end its name with '{Path.DirectorySeparatorChar}'."
            );
        }
        else
        {
            _file =
                format is null || format == named
                    ? output
                    : throw new UsageException(
                        $"{output}: expected a name of the requested format ({format.Name}: {string.Join(", ", format.Extensions)}), found {named.Name}."
                    );
        }
    }

    /// <summary>The output of one input.</summary>
    /// <param name="format">What the input is; kept unless the output name says otherwise.</param>
    /// <param name="suffix">For example "-x2"; used beside the input only.</param>
    public string For(InputFile input, PictureFormat format, string suffix)
    {
        if (_file is not null)
        {
            return _file;
        }

        // The extension follows the content: a PNG that was named .jpg does not give another one.
        PictureFormat result = _format ?? format;
        string extension = PictureFormat.OfExtension(input.Path) == result ? Path.GetExtension(input.Path) : result.Extensions[0];
        return Stem(input, suffix) + extension;
    }

    /// <summary>Inputs whose result has the name of an earlier input's: in one run they fail, and so they must where the earlier one is
    /// another machine's.</summary>
    /// <returns>Indices into <paramref name="files"/>.</returns>
    public HashSet<int> Collisions(IReadOnlyList<InputFile> files)
    {
        HashSet<int> found = [];
        foreach (
            IGrouping<string, int> same in Enumerable
                .Range(0, files.Count)
                .GroupBy(index => Stem(files[index], string.Empty), SamePath.Comparer)
                .Where(same => same.Count() > 1)
        )
        {
            HashSet<string> names = new(SamePath.Comparer);
            foreach (int index in same)
            {
                try
                {
                    if (!names.Add(For(files[index], PictureFormat.Of(PictureSource.OfFile(files[index].Path)).Output, string.Empty)))
                    {
                        found.Add(index);
                    }
                }
                catch (PictureFileException)
                {
                    // It gives no result; planning it says why.
                }
            }
        }

        return found;
    }

    /// <summary>The result's path without its extension.</summary>
    private string Stem(InputFile input, string suffix) =>
        _folder is not null
            ? Path.Combine(_folder, WithoutPictureExtension(input.RelativeName))
            : Path.Combine(
                Path.GetDirectoryName(input.Path) ?? string.Empty,
                WithoutPictureExtension(Path.GetFileName(input.Path)) + suffix
            );

    /// <summary>A file's path without what says its format; "shot 12.30" stays as it is.</summary>
    public static string WithoutPictureExtension(string path) => HasPictureExtension(path) ? path[..^Path.GetExtension(path).Length] : path;

    private static bool HasPictureExtension(string path) =>
        PictureFormat.OfInputExtension(path) is not null
        || _otherPictureExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>"-x2" or "-down2" for a scale, "-800x600" for a size.</summary>
    public static string Suffix(string verb, SizeRequest request, int? recordedScale, int width, int height) =>
        (request.Scale ?? (request.IsEmpty ? recordedScale : null)) is { } scale
            ? $"-{verb}{scale.ToString("0.####", CultureInfo.InvariantCulture)}"
            : $"-{width}x{height}";
}
