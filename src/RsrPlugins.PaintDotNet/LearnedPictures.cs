// Paint.NET keeps nothing of what an effect says of its result: a layer does not know that Learned Downscale made it. So this process
// remembers its last small pictures by their hashes, and finds them again when they are enlarged: in the layer, pasted, or after
// Image > Resize with nearest neighbour.
using System.Buffers.Binary;
using System.Security.Cryptography;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.PaintDotNet;

/// <summary>The small pictures Learned Downscale has made lately. Thread-safe.</summary>
internal sealed class LearnedPictures
{
    private const int Capacity = 64;

    private readonly Lock _lock = new();
    private readonly Queue<string> _order = new();
    private readonly HashSet<string> _known = [];

    /// <summary>Remembers a picture; the oldest is forgotten.</summary>
    public void Add(PixelImage picture)
    {
        string hash = Hash(picture);
        lock (_lock)
        {
            if (!_known.Add(hash))
            {
                return;
            }

            _order.Enqueue(hash);
            if (_order.Count > Capacity)
            {
                _known.Remove(_order.Dequeue());
            }
        }
    }

    /// <summary>Whether exactly this picture has been remembered.</summary>
    public bool Contains(PixelImage picture)
    {
        lock (_lock)
        {
            if (_known.Count == 0)
            {
                return false;
            }
        }

        string hash = Hash(picture);
        lock (_lock)
        {
            return _known.Contains(hash);
        }
    }

    private static string Hash(PixelImage picture)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, picture.Width);
        BinaryPrimitives.WriteInt32LittleEndian(size[4..], picture.Height);
        hash.AppendData(size);
        hash.AppendData(picture.Samples8);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
