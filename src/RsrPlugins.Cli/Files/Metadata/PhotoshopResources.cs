// Photoshop's image resource block: the wrapping IPTC has in JPEG, with print settings, paths, and a thumbnail of the old picture.
using System.Buffers.Binary;

namespace RsrPlugins.Cli.Files.Metadata;

/// <param name="Signature">"8BIM" nearly always.</param>
/// <param name="Id">What it is.</param>
/// <param name="Name">Its Pascal string, length byte first, padded to an even length.</param>
/// <param name="Data">Without padding.</param>
internal sealed record PhotoshopResource(byte[] Signature, ushort Id, byte[] Name, byte[] Data);

internal static class PhotoshopResources
{
    private const ushort Iptc = 0x0404;

    // Thumbnails, and copies of what stands elsewhere: ICC profile, EXIF, XMP.
    private static readonly HashSet<ushort> _stale = [0x0409, 0x040C, 0x040F, 0x0422, 0x0423, 0x0424];

    /// <summary>Takes a block apart; stops at the first thing that is no resource.</summary>
    /// <returns>The IPTC in it, or null, and what else is worth keeping.</returns>
    public static (byte[]? Iptc, List<PhotoshopResource> Others) Parse(ReadOnlySpan<byte> bytes)
    {
        byte[]? iptc = null;
        List<PhotoshopResource> others = [];
        while (bytes.Length >= 12)
        {
            ReadOnlySpan<byte> signature = bytes[..4];
            if (
                !(
                    signature.SequenceEqual("8BIM"u8)
                    || signature.SequenceEqual("MeSa"u8)
                    || signature.SequenceEqual("PHUT"u8)
                    || signature.SequenceEqual("AgHg"u8)
                    || signature.SequenceEqual("DCSR"u8)
                )
            )
            {
                break;
            }

            ushort id = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
            int nameLength = bytes[6] + 1;
            nameLength += nameLength & 1;
            int start = 6 + nameLength + 4;
            if (start > bytes.Length)
            {
                break;
            }

            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes[(start - 4)..]);
            if (length > bytes.Length - start)
            {
                break;
            }

            byte[] data = bytes.Slice(start, (int)length).ToArray();
            if (id == Iptc)
            {
                iptc ??= data;
            }
            else if (!_stale.Contains(id))
            {
                others.Add(new PhotoshopResource(signature.ToArray(), id, bytes.Slice(6, nameLength).ToArray(), data));
            }

            bytes = bytes[Math.Min(bytes.Length, start + (int)length + ((int)length & 1))..];
        }

        return (iptc, others);
    }

    public static byte[] ToBytes(byte[]? iptc, IEnumerable<PhotoshopResource> others)
    {
        using MemoryStream stream = new MemoryStream();
        IEnumerable<PhotoshopResource> all = iptc is null
            ? others
            : others.Prepend(new PhotoshopResource("8BIM"u8.ToArray(), Iptc, [0, 0], iptc));
        Span<byte> number = stackalloc byte[4];
        foreach (PhotoshopResource resource in all)
        {
            stream.Write(resource.Signature);
            BinaryPrimitives.WriteUInt16BigEndian(number, resource.Id);
            stream.Write(number[..2]);
            stream.Write(resource.Name);
            BinaryPrimitives.WriteInt32BigEndian(number, resource.Data.Length);
            stream.Write(number);
            stream.Write(resource.Data);
            if ((resource.Data.Length & 1) == 1)
            {
                stream.WriteByte(0);
            }
        }

        return stream.ToArray();
    }
}
