// How a picture was made small cannot be seen in any small part of it, and so a network cannot see it either; over the whole picture it
// can. Reductions without antialiasing leave more energy near the sampling limit than the coarser scales of the same picture let expect,
// blurs less; noise and JPEG's blocks show where the picture is flat. These numbers say so: ratios, which contrast and size do not change.
//
// A large picture is sampled: squares spread evenly over it, so that the whole takes no longer than a few tiles of a network.
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.Core.Strength;

/// <summary>Statistics of a picture's luma that tell how it was made small.</summary>
public static class PictureStatistics
{
    /// <summary>Numbers of a picture.</summary>
    public const int Count = (Levels * PerLevel) + 8 + (SpectrumLevels * 2 * Frequencies) + EdgeNumbers + ReductionClassifier.Outputs;

    /// <summary>Side of the smallest picture that says anything, in pixels.</summary>
    public const int MinSide = 12;

    // Squares of this side are looked at, whole or what the picture has of them.
    private const int Square = 64;

    // At most so many, half a megapixel: a tenth of a second, and more would tell nothing new.
    private const int MaxSquares = 128;

    // At most so many of them are given to the classifier, whose convolutions take longer than the rest.
    private const int MaxClassified = 64;

    // The picture, its 2 x 2 means, and theirs.
    private const int Levels = 3;
    private const int PerLevel = 12;

    // Frequencies of a 4 x 4 cosine transform, rows and columns alike, without the mean: an energy and a sparsity of each.
    private const int Frequencies = 9;

    // Levels whose spectrum is taken.
    private const int SpectrumLevels = 2;

    // Of how edges bend.
    private const int EdgeNumbers = 3;

    // Added to both parts of a ratio, in squared 8-bit levels: about what rounding to 8 bits makes.
    private const double Rounding = 0.08;

    // More places than this make statistics no surer.
    private const int ManyPlaces = 25_000;

    // Differences below this are none, in 8-bit levels.
    private const float Same = 0.5f;

    // Side of JPEG's and most video's blocks.
    private const int Block = 8;

    // Side of the squares among which the quietest are looked for.
    private const int Quiet = 16;

    /// <summary>The statistics of a picture; pixels whose alpha is 0 have no part in them.</summary>
    /// <param name="picture">Any layout and depth.</param>
    /// <returns><see cref="Count"/> numbers; null where the picture, or what is visible of it, is too small.</returns>
    public static float[]? Of(PixelImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Of(picture.Width, picture.Height, (x, y, width, luma, visible) => ReadRow(picture, x, y, width, luma, visible));
    }

    /// <summary>The statistics of a plane.</summary>
    /// <param name="luma">Row by row, BT.601 studio luma on the 8-bit scale, 16 to 235, rounded or not.</param>
    /// <param name="width">Of the plane.</param>
    /// <param name="height">Of the plane.</param>
    /// <returns><see cref="Count"/> numbers; null where the plane is too small.</returns>
    public static float[]? Of(ReadOnlyMemory<float> luma, int width, int height) =>
        Of(
            width,
            height,
            (x, y, count, row, visible) =>
            {
                luma.Span.Slice((y * width) + x, count).CopyTo(row);
                visible.Fill(true);
            }
        );

    private static float[]? Of(int width, int height, RowReader read)
    {
        if (Math.Min(width, height) < MinSide)
        {
            return null;
        }

        (int columns, int rows) = (Math.Max(1, (width + (Square / 2)) / Square), Math.Max(1, (height + (Square / 2)) / Square));
        long squares = (long)columns * rows;
        Sums sums = new Sums();
        int taken = (int)Math.Min(squares, MaxSquares);
        float[] luma = new float[(2 * Square) * (2 * Square)];
        bool[] visible = new bool[luma.Length];
        List<(float[] Luma, bool[] Visible, int Width, int Height)> classified = [];
        for (int index = 0; index < taken; index++)
        {
            (int column, int row) = squares <= MaxSquares ? (index % columns, index / columns) : Scattered(index, columns, rows);
            (int left, int top) = (column * Square, row * Square);

            // The last of a row or column takes the rest, up to half a square more or less.
            int wide = column == columns - 1 ? width - left : Square,
                high = row == rows - 1 ? height - top : Square;
            for (int y = 0; y < high; y++)
            {
                read(left, top + y, wide, luma.AsSpan(y * wide, wide), visible.AsSpan(y * wide, wide));
            }

            sums.Add(luma, visible, wide, high);
            if (taken <= MaxClassified || index % 2 == 0)
            {
                classified.Add((luma.AsSpan(0, wide * high).ToArray(), visible.AsSpan(0, wide * high).ToArray(), wide, high));
            }
        }

        return sums.Result() is { } result ? Classified(classified, result) : null;
    }

    // Squares side by side, their sums one after the other: the order in which threads end changes nothing.
    private static float[] Classified(List<(float[] Luma, bool[] Visible, int Width, int Height)> squares, float[] result)
    {
        ReductionClassifier classifier = ReductionClassifier.Shipped;
        int channels = ReductionClassifier.Sums;
        double[][] sums = [.. squares.Select(_ => new double[channels])];
        int[] places = new int[squares.Count];
        Parallel.For(
            0,
            squares.Count,
            index =>
            {
                (float[] luma, bool[] visible, int width, int height) = squares[index];
                places[index] = classifier.AddPlaces(luma, visible, width, height, sums[index]);
            }
        );
        double[] all = new double[channels];
        foreach (double[] square in sums)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                all[channel] += square[channel];
            }
        }

        classifier.Write(all, places.Sum(), result.AsSpan(Count - ReductionClassifier.Outputs));
        return result;
    }

    // Every so many squares would always be the same columns where their number divides that; this sequence (Roberts 2018, R2) fills the
    // picture evenly in both directions.
    private static (int Column, int Row) Scattered(int index, int columns, int rows)
    {
        const double Across = 0.7548776662466927,
            Down = 0.5698402909980532;
        return ((int)(columns * ((index * Across) % 1)), (int)(rows * ((index * Down) % 1)));
    }

    private static void ReadRow(PixelImage picture, int x, int y, int count, Span<float> luma, Span<bool> visible)
    {
        int channels = picture.Channels,
            blue = picture.HasColour ? 2 : 0,
            green = picture.HasColour ? 1 : 0;
        Span<float> samples = stackalloc float[2 * Square * 4];
        samples = samples[..(count * channels)];
        Samples.Read(picture, x, y, count, samples);
        float toEightBit = 255f / picture.MaxValue;
        for (int i = 0, at = 0; i < count; i++, at += channels)
        {
            luma[i] = Luma.Bt601Studio(samples[at] * toEightBit, samples[at + green] * toEightBit, samples[at + blue] * toEightBit);
            visible[i] = !picture.HasAlpha || samples[at + channels - 1] > 0;
        }
    }

    private delegate void RowReader(int x, int y, int count, Span<float> luma, Span<bool> visible);

    private sealed class Sums
    {
        private readonly LevelSums[] _levels = [.. Enumerable.Range(0, Levels).Select(_ => new LevelSums())];
        private readonly Spectrum[] _spectra = [.. Enumerable.Range(0, SpectrumLevels).Select(_ => new Spectrum())];
        private readonly Edges _edges = new();
        private readonly List<double> _quiet = [];
        private double _atBlocks;
        private double _elsewhere;
        private long _atBlocksCount;
        private long _elsewhereCount;

        public void Add(float[] luma, bool[] visible, int width, int height)
        {
            AddBlocks(luma, visible, width, height);
            AddQuiet(luma, visible, width, height);
            _edges.Add(luma, visible, width, height);
            for (int level = 0; level < Levels; level++)
            {
                _levels[level].Add(luma, visible, width, height);
                if (level < SpectrumLevels)
                {
                    _spectra[level].Add(luma, visible, width, height);
                }

                if (level < Levels - 1)
                {
                    (luma, visible) = Halved(luma, visible, width, height);
                    (width, height) = (width / 2, height / 2);
                }
            }
        }

        public float[]? Result()
        {
            if (_levels[0].Count == 0)
            {
                return null;
            }

            float[] result = new float[PictureStatistics.Count];
            int at = 0;
            foreach (LevelSums level in _levels)
            {
                level.Write(result.AsSpan(at, PerLevel));
                at += PerLevel;
            }

            result[at++] = (float)Math.Log(Math.Min(_levels[0].Count, ManyPlaces));
            result[at++] = Ratio(_levels[0].First, _levels[1].First);
            result[at++] = Ratio(_levels[1].First, _levels[2].First);
            result[at++] = Ratio(_levels[0].Second, _levels[1].Second);
            result[at++] = (float)Math.Log(_levels[0].First + Rounding);
            _quiet.Sort();
            double quiet = _quiet.Count == 0 ? 0 : _quiet[_quiet.Count / 10],
                middle = _quiet.Count == 0 ? 0 : _quiet[_quiet.Count / 2];
            result[at++] = (float)Math.Log(quiet + Rounding);
            result[at++] = Ratio(quiet, middle);
            result[at++] = Ratio(
                _atBlocksCount == 0 ? 0 : _atBlocks / _atBlocksCount,
                _elsewhereCount == 0 ? 0 : _elsewhere / _elsewhereCount
            );
            foreach (Spectrum spectrum in _spectra)
            {
                spectrum.Write(result.AsSpan(at, 2 * Frequencies));
                at += 2 * Frequencies;
            }

            _edges.Write(result.AsSpan(at, EdgeNumbers), _levels[0].Count);
            return result;
        }

        // Absolute differences over the edges of 8 x 8 blocks, which begin at the picture's corner as the squares do, and over others.
        private void AddBlocks(float[] luma, bool[] visible, int width, int height)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 1; x < width; x++)
                {
                    int i = (y * width) + x;
                    if (visible[i] && visible[i - 1])
                    {
                        Add(Math.Min(Math.Abs(luma[i] - luma[i - 1]), 8f), x % Block == 0);
                    }
                }
            }

            for (int y = 1; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    int i = (y * width) + x;
                    if (visible[i] && visible[i - width])
                    {
                        Add(Math.Min(Math.Abs(luma[i] - luma[i - width]), 8f), y % Block == 0);
                    }
                }
            }

            void Add(float difference, bool atBlock)
            {
                if (atBlock)
                {
                    _atBlocks += difference;
                    _atBlocksCount++;
                }
                else
                {
                    _elsewhere += difference;
                    _elsewhereCount++;
                }
            }
        }

        // Squared checkerboard differences of small squares: their lower tenth is noise.
        private void AddQuiet(float[] luma, bool[] visible, int width, int height)
        {
            for (int top = 0; top + Quiet <= height || top == 0; top += Quiet)
            {
                for (int left = 0; left + Quiet <= width || left == 0; left += Quiet)
                {
                    (int right, int bottom) = (Math.Min(left + Quiet, width), Math.Min(top + Quiet, height));
                    double sum = 0;
                    int count = 0;
                    for (int y = top; y < bottom - 1; y++)
                    {
                        for (int x = left; x < right - 1; x++)
                        {
                            int i = (y * width) + x;
                            if (visible[i] && visible[i + 1] && visible[i + width] && visible[i + width + 1])
                            {
                                float checker = luma[i] - luma[i + 1] - luma[i + width] + luma[i + width + 1];
                                sum += checker * checker;
                                count++;
                            }
                        }
                    }

                    if (count > Quiet)
                    {
                        _quiet.Add(sum / count);
                    }
                }
            }
        }

        private static (float[] Luma, bool[] Visible) Halved(float[] luma, bool[] visible, int width, int height)
        {
            (int halfWidth, int halfHeight) = (width / 2, height / 2);
            float[] half = new float[halfWidth * halfHeight];
            bool[] halfVisible = new bool[half.Length];
            for (int y = 0; y < halfHeight; y++)
            {
                for (int x = 0; x < halfWidth; x++)
                {
                    int i = (2 * y * width) + (2 * x);
                    half[(y * halfWidth) + x] = (luma[i] + luma[i + 1] + luma[i + width] + luma[i + width + 1]) / 4;
                    halfVisible[(y * halfWidth) + x] = visible[i] && visible[i + 1] && visible[i + width] && visible[i + width + 1];
                }
            }

            return (half, halfVisible);
        }
    }

    // Sums over one scale, of rows and columns together.
    private sealed class LevelSums
    {
        // Differences beside an edge are followed so far.
        private const int Reach = 3;

        private readonly double[] _profile = new double[Reach];
        private double _first;
        private double _second;
        private double _fourth;
        private double _overTwo;
        private double _checker;
        private double _firstLength;
        private double _secondLength;
        private double _turns;
        private double _strong;
        private long _same;
        private long _directions;
        private long _places;

        public long Count => _places;

        public double First => Mean(_first);

        public double Second => Mean(_second);

        private double Mean(double sum) => _directions == 0 ? 0 : sum / _directions;

        public void Add(float[] luma, bool[] visible, int width, int height)
        {
            for (int y = Reach; y < height - Reach - 1; y++)
            {
                for (int x = Reach; x < width - Reach - 1; x++)
                {
                    int i = (y * width) + x;
                    bool across = Visible(i, 1),
                        down = Visible(i, width);
                    if (across)
                    {
                        AddDirection(luma, i, 1);
                    }

                    if (down)
                    {
                        AddDirection(luma, i, width);
                    }

                    if (across && down && visible[i + width + 1])
                    {
                        float right = luma[i + 1] - luma[i],
                            below = luma[i + width] - luma[i],
                            checker = luma[i + width + 1] - luma[i] - right - below;
                        _checker += checker * checker;
                        _same += Math.Abs(right) < Same && Math.Abs(below) < Same ? 1 : 0;
                        _places++;
                    }
                }
            }

            bool Visible(int i, int step)
            {
                bool all = true;
                for (int k = -Reach; k <= Reach + 1; k++)
                {
                    all &= visible[i + (k * step)];
                }

                return all;
            }
        }

        public void Write(Span<float> result)
        {
            double places = Math.Max(1, _places);
            result[0] = Ratio(Second, First);
            result[1] = Ratio(Mean(_fourth), Second);
            result[2] = Ratio(Mean(_overTwo), First);
            result[3] = Ratio(_checker / places, First);
            result[4] = Ratio(Mean(_firstLength) * Mean(_firstLength), First);
            result[5] = Ratio(Mean(_secondLength) * Mean(_secondLength), Second);
            result[6] = (float)(_turns / (_firstLength + (Rounding * Math.Max(1, _directions))));
            result[7] = (float)(_same / places);
            double strong = _strong + (Rounding * Rounding * Math.Max(1, _directions));
            for (int k = 0; k < Reach; k++)
            {
                result[8 + k] = (float)(_profile[k] / strong);
            }

            result[8 + Reach] = (float)Math.Log((Mean(_strong) + (Rounding * Rounding)) / ((First * First) + (Rounding * Rounding)));
        }

        private void AddDirection(float[] luma, int i, int step)
        {
            float before = luma[i - step],
                here = luma[i],
                after = luma[i + step],
                first = after - here,
                previous = here - before,
                second = first - previous,
                fourth = luma[i - (2 * step)] + luma[i + (2 * step)] - (4 * (before + after)) + (6 * here),
                overTwo = luma[i + (2 * step)] - here;
            _first += first * first;
            _second += second * second;
            _fourth += fourth * fourth;
            _overTwo += overTwo * overTwo;
            _firstLength += Math.Abs(first);
            _secondLength += Math.Abs(second);
            _turns += first * previous < 0 ? Math.Min(Math.Abs(first), Math.Abs(previous)) : 0;
            // The fourth power leaves strong edges: what goes on beside them tells a sharpened picture, whose edges come back, from a
            // soft one, whose edges go on.
            float cube = first * first * first;
            _strong += cube * first;
            _profile[0] += cube * (luma[i + (2 * step)] - after + previous);
            _profile[1] += cube * (luma[i + (3 * step)] - luma[i + (2 * step)] + before - luma[i - (2 * step)]);
            _profile[2] += cube * (luma[i + (4 * step)] - luma[i + (3 * step)] + luma[i - (2 * step)] - luma[i - (3 * step)]);
            _directions++;
        }
    }

    // How an edge bends where it leaves the dark side and where it reaches the light one. On values both bend alike; reduced in linear
    // light, an edge leaves the dark side abruptly and reaches the light one slowly.
    private sealed class Edges
    {
        // An edge is looked at so far on either side of a pixel.
        private const int Reach = 3;

        // Least contrast, in 8-bit levels, and the part of it that lies between the ends: less of it is a line or a texture.
        private const float MinContrast = 24;
        private const float BetweenEnds = 0.6f;

        private double _contrast;
        private double _bend;
        private double _bendLength;
        private double _sharp;
        private double _sharpLength;

        public void Add(float[] luma, bool[] visible, int width, int height)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    int i = (y * width) + x;
                    if (x >= Reach && x < width - Reach)
                    {
                        AddPixel(luma, visible, i, 1);
                    }

                    if (y >= Reach && y < height - Reach)
                    {
                        AddPixel(luma, visible, i, width);
                    }
                }
            }
        }

        public void Write(Span<float> result, long places)
        {
            result[0] = (float)(_bend / Math.Max(_bendLength, 1e-3));
            result[1] = (float)(_sharp / Math.Max(_sharpLength, 1e-3));
            result[2] = (float)Math.Log((_contrast / Math.Max(1, places)) + 0.01);
        }

        private void AddPixel(float[] luma, bool[] visible, int i, int step)
        {
            float low = float.MaxValue,
                high = float.MinValue;
            for (int k = -Reach; k <= Reach; k++)
            {
                if (!visible[i + (k * step)])
                {
                    return;
                }

                low = Math.Min(low, luma[i + (k * step)]);
                high = Math.Max(high, luma[i + (k * step)]);
            }

            float contrast = high - low;
            if (contrast < MinContrast || Math.Abs(luma[i + (Reach * step)] - luma[i - (Reach * step)]) < BetweenEnds * contrast)
            {
                return;
            }

            float bend = (luma[i - step] - (2 * luma[i]) + luma[i + step]) / contrast,
                length = bend * bend;
            _contrast += contrast;
            _bend += contrast * bend * Math.Abs(bend);
            _bendLength += contrast * length;
            _sharp += contrast * bend * length;
            _sharpLength += contrast * length * Math.Abs(bend);
        }
    }

    // Energies of a 4 x 4 discrete cosine transform at every other pixel: how fast they fall towards the highest frequency is what a
    // reduction's kernel leaves, and how sparse they are tells edges from noise.
    private sealed class Spectrum
    {
        private const int Side = 4;

        // Rows of the transform (orthonormal), and where the energy of a row and a column is added.
        private static readonly float[] _cosines = Cosines();
        private static readonly int[] _frequency = [-1, 0, 1, 2, 0, 3, 4, 5, 1, 4, 6, 7, 2, 5, 7, 8];

        private readonly double[] _energy = new double[Frequencies];
        private readonly double[] _length = new double[Frequencies];
        private long _places;

        public void Add(float[] luma, bool[] visible, int width, int height)
        {
            Span<float> rows = stackalloc float[Side * Side];
            Span<float> column = stackalloc float[Side];
            for (int top = 0; top + Side <= height; top += 2)
            {
                for (int left = 0; left + Side <= width; left += 2)
                {
                    if (!IsVisible(visible, width, left, top))
                    {
                        continue;
                    }

                    for (int y = 0; y < Side; y++)
                    {
                        Transform(luma.AsSpan(((top + y) * width) + left, Side), 1, rows.Slice(y * Side, Side), 1);
                    }

                    for (int u = 0; u < Side; u++)
                    {
                        Transform(rows[u..], Side, column, 1);
                        for (int v = 0; v < Side; v++)
                        {
                            int frequency = _frequency[(v * Side) + u];
                            if (frequency >= 0)
                            {
                                _energy[frequency] += column[v] * column[v];
                                _length[frequency] += Math.Abs(column[v]);
                            }
                        }
                    }

                    _places++;
                }
            }
        }

        public void Write(Span<float> result)
        {
            double places = Math.Max(1, _places);
            for (int i = 0; i < Frequencies; i++)
            {
                // Off the diagonal a frequency has been added twice.
                double twice = i is 3 or 6 or 8 ? 1 : 2,
                    energy = _energy[i] / (twice * places),
                    length = _length[i] / (twice * places);
                result[i] = Ratio(energy, _energy[0] / (2 * places));
                result[Frequencies + i] = Ratio(length * length, energy);
            }

            result[0] = (float)Math.Log(_energy[0] / (2 * places) + Rounding);
        }

        private static bool IsVisible(bool[] visible, int width, int left, int top)
        {
            for (int y = top; y < top + Side; y++)
            {
                if (visible.AsSpan((y * width) + left, Side).Contains(false))
                {
                    return false;
                }
            }

            return true;
        }

        private static void Transform(ReadOnlySpan<float> from, int step, Span<float> to, int toStep)
        {
            for (int k = 0; k < Side; k++)
            {
                float sum = 0;
                for (int i = 0; i < Side; i++)
                {
                    sum += _cosines[(k * Side) + i] * from[i * step];
                }

                to[k * toStep] = sum;
            }
        }

        private static float[] Cosines() =>
            [
                .. Enumerable
                    .Range(0, Side * Side)
                    .Select(at =>
                        (float)(
                            Math.Sqrt((at / Side == 0 ? 1.0 : 2.0) / Side)
                            * Math.Cos(Math.PI * ((2 * (at % Side)) + 1) * (at / Side) / (2.0 * Side))
                        )
                    ),
            ];
    }

    private static float Ratio(double of, double to) => (float)Math.Log((of + Rounding) / (to + Rounding));
}
