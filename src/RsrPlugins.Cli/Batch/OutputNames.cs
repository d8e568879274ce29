// Where results go. Beside the input with a suffix by default; in a folder of the user's choice under the input's own name; or
// under the one name given.
using System.Globalization;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Sizes;

namespace RsrPlugins.Cli.Batch;

internal sealed class OutputNames
{
    private readonly string? _file;
    private readonly string? _folder;

    /// <param name="output">The -o option, or null.</param>
    /// <param name="namesOneFile">Exactly one input file was named, so -o may name one too.</param>
    /// <exception cref="UsageException">The name cannot be an output of these inputs.</exception>
    public OutputNames(string? output, bool namesOneFile)
    {
        if (output is null)
        {
            return;
        }

        bool isFolder = Directory.Exists(output) || Path.EndsInDirectorySeparator(output) || Path.GetExtension(output).Length == 0;
        if (isFolder)
        {
            _folder = output;
        }
        else if (!namesOneFile)
        {
            throw new UsageException($"{output}: expected a folder because there are several inputs; end its name with '{Path.DirectorySeparatorChar}' if it is one.");
        }
        else if (PictureFormat.OfExtension(output) is null)
        {
            throw new UsageException($"{output}: expected a name ending in .png, .jpg, .webp or .tif, found '{Path.GetExtension(output)}'; for a folder, end its name with '{Path.DirectorySeparatorChar}'.");
        }
        else
        {
            _file = output;
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
        string extension = PictureFormat.OfExtension(input.Path) == format ? Path.GetExtension(input.Path) : format.Extensions[0];
        return _folder is not null
            ? Path.Combine(_folder, Path.ChangeExtension(input.RelativeName, extension))
            : Path.Combine(Path.GetDirectoryName(input.Path) ?? string.Empty, Path.GetFileNameWithoutExtension(input.Path) + suffix + extension);
    }

    /// <summary>"-x2" or "-down2" for a scale, "-800x600" for a size.</summary>
    public static string Suffix(string verb, SizeRequest request, int? recordedScale, int width, int height) =>
        (request.Scale ?? (request.IsEmpty ? recordedScale : null)) is { } scale
            ? $"-{verb}{scale.ToString("0.####", CultureInfo.InvariantCulture)}"
            : $"-{width}x{height}";
}
