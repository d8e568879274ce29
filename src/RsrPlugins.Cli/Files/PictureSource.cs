// Where a picture's bytes are. Everything that reads one opens it several times (what is it, what does it say, its pixels), so a
// pipe, which can be read once, is held in memory.
using NetVips;

namespace RsrPlugins.Cli.Files;

/// <summary>A file, or bytes that came from elsewhere.</summary>
internal sealed class PictureSource
{
    private readonly byte[]? _bytes;

    private PictureSource(string name, byte[]? bytes)
    {
        Name = name;
        _bytes = bytes;
    }

    /// <summary>As the user knows it; the path of a file.</summary>
    public string Name { get; }

    /// <summary>The bytes are those of the file <see cref="Name"/>.</summary>
    public bool IsFile => _bytes is null;

    public static PictureSource OfFile(string path) => new(path, null);

    /// <summary>Bytes that are in memory already; not copied.</summary>
    public static PictureSource OfBytes(string name, byte[] bytes) => new(name, bytes);

    /// <summary>Reads a stream to its end; it needs not be seekable.</summary>
    /// <exception cref="PictureFileException">It cannot be read, or is longer than 2 GB.</exception>
    public static PictureSource OfStream(string name, Stream stream, CancellationToken cancellationToken = default)
    {
        try
        {
            using MemoryStream buffer = new MemoryStream();
            stream.CopyToAsync(buffer, cancellationToken).GetAwaiter().GetResult();
            return new PictureSource(name, buffer.ToArray());
        }
        catch (IOException error)
        {
            string problem = error.Message.Contains("too long", StringComparison.OrdinalIgnoreCase)
                ? "more than 2 GB; give it as a file"
                : $"cannot be read: {error.Message}";
            throw new PictureFileException(name, problem, error);
        }
    }

    /// <summary>The bytes from their start, seekable.</summary>
    public Stream Open() => _bytes is null ? File.OpenRead(Name) : new MemoryStream(_bytes, writable: false);

    /// <summary>The same for libvips. A source, not a path: libvips reads "[...]" at the end of a path as options.</summary>
    public Source OpenForVips() => _bytes is null ? Source.NewFromFile(Name) : Source.NewFromMemory(_bytes);
}
