// A result on its way into a file: written under another name beside its place, brought to the disk, and renamed when it is whole. Nothing
// that exists is ever replaced: the dialog has a name in a box, not a question.
using System.Buffers;
using System.IO.Compression;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.PaintDotNet.Saving;

/// <summary>Saves results.</summary>
internal static class ResultFile
{
    private static readonly string[] _tiffEndings = [".tif", ".tiff"];

    // Those of Windows, wherever this runs.
    private static readonly SearchValues<char> _notInNames = SearchValues.Create([
        .. "/\\:*?\"<>|",
        .. Enumerable.Range(0, ' ').Select(code => (char)code),
    ]);

    /// <summary>The path that folder and name stand for.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="name">A file's name; .png is added where it has no ending.</param>
    /// <exception cref="ResultFileException">They are none, or the file exists: says what was expected and found.</exception>
    public static string PathOf(string folder, string name)
    {
        (folder, name) = (folder.Trim(), name.Trim());
        if (folder.Length == 0 || !Path.IsPathFullyQualified(folder) || !Directory.Exists(folder))
        {
            throw new ResultFileException(
                folder.Length == 0 ? "choose a folder first." : $"the folder {OneLine.Quote(folder)} does not exist. Choose another one."
            );
        }

        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny(_notInNames))
        {
            throw new ResultFileException(
                name.Length == 0
                    ? "give the file a name first."
                    : $"{OneLine.Quote(name)} is not the name of a file. Omit folders and the characters / \\ : * ? \" < > |."
            );
        }

        string ending = Path.GetExtension(name);
        if (ending.Length == 0)
        {
            (name, ending) = (name + ".png", ".png");
        }

        if (!IsPng(ending) && !IsTiff(ending))
        {
            throw new ResultFileException($"a name that ends in .png, .tif or .tiff was expected; found {OneLine.Quote(name)}.");
        }

        string path = Path.Combine(folder, name);
        return Path.Exists(path) ? throw Exists(path) : path;
    }

    /// <summary>Writes a picture; the format is that of the name.</summary>
    /// <param name="path">As <see cref="PathOf"/> has made it.</param>
    /// <param name="picture">8-bit RGBA.</param>
    /// <param name="facts">Profile and resolution.</param>
    /// <param name="cancellationToken">Stops within a row, and leaves nothing behind.</param>
    /// <exception cref="ResultFileException">It cannot be written, or the file has come to exist meanwhile.</exception>
    public static void Save(string path, PixelImage picture, DocumentFacts facts, CancellationToken cancellationToken)
    {
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():N}.rsr-part");
        try
        {
            using (FileStream stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                if (IsTiff(Path.GetExtension(path)))
                {
                    TiffWriter.Write(stream, picture, facts, cancellationToken);
                }
                else
                {
                    PngWriter.Write(stream, picture, facts, CompressionLevel.Optimal, cancellationToken);
                }

                stream.Flush(flushToDisk: true);
            }

            if (Path.Exists(path))
            {
                throw Exists(path);
            }

            File.Move(temporary, path, overwrite: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResultFileException($"{path} cannot be written: {OneLine.Of(exception.Message)} Choose another folder.", exception);
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    private static bool IsPng(string ending) => ending.Equals(".png", StringComparison.OrdinalIgnoreCase);

    private static bool IsTiff(string ending) => _tiffEndings.Contains(ending, StringComparer.OrdinalIgnoreCase);

    private static ResultFileException Exists(string path) => new($"{path} exists already. Choose another name.");

    private static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A part of a file that cannot be deleted hides nothing: the failure that left it is what the user is told.
        }
    }
}

/// <summary>A result cannot be saved; says why and what to do.</summary>
internal sealed class ResultFileException(string message, Exception? inner = null) : RsrException(message, inner);
