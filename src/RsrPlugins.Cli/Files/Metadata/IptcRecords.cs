// IPTC's IIM (version 4): kept as its bytes where a format has a place for them, and told as XMP where it has none. The mapping is that of
// the IPTC Photo Metadata Standard for the fields press photographs have.
using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;

namespace RsrPlugins.Cli.Files.Metadata;

internal static class IptcRecords
{
    private const byte Marker = 0x1C;
    private static readonly XNamespace _dc = "http://purl.org/dc/elements/1.1/";
    private static readonly XNamespace _photoshop = "http://ns.adobe.com/photoshop/1.0/";
    private static readonly XNamespace _core = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
    private static readonly XNamespace _rights = "http://ns.adobe.com/xap/1.0/rights/";

    // Dataset of record 2 and the XMP property it is.
    private static readonly Dictionary<int, (XName Name, XmpKind Kind)> _properties = new()
    {
        [5] = (_dc + "title", XmpKind.Language),
        [10] = (_photoshop + "Urgency", XmpKind.Text),
        [12] = (_core + "SubjectCode", XmpKind.Bag),
        [15] = (_photoshop + "Category", XmpKind.Text),
        [20] = (_photoshop + "SupplementalCategories", XmpKind.Bag),
        [25] = (_dc + "subject", XmpKind.Bag),
        [40] = (_photoshop + "Instructions", XmpKind.Text),
        [55] = (_photoshop + "DateCreated", XmpKind.Text),
        [80] = (_dc + "creator", XmpKind.Sequence),
        [85] = (_photoshop + "AuthorsPosition", XmpKind.Text),
        [90] = (_photoshop + "City", XmpKind.Text),
        [92] = (_core + "Location", XmpKind.Text),
        [95] = (_photoshop + "State", XmpKind.Text),
        [100] = (_core + "CountryCode", XmpKind.Text),
        [101] = (_photoshop + "Country", XmpKind.Text),
        [103] = (_photoshop + "TransmissionReference", XmpKind.Text),
        [105] = (_photoshop + "Headline", XmpKind.Text),
        [110] = (_photoshop + "Credit", XmpKind.Text),
        [115] = (_photoshop + "Source", XmpKind.Text),
        [116] = (_dc + "rights", XmpKind.Language),
        [118] = (_rights + "WebStatement", XmpKind.Text),
        [120] = (_dc + "description", XmpKind.Language),
        [122] = (_photoshop + "CaptionWriter", XmpKind.Text),
    };

    /// <summary>The bytes begin with a dataset.</summary>
    public static bool IsIptc(ReadOnlySpan<byte> bytes) => bytes.Length >= 5 && bytes[0] == Marker && bytes[1] is >= 1 and <= 9;

    /// <summary>Without the zeros some writers pad with.</summary>
    public static byte[] Trimmed(byte[] bytes)
    {
        int end = 0;
        foreach ((int _, int _, Range data) in Split(bytes))
        {
            end = data.End.Value;
        }

        return bytes[..end];
    }

    /// <summary>Tells the records as XMP, where the packet does not say something else already.</summary>
    /// <returns>How many datasets had no property, and how many values gave way to what the packet says.</returns>
    public static (int Untold, int Contradicted) AddTo(XmpPacket packet, byte[] bytes)
    {
        List<(int Record, int DataSet, Range Data)> all = [.. Split(bytes)];
        bool utf8 = all.Any(one =>
            one is { Record: 1, DataSet: 90 } && bytes[one.Data].AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0x1B, (byte)'%', (byte)'G'])
        );
        int untold = 0;
        int contradicted = 0;
        foreach (
            IGrouping<int, Range> group in all.Where(one => one.Record == 2 && one.DataSet != 0)
                .GroupBy(one => one.DataSet, one => one.Data)
        )
        {
            if (!_properties.TryGetValue(group.Key, out (XName Name, XmpKind Kind) property))
            {
                untold += group.Key == 60 ? 0 : group.Count(); // 60 is the time, told with the date.
                continue;
            }

            string[] values = [.. group.Select(range => Text(bytes[range], utf8))];
            if (group.Key == 55)
            {
                values =
                [
                    WithTime(
                        values[0],
                        all.Where(one => one is { Record: 2, DataSet: 60 }).Select(one => Text(bytes[one.Data], utf8)).FirstOrDefault()
                    ),
                ];
            }

            contradicted += packet.Add(property.Name, property.Kind, values);
        }

        return (untold, contradicted);
    }

    private static IEnumerable<(int Record, int DataSet, Range Data)> Split(byte[] bytes)
    {
        int place = 0;
        while (place + 5 <= bytes.Length && bytes[place] == Marker)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(place + 3));
            int start = place + 5;
            if ((length & 0x8000) != 0) // An extended dataset: the length of the length.
            {
                int bytesOfLength = length & 0x7FFF;
                if (bytesOfLength is < 1 or > 4 || start + bytesOfLength > bytes.Length)
                {
                    yield break;
                }

                long extended = 0;
                foreach (byte value in bytes.AsSpan(start, bytesOfLength).ToArray())
                {
                    extended = (extended << 8) | value;
                }

                start += bytesOfLength;
                length = (int)Math.Min(extended, int.MaxValue);
            }

            if (length > bytes.Length - start)
            {
                yield break;
            }

            yield return (bytes[place + 1], bytes[place + 2], start..(start + length));
            place = start + length;
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes, bool utf8)
    {
        bytes = bytes.TrimEnd((byte)0);
        return XmpPacket.Printable(utf8 || IsUtf8(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes));
    }

    // Many writers use UTF-8 and forget to say so; Latin-1 text that happens to be UTF-8 is plain ASCII.
    private static bool IsUtf8(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes);

    // 20240131 and 120000+0100 to 2024-01-31T12:00:00+01:00.
    private static string WithTime(string date, string? time)
    {
        if (date.Length != 8 || !date.All(char.IsAsciiDigit))
        {
            return date;
        }

        string day = $"{date[..4]}-{date[4..6]}-{date[6..]}";
        return time is { Length: 11 } && time[..6].All(char.IsAsciiDigit) && time[7..].All(char.IsAsciiDigit)
            ? $"{day}T{time[..2]}:{time[2..4]}:{time[4..6]}{time[6]}{time[7..9]}:{time[9..]}"
            : day;
    }
}
