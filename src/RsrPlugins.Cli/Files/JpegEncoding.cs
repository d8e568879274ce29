// How a JPEG was encoded, told from its own tables: its quality decides how strong its artefacts are and how a result should be
// written. "Quality" is no field of the format. Nearly every encoder scales the example tables of the standard by libjpeg's rule, so
// the number is the one whose tables are nearest; tables of another make get the number of equal coarseness.
using RsrPlugins.Cli.Files.Containers;

namespace RsrPlugins.Cli.Files;

/// <summary>A JPEG's quality and chroma subsampling.</summary>
/// <param name="Quality">1 to 100 on libjpeg's scale.</param>
/// <param name="StandardTables">The tables are exactly libjpeg's at that quality; otherwise the number is the nearest.</param>
/// <param name="ChromaDividerX">Luma samples per chroma sample across: 1, 2 or 4; 1 for grey.</param>
/// <param name="ChromaDividerY">The same, down.</param>
internal sealed record JpegEncoding(int Quality, bool StandardTables, int ChromaDividerX, int ChromaDividerY)
{
    private const int Coefficients = 64;

    // ITU-T T.81, Annex K, tables K.1 and K.2, in natural order.
    private static readonly byte[] _standardLuma =
    [
        16,
        11,
        10,
        16,
        24,
        40,
        51,
        61,
        12,
        12,
        14,
        19,
        26,
        58,
        60,
        55,
        14,
        13,
        16,
        24,
        40,
        57,
        69,
        56,
        14,
        17,
        22,
        29,
        51,
        87,
        80,
        62,
        18,
        22,
        37,
        56,
        68,
        109,
        103,
        77,
        24,
        35,
        55,
        64,
        81,
        104,
        113,
        92,
        49,
        64,
        78,
        87,
        103,
        121,
        120,
        101,
        72,
        92,
        95,
        98,
        112,
        100,
        103,
        99,
    ];

    private static readonly byte[] _standardChroma =
    [
        17,
        18,
        24,
        47,
        99,
        99,
        99,
        99,
        18,
        21,
        26,
        66,
        99,
        99,
        99,
        99,
        24,
        26,
        56,
        99,
        99,
        99,
        99,
        99,
        47,
        66,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
        99,
    ];

    // Natural place of the n-th coefficient of the file's zigzag order.
    private static readonly byte[] _zigzag =
    [
        0,
        1,
        8,
        16,
        9,
        2,
        3,
        10,
        17,
        24,
        32,
        25,
        18,
        11,
        4,
        5,
        12,
        19,
        26,
        33,
        40,
        48,
        41,
        34,
        27,
        20,
        13,
        6,
        7,
        14,
        21,
        28,
        35,
        42,
        49,
        56,
        57,
        50,
        43,
        36,
        29,
        22,
        15,
        23,
        30,
        37,
        44,
        51,
        58,
        59,
        52,
        45,
        38,
        31,
        39,
        46,
        53,
        60,
        61,
        54,
        47,
        55,
        62,
        63,
    ];

    /// <summary>Chroma is stored at full resolution (4:4:4), or there is none.</summary>
    public bool FullChroma => ChromaDividerX == 1 && ChromaDividerY == 1;

    /// <summary>As people write it: "4:2:0".</summary>
    public string Subsampling =>
        (ChromaDividerX, ChromaDividerY) switch
        {
            (1, 1) => "4:4:4",
            (2, 1) => "4:2:2",
            (2, 2) => "4:2:0",
            (1, 2) => "4:4:0",
            (4, 1) => "4:1:1",
            (4, 2) => "4:1:0",
            _ => $"1/{ChromaDividerX} x 1/{ChromaDividerY}",
        };

    /// <summary>Estimates from a JPEG's first segments; nothing is decoded.</summary>
    /// <param name="stream">At the start of the file.</param>
    /// <returns>Null where the stream is no JPEG or ends before its tables.</returns>
    public static JpegEncoding? Estimate(Stream stream) => Estimate(JpegSegments.ReadToFirstScan(stream));

    /// <inheritdoc cref="Estimate(Stream)"/>
    public static JpegEncoding? Estimate(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Estimate(file);
    }

    internal static JpegEncoding? Estimate(IReadOnlyList<JpegSegment> segments)
    {
        byte[]? frame = segments.FirstOrDefault(segment => segment.IsFrameHeader).Payload;
        int count = frame is { Length: >= 6 } ? frame[5] : 0;
        if (frame is null || count is < 1 or > 4 || frame.Length < 6 + (3 * count))
        {
            return null;
        }

        Dictionary<int, ushort[]> tables = [];
        foreach (JpegSegment segment in segments.Where(segment => segment.Marker == JpegSegment.QuantisationTables))
        {
            ReadTables(segment.Payload, tables);
        }

        // Each component: id, sampling factors in one byte, number of its table.
        if (!tables.TryGetValue(frame[8] & 3, out ushort[]? luma))
        {
            return null;
        }

        ushort[]? chroma = count == 3 && tables.TryGetValue(frame[11] & 3, out ushort[]? second) && second != luma ? second : null;
        (int quality, bool standard) = Nearest(luma, chroma);
        (int across, int down) = count >= 3 ? Divider(frame) : (1, 1);
        return new JpegEncoding(quality, standard, across, down);
    }

    private static void ReadTables(ReadOnlySpan<byte> payload, Dictionary<int, ushort[]> tables)
    {
        while (!payload.IsEmpty)
        {
            bool sixteenBit = payload[0] >> 4 != 0;
            int bytes = sixteenBit ? 2 * Coefficients : Coefficients;
            if (payload.Length < 1 + bytes)
            {
                return;
            }

            ushort[] table = new ushort[Coefficients];
            for (int index = 0; index < Coefficients; index++)
            {
                table[_zigzag[index]] = sixteenBit
                    ? (ushort)((payload[1 + (2 * index)] << 8) | payload[2 + (2 * index)])
                    : payload[1 + index];
            }

            tables[payload[0] & 3] = table;
            payload = payload[(1 + bytes)..];
        }
    }

    // Of the largest factor of any component; chroma is the second component's.
    private static (int Across, int Down) Divider(byte[] frame)
    {
        int count = frame[5];
        int mostAcross = 1;
        int mostDown = 1;
        for (int component = 0; component < count; component++)
        {
            byte factors = frame[7 + (3 * component)];
            mostAcross = Math.Max(mostAcross, factors >> 4);
            mostDown = Math.Max(mostDown, factors & 15);
        }

        return (mostAcross / Math.Max(1, frame[10] >> 4), mostDown / Math.Max(1, frame[10] & 15));
    }

    private static (int Quality, bool Standard) Nearest(ushort[] luma, ushort[]? chroma)
    {
        (int Quality, double Distance) best = (1, double.MaxValue);
        for (int quality = 100; quality >= 1; quality--) // From above: of two with the same tables the higher number is meant.
        {
            double distance = Distance(luma, _standardLuma, quality) + (chroma is null ? 0 : Distance(chroma, _standardChroma, quality));
            if (distance < best.Distance)
            {
                best = (quality, distance);
            }
        }

        return (best.Quality, best.Distance == 0);
    }

    // In logarithms, because coarseness is a ratio: steps of 2 instead of 1 matter as much as 100 instead of 50. Weighted by the
    // standard's own judgement of how much a frequency is seen: a table that is coarse only where nobody looks is a fine one.
    private static double Distance(ushort[] table, byte[] standard, int quality)
    {
        double sum = 0;
        for (int index = 0; index < Coefficients; index++)
        {
            double expected = Scaled(standard[index], quality);
            if (table[index] != expected)
            {
                sum += Math.Abs(Math.Log(Math.Max((ushort)1, table[index]) / expected)) / Math.Sqrt(standard[index]);
            }
        }

        return sum;
    }

    // libjpeg's jpeg_quality_scaling for baseline tables.
    private static int Scaled(int standard, int quality)
    {
        int percent = quality < 50 ? 5000 / quality : 200 - (quality * 2);
        return Math.Clamp(((standard * percent) + 50) / 100, 1, 255);
    }
}
