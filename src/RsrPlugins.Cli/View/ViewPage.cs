// One HTML page that shows pictures before and after, for people who judge by eye: it needs no server and nothing from outside (its own
// policy forbids it), so it can be mailed and opened in ten years. Pictures are embedded without loss, as decoded and turned upright, with
// their colour profile and nothing else: a page that is passed on must not carry where a photograph was taken. They are written one
// after the other, so that a folder of pictures takes the memory of one pair.
using System.Text.Json;
using System.Text.Json.Serialization;
using RsrPlugins.Cli.Commands;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Files.Metadata;

namespace RsrPlugins.Cli.View;

/// <summary>Two pictures to be shown over each other.</summary>
/// <param name="Name">In the page's list.</param>
/// <param name="Before">A file.</param>
/// <param name="After">A file.</param>
internal sealed record ViewPair(string Name, string Before, string After);

/// <summary>What the page says of one picture.</summary>
internal sealed record ViewSide(string File, int Width, int Height, string Format, long Bytes);

/// <summary>What the page says of a pair; figures as `rsr compare` gives them, null where the sizes differ or there is no number.</summary>
internal sealed record ViewEntry(
    string Name,
    ViewSide A,
    ViewSide B,
    bool SameSize,
    bool Identical,
    double? LumaPsnr,
    double? LumaSsim,
    double? RgbPsnr,
    double? MaxDifference
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ViewEntry))]
internal sealed partial class ViewEntryJson : JsonSerializerContext;

internal static class ViewPage
{
    private const string Template = "page.html";
    private const string Place = "<!--PAIRS-->";

    /// <summary>Writes a page.</summary>
    /// <param name="context">Temporary files and cancellation.</param>
    /// <param name="path">The page's file.</param>
    /// <param name="overwrite">Replace an existing file.</param>
    /// <param name="pairs">In the order of the page's list.</param>
    /// <param name="failed">Told of each pair that cannot be shown.</param>
    /// <param name="progress">From 0 to 1.</param>
    /// <returns>What was shown.</returns>
    /// <exception cref="PictureFileException">The page cannot be written.</exception>
    public static IReadOnlyList<ViewEntry> Write(
        CliContext context,
        string path,
        bool overwrite,
        IReadOnlyList<ViewPair> pairs,
        Action<ViewPair, PictureFileException> failed,
        IProgress<double>? progress = null
    )
    {
        string[] parts = ReadTemplate().Split(Place);
        List<ViewEntry> shown = [];
        using OutputFile file = OutputFile.Begin(context.TemporaryFiles, path, overwrite);
        try
        {
            using StreamWriter page = new StreamWriter(file.TemporaryPath);
            page.Write(parts[0]);
            for (int index = 0; index < pairs.Count; index++)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                try
                {
                    shown.Add(WritePair(page, pairs[index], context.CancellationToken));
                }
                catch (PictureFileException error)
                {
                    failed(pairs[index], error);
                }

                progress?.Report((index + 1.0) / pairs.Count);
            }

            page.Write(parts[1]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw file.CannotBeWritten(error);
        }

        if (shown.Count > 0)
        {
            file.Commit();
        }

        return shown;
    }

    private static ViewEntry WritePair(StreamWriter page, ViewPair pair, CancellationToken cancellationToken)
    {
        Picture before = PictureReader.Read(pair.Before, null, cancellationToken),
            after = PictureReader.Read(pair.After, null, cancellationToken);
        bool sameSize = (before.Pixels.Width, before.Pixels.Height) == (after.Pixels.Width, after.Pixels.Height);
        CompareReport? figures = sameSize ? CompareCommand.Compare(before.Pixels, after.Pixels, cropBorder: 0) : null;
        ViewEntry entry = new ViewEntry(
            pair.Name,
            Side(pair.Before, before),
            Side(pair.After, after),
            sameSize,
            figures is { Identical: true },
            figures?.LumaPsnr,
            figures?.LumaSsim,
            figures?.RgbPsnr,
            figures?.MaxDifference
        );

        // Both are encoded before anything is written, so that a pair that cannot be shown leaves nothing in the page.
        (string Type, MemoryStream Bytes)[] pictures =
        [
            Encode(pair.Before, before, cancellationToken),
            Encode(pair.After, after, cancellationToken),
        ];
        page.WriteLine(
            $"<script type=\"application/json\" class=\"pair\">{JsonSerializer.Serialize(entry, ViewEntryJson.Default.ViewEntry)}</script>"
        );
        foreach ((string type, MemoryStream bytes) in pictures)
        {
            page.Write($"<script type=\"text/plain\" class=\"picture\" data-type=\"{type}\">");
            WriteBase64(page, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            page.WriteLine("</script>");
            bytes.Dispose();
        }

        return entry;
    }

    private static ViewSide Side(string path, Picture picture) =>
        new(Path.GetFileName(path), picture.Pixels.Width, picture.Pixels.Height, picture.Format.Name, new FileInfo(path).Length);

    // WebP is smaller and 8 bits, as screens are; what is too large for it is a PNG.
    private static (string Type, MemoryStream Bytes) Encode(string path, Picture picture, CancellationToken cancellationToken)
    {
        int width = picture.Pixels.Width,
            height = picture.Pixels.Height;
        PictureFormat format = Math.Max(width, height) <= PictureFormat.WebP.MaxSide ? PictureFormat.WebP : PictureFormat.Png;
        CarriedMetadata profileAlone = picture.Metadata with
        {
            Said = PictureMetadata.Of(new RawMetadata(), picture.Format),
            Orientation = new Orientation(1, width, height),
        };
        MemoryStream bytes = new MemoryStream();
        PictureWriter.Encode(
            bytes,
            path,
            picture.Pixels,
            width,
            height,
            format,
            profileAlone,
            null,
            new WriteOptions(format == PictureFormat.WebP ? PictureWriter.LosslessWebPQuality : null),
            null,
            cancellationToken
        );
        return (format == PictureFormat.WebP ? "image/webp" : "image/png", bytes);
    }

    private static void WriteBase64(StreamWriter page, ReadOnlySpan<byte> bytes)
    {
        const int block = 3 * 16384; // A multiple of 3: blocks can be joined.
        Span<char> text = new char[block / 3 * 4];
        for (; bytes.Length > 0; bytes = bytes[Math.Min(block, bytes.Length)..])
        {
            Convert.TryToBase64Chars(bytes[..Math.Min(block, bytes.Length)], text, out int written);
            page.Write(text[..written]);
        }
    }

    private static string ReadTemplate()
    {
        using Stream stream = typeof(ViewPage).Assembly.GetManifestResourceStream(Template)!;
        using StreamReader reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
