// What a PNG says of its colours without a profile: cICP, sRGB, gAMA and cHRM. In another format the same is said by a profile made
// from them; only PQ and HLG (cICP) have no such profile.
using System.Buffers.Binary;

namespace RsrPlugins.Cli.Files.Metadata;

/// <param name="Gamma">Exponent from light to sample (gAMA / 100000), or null.</param>
/// <param name="Chromaticities">x, y of white, red, green, blue, or null.</param>
/// <param name="CodePoints">Primaries, transfer, matrix, range of ITU-T H.273 (cICP), or null.</param>
/// <param name="IsSrgb">It says sRGB.</param>
internal sealed record PngColour(double? Gamma, double[]? Chromaticities, byte[]? CodePoints, bool IsSrgb)
{
    public static readonly PngColour None = new(null, null, null, false);

    private const int CurvePoints = 1024;

    private static readonly double[] _srgbChromaticities = [0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06];

    /// <summary>Something is said that is not what everybody takes for granted, sRGB.</summary>
    public bool IsUnusual =>
        CodePoints is { } points
            ? !(points[0] == 1 && points[1] is 1 or 13 && IsFullRange(points))
            : !IsSrgb
                && (
                    (Gamma is { } gamma && Math.Abs(gamma - 0.45455) > 0.01)
                    || (
                        Chromaticities is { } given
                        && given.Zip(_srgbChromaticities).Any(pair => Math.Abs(pair.First - pair.Second) > 0.002)
                    )
                );

    /// <summary>In words, for a note.</summary>
    public string Describe() =>
        CodePoints is { } points
            ? $"cICP {points[0]}/{points[1]} ({PrimariesName(points[0])}, {TransferName(points[1])}{(IsFullRange(points) ? string.Empty : ", levels of video, 16 to 235")})"
            : string.Join(
                " and ",
                new[]
                {
                    Gamma is { } gamma ? FormattableString.Invariant($"gAMA {gamma:0.#####}") : null,
                    Chromaticities is null ? null : "cHRM",
                }.OfType<string>()
            );

    /// <summary>A profile (ICC version 2, matrix and curves) that says the same, or null where there is none: PQ, HLG, unknown code points,
    /// levels of video.</summary>
    public byte[]? ToProfile(bool grey)
    {
        double[] places;
        Func<double, double>? toLight; // From sample to light, both 0 to 1.
        if (CodePoints is { } points)
        {
            if (!IsFullRange(points) || PrimariesOf(points[0]) is not { } primaries || TransferOf(points[1]) is not { } transfer)
            {
                return null;
            }

            (places, toLight) = (primaries, transfer);
        }
        else
        {
            places = Chromaticities ?? _srgbChromaticities;
            toLight = Gamma is { } gamma ? sample => Math.Pow(sample, 1 / gamma) : TransferOf(13);
        }

        return Matrix(places) is { } matrix ? Build(matrix, toLight!, grey) : null;
    }

    private static bool IsFullRange(byte[] points) => points[3] != 0;

    private static byte[] Build(double[,] matrix, Func<double, double> toLight, bool grey)
    {
        byte[] curve = new byte[12 + (2 * CurvePoints)];
        "curv"u8.CopyTo(curve);
        BinaryPrimitives.WriteInt32BigEndian(curve.AsSpan(8), CurvePoints);
        for (int index = 0; index < CurvePoints; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(
                curve.AsSpan(12 + (2 * index)),
                (ushort)Math.Clamp(Math.Round(toLight(index / (CurvePoints - 1.0)) * 65535), 0, 65535)
            );
        }

        const string name = "made from the PNG's own colour chunks";
        byte[] description = new byte[12 + name.Length + 1 + 12 + 67];
        "desc"u8.CopyTo(description);
        BinaryPrimitives.WriteInt32BigEndian(description.AsSpan(8), name.Length + 1);
        System.Text.Encoding.ASCII.GetBytes(name, description.AsSpan(12));
        byte[] copyright = [.. "text\0\0\0\0"u8, .. "no copyright\0"u8];
        byte[] white = Point(0.9642, 1, 0.8249); // D50, as the matrix is adapted to it.

        List<(string Tag, byte[] Data)> tags = [("desc", description), ("cprt", copyright), ("wtpt", white)];
        if (grey)
        {
            tags.Add(("kTRC", curve));
        }
        else
        {
            tags.AddRange([
                ("rXYZ", Column(0)),
                ("gXYZ", Column(1)),
                ("bXYZ", Column(2)),
                ("rTRC", curve),
                ("gTRC", curve),
                ("bTRC", curve),
            ]);
        }

        const int headerLength = 128;
        using MemoryStream body = new MemoryStream();
        byte[] table = new byte[4 + (12 * tags.Count)];
        BinaryPrimitives.WriteInt32BigEndian(table, tags.Count);
        Dictionary<byte[], int> places = [];
        for (int index = 0; index < tags.Count; index++)
        {
            (string tag, byte[] data) = tags[index];
            if (!places.TryGetValue(data, out int place))
            {
                place = headerLength + table.Length + (int)body.Length;
                places[data] = place;
                body.Write(data);
                body.Write(new byte[(4 - (data.Length % 4)) % 4]);
            }

            Span<byte> row = table.AsSpan(4 + (12 * index));
            System.Text.Encoding.ASCII.GetBytes(tag, row);
            BinaryPrimitives.WriteInt32BigEndian(row[4..], place);
            BinaryPrimitives.WriteInt32BigEndian(row[8..], data.Length);
        }

        byte[] header = new byte[headerLength];
        BinaryPrimitives.WriteInt32BigEndian(header, headerLength + table.Length + (int)body.Length);
        header[8] = 2;
        header[9] = 0x40;
        "mntr"u8.CopyTo(header.AsSpan(12));
        (grey ? "GRAY"u8 : "RGB "u8).CopyTo(header.AsSpan(16));
        "XYZ "u8.CopyTo(header.AsSpan(20));
        (header[27], header[29]) = (1, 1); // A date has to be said; a fixed one keeps results the same.
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(24), 2000);
        "acsp"u8.CopyTo(header.AsSpan(36));
        white.AsSpan(8).CopyTo(header.AsSpan(68));
        return [.. header, .. table, .. body.ToArray()];

        byte[] Column(int index) => Point(matrix[0, index], matrix[1, index], matrix[2, index]);

        static byte[] Point(double x, double y, double z)
        {
            byte[] bytes = new byte[20];
            "XYZ "u8.CopyTo(bytes);
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), (int)Math.Round(x * 65536));
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), (int)Math.Round(y * 65536));
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), (int)Math.Round(z * 65536));
            return bytes;
        }
    }

    /// <summary>From linear R, G, B to XYZ under D50, by Bradford's adaptation; null for primaries that span nothing.</summary>
    private static double[,]? Matrix(double[] places)
    {
        if (places[1] <= 0 || places[3] <= 0 || places[5] <= 0 || places[7] <= 0)
        {
            return null;
        }

        double[] white = Xyz(places[0], places[1]);
        double[,] primaries = new double[3, 3];
        for (int column = 0; column < 3; column++)
        {
            double[] point = Xyz(places[2 + (2 * column)], places[3 + (2 * column)]);
            for (int row = 0; row < 3; row++)
            {
                primaries[row, column] = point[row];
            }
        }

        double[,]? inverse = Inverse(primaries);
        if (inverse is null)
        {
            return null;
        }

        double[] scale = Times(inverse, white);
        for (int column = 0; column < 3; column++)
        {
            for (int row = 0; row < 3; row++)
            {
                primaries[row, column] *= scale[column];
            }
        }

        double[,] bradford =
        {
            { 0.8951, 0.2664, -0.1614 },
            { -0.7502, 1.7135, 0.0367 },
            { 0.0389, -0.0685, 1.0296 },
        };
        double[] from = Times(bradford, white);
        double[] to = Times(bradford, [0.9642, 1, 0.8249]);
        double[,] cone =
        {
            { to[0] / from[0], 0, 0 },
            { 0, to[1] / from[1], 0 },
            { 0, 0, to[2] / from[2] },
        };
        return Product(Product(Product(Inverse(bradford)!, cone), bradford), primaries);

        static double[] Xyz(double x, double y) => [x / y, 1, (1 - x - y) / y];
    }

    private static double[] Times(double[,] matrix, double[] vector) =>
        [
            .. Enumerable
                .Range(0, 3)
                .Select(row => (matrix[row, 0] * vector[0]) + (matrix[row, 1] * vector[1]) + (matrix[row, 2] * vector[2])),
        ];

    private static double[,] Product(double[,] left, double[,] right)
    {
        double[,] result = new double[3, 3];
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                result[row, column] =
                    (left[row, 0] * right[0, column]) + (left[row, 1] * right[1, column]) + (left[row, 2] * right[2, column]);
            }
        }

        return result;
    }

    private static double[,]? Inverse(double[,] m)
    {
        double determinant = (m[0, 0] * Minor(1, 1, 2, 2)) - (m[0, 1] * Minor(1, 0, 2, 2)) + (m[0, 2] * Minor(1, 0, 2, 1));
        if (Math.Abs(determinant) < 1e-9)
        {
            return null;
        }

        double[,] result = new double[3, 3];
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                // The transposed matrix of cofactors; indices modulo 3 give them their signs.
                (int r1, int r2, int c1, int c2) = ((column + 1) % 3, (column + 2) % 3, (row + 1) % 3, (row + 2) % 3);
                result[row, column] = ((m[r1, c1] * m[r2, c2]) - (m[r1, c2] * m[r2, c1])) / determinant;
            }
        }

        return result;

        double Minor(int row1, int column1, int row2, int column2) =>
            (m[row1, column1] * m[row2, column2]) - (m[row1, column2] * m[row2, column1]);
    }

    // ITU-T H.273, table 2.
    private static double[]? PrimariesOf(byte code) =>
        code switch
        {
            1 => _srgbChromaticities,
            4 => [0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08],
            5 => [0.3127, 0.3290, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06],
            6 or 7 => [0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070],
            9 => [0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046],
            11 => [0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060],
            12 => [0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060],
            _ => null,
        };

    // ITU-T H.273, table 3, from sample to light. BT.709's camera curve (1, 6, 14, 15) is shown through sRGB's by everybody.
    private static Func<double, double>? TransferOf(byte code) =>
        code switch
        {
            1 or 6 or 13 or 14 or 15 => sample => sample <= 0.04045 ? sample / 12.92 : Math.Pow((sample + 0.055) / 1.055, 2.4),
            4 => sample => Math.Pow(sample, 2.2),
            5 => sample => Math.Pow(sample, 2.8),
            8 => sample => sample,
            _ => null,
        };

    private static string PrimariesName(byte code) =>
        code switch
        {
            1 => "BT.709",
            9 => "BT.2020",
            11 => "DCI-P3",
            12 => "Display P3",
            _ => $"primaries {code}",
        };

    private static string TransferName(byte code) =>
        code switch
        {
            8 => "linear",
            13 => "sRGB curve",
            16 => "PQ",
            18 => "HLG",
            _ => $"transfer {code}",
        };
}
