// The picture library reads no profiles of PNG files in the version that is used here (2.1), and a document's profile is what is to be
// kept.
using System.Buffers.Binary;
using System.IO.Compression;

namespace RsrPlugins.EffectHost;

/// <summary>ICC profiles of PNG files.</summary>
public static class PngProfile
{
    private const int SignatureLength = 8;

    /// <summary>The profile of a PNG, which stands before its pixels; null where it has none.</summary>
    /// <param name="file">A whole PNG; can seek.</param>
    public static byte[]? Read(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        file.Position = SignatureLength;
        byte[] head = new byte[8];
        while (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(head);
            ReadOnlySpan<byte> type = head.AsSpan(4);
            if (type.SequenceEqual("IDAT"u8) || length < 0)
            {
                return null;
            }

            if (!type.SequenceEqual("iCCP"u8))
            {
                file.Position += length + 4;
                continue;
            }

            byte[] data = new byte[length];
            file.ReadExactly(data);
            int name = data.AsSpan().IndexOf((byte)0);
            using ZLibStream compressed = new ZLibStream(new MemoryStream(data, name + 2, length - name - 2), CompressionMode.Decompress);
            using MemoryStream profile = new MemoryStream();
            compressed.CopyTo(profile);
            return profile.ToArray();
        }

        return null;
    }
}
