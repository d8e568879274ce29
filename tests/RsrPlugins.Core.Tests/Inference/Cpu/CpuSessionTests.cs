// The CPU engine of our own: against ONNX Runtime, and its law - the same bits with every vector width, in every tile, on every thread.
using System.Runtime.InteropServices;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Cpu;
using RsrPlugins.Core.Inference.OnnxRuntime;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Inference.Cpu;

public sealed unsafe class CpuSessionTests : IDisposable
{
    private static readonly (int Width, int Height)[] _sizes = [(1, 1), (1, 9), (4, 4), (7, 5), (33, 18), (150, 5)];

    private readonly string _folder = Directory.CreateTempSubdirectory("rsr-cpu-").FullName;

    public static TheoryData<NetworkTask, int, int> Networks =>
        new()
        {
            { NetworkTask.Reduce, 2, 0 },
            { NetworkTask.Reduce, 3, 0 },
            { NetworkTask.Reduce, 4, 0 },
            { NetworkTask.Reduce, 5, 0 },
            { NetworkTask.Enlarge, 1, 3 },
            { NetworkTask.Enlarge, 2, 3 },
            { NetworkTask.Enlarge, 3, 1 },
            { NetworkTask.Enlarge, 4, 6 },
            { NetworkTask.Enlarge, 2, 0 },
            { NetworkTask.Enlarge, 5, 2 },
        };

    public static IEnumerable<TheoryDataRow<string>> Installed => Catalogue.Models.Select(model => new TheoryDataRow<string>(model.Id));

    private static ModelCatalogue Catalogue => ModelCatalogue.Load(Path.Combine(AppContext.BaseDirectory, "models"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Random_networks_give_what_onnx_runtime_gives(NetworkTask kind, int scale, int units)
    {
        ModelDescriptor model = Write(kind, scale, units);
        foreach ((float own, float reference) in BesideOnnxRuntime(model))
        {
            Assert.Equal(reference, own, 1e-4);
        }
    }

    // On noise. A gradient jumps where a feature is nearly 0, for there LReLU's slope does; both values are then right.
    [Theory]
    [MemberData(nameof(Installed))]
    public void Installed_models_are_known_and_give_what_onnx_runtime_gives(string id)
    {
        ModelDescriptor model = Catalogue.Models.Single(model => model.Id == id);
        (float Own, float Reference)[] values = BesideOnnxRuntime(model);
        int far = values.Count(pair => Math.Abs(pair.Own - pair.Reference) > 1e-4);
        Assert.InRange(far, 0, model.Shape.Input.Count == 1 ? 0 : values.Length / 20);
        Assert.All(values, pair => Assert.Equal(pair.Reference, pair.Own, 0.05));
    }

    [Theory]
    [MemberData(nameof(Installed))]
    public void Every_vector_width_gives_the_same_bits(string id)
    {
        ModelDescriptor model = Catalogue.Models.Single(model => model.Id == id);
        byte[] bytes = ModelCatalogue.ReadVerified(model);
        Source source = new Source(model, 23, 14);
        int[] expected = Bits(Whole(CpuSession.TryCreate(model, bytes, VectorWidth.Scalar)!, source));
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            Assert.Equal(expected, Bits(Whole(CpuSession.TryCreate(model, bytes, width)!, source)));
        }
    }

    // A tile anywhere in the picture, owning any rectangle of its result, with a margin of exactly the halo.
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_tile_has_the_whole_pictures_bits(NetworkTask kind, int scale, int units) =>
        Assert.Contains(Enumerable.Range(1, 5), seed => TilesAreExactAndOneLessIsNot(Write(kind, scale, units, seed)));

    [Theory]
    [InlineData("rrnet-x3-learned")]
    [InlineData("srnet-x2-learned")]
    [InlineData("srnet-x2-learned-gradient")]
    public void A_tile_has_the_whole_pictures_bits_with_installed_models(string id) =>
        Assert.True(TilesAreExactAndOneLessIsNot(Catalogue.Models.Single(model => model.Id == id)));

    [Fact]
    public void Threads_share_a_session()
    {
        ModelDescriptor model = Write(NetworkTask.Enlarge, 2, 3);
        using CpuSession session = Session(model);
        Source[] sources = [.. Enumerable.Range(0, 6).Select(i => new Source(model, 20 + (9 * i), 30 - i))];
        int[][] expected = [.. sources.Select(source => Bits(Whole(session, source)))];
        Parallel.For(0, 60, i => Assert.Equal(expected[i % 6], Bits(Whole(session, sources[i % 6]))));
    }

    [Fact]
    public void A_tile_allocates_nothing()
    {
        ModelDescriptor model = Write(NetworkTask.Enlarge, 2, 3);
        using CpuSession session = Session(model);
        Source source = new Source(model, 60, 40);
        float[] output = new float[source.OutputWidth * source.OutputHeight];
        // The least of several runs: the runtime allocates now and then while it compiles a method again.
        long allocated = long.MaxValue;
        for (int run = 0; run < 10; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            fixed (
                float* input = source.Values,
                    result = output
            )
            {
                session.Run(
                    (nint)input,
                    source.Width,
                    source.Height,
                    (nint)result,
                    source.OutputWidth,
                    source.OutputHeight,
                    CancellationToken.None
                );
            }

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_cancelled_run_ends_as_such_and_the_session_still_works()
    {
        ModelDescriptor model = Write(NetworkTask.Enlarge, 2, 3);
        using CpuSession session = Session(model);
        Source source = new Source(model, 30, 20);
        int[] expected = Bits(Whole(session, source));
        Assert.ThrowsAny<OperationCanceledException>(() => Whole(session, source, new CancellationToken(true)));
        Assert.Equal(expected, Bits(Whole(session, source)));
    }

    [Fact]
    public void A_closed_session_says_so()
    {
        ModelDescriptor model = Write(NetworkTask.Enlarge, 2, 1);
        CpuSession session = Session(model);
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Whole(session, new Source(model, 5, 5)));
    }

    // The receptive field of SRNet's three units is 4 pixels. Cells of 4 x 4 on top of one another: the last column of a cell is made of
    // the cell's first, that of the column before, which is the last of its cell and made of that cell's first; with the first layer 8
    // pixels.
    [Theory]
    [InlineData(NetworkTask.Enlarge, 2, 0, 1)]
    [InlineData(NetworkTask.Enlarge, 2, 1, 4)]
    [InlineData(NetworkTask.Enlarge, 2, 3, 8)]
    [InlineData(NetworkTask.Enlarge, 4, 6, 13)]
    [InlineData(NetworkTask.Reduce, 4, 0, 5)]
    public void The_halo_follows_from_the_cells(NetworkTask kind, int scale, int units, int expected) =>
        Assert.Equal(expected, Session(Write(kind, scale, units)).Halo);

    /// <returns>Whether a halo one smaller was seen to differ; that the halo is enough is asserted.</returns>
    private static bool TilesAreExactAndOneLessIsNot(ModelDescriptor model)
    {
        using CpuSession session = Session(model);
        int step = model.Shape.InputStep;
        int halo = (session.Halo + step - 1) / step;

        // Room for a tile that no border touches, and for one less than the halo to be seen.
        int side = (2 * halo) + 16;
        Source source = new Source(model, side, side);
        float[] whole = Whole(session, source);
        Random random = new Random(1);
        for (int i = 0; i < 8; i++)
        {
            (int left, int top) = (random.Next(side), random.Next(side));
            (int right, int bottom) = (random.Next(left, side) + 1, random.Next(top, side) + 1);
            TileRect owned = new TileRect(left, top, right - left, bottom - top);
            Assert.True(!Differences(session, source, whole, owned, halo).Any(), $"{owned} of {side} x {side}, halo {halo}");
        }

        // One pixel at each of the 16 places in a cell. What is at the halo's very edge changes the last bits alone; so there it is made
        // large, and then some pixel of a cell must lack it with a halo one smaller - unless RRNet's bounds hide it.
        bool isSeen = false;
        for (int place = 0; place < 16; place++)
        {
            TileRect owned = new TileRect(halo + 4 + (place % 4), halo + 4 + (place / 4), 1, 1);
            Source loud = new Source(model, side, side);
            loud.Amplify(owned, halo, 1e6f);
            float[] wholeLoud = Whole(session, loud);
            Assert.Empty(Differences(session, loud, wholeLoud, owned, halo));
            isSeen |= Differences(session, loud, wholeLoud, owned, halo - 1).Any();
        }

        return isSeen;
    }

    /// <summary>Where a tile differs from the whole.</summary>
    /// <param name="owned">In small pixels.</param>
    /// <param name="halo">In small pixels.</param>
    private static IEnumerable<(int X, int Y)> Differences(CpuSession session, Source source, float[] whole, TileRect owned, int halo)
    {
        (int left, int top) = (Math.Max(owned.X - halo, 0), Math.Max(owned.Y - halo, 0));
        (int right, int bottom) = (Math.Min(owned.Right + halo, source.SmallWidth), Math.Min(owned.Bottom + halo, source.SmallHeight));
        TileRect Scaled(TileRect rect, int by) => new(rect.X * by, rect.Y * by, rect.Width * by, rect.Height * by);
        TileRect small = new TileRect(left, top, right - left, bottom - top);
        PlannedTile tile = new PlannedTile(
            Scaled(owned, source.OutputStep),
            Scaled(small, source.InputStep),
            Scaled(small, source.OutputStep)
        );
        float[] input = source.Cut(tile.Source),
            output = new float[tile.Result.Width * tile.Result.Height];
        Array.Fill(output, float.NaN);
        Run(session, tile, input, output);
        for (int y = tile.Tile.Y; y < tile.Tile.Bottom; y++)
        {
            for (int x = tile.Tile.X; x < tile.Tile.Right; x++)
            {
                if (
                    BitConverter.SingleToInt32Bits(whole[(y * source.OutputWidth) + x])
                    != BitConverter.SingleToInt32Bits(output[((y - tile.Result.Y) * tile.Result.Width) + x - tile.Result.X])
                )
                {
                    yield return (x, y);
                }
            }
        }
    }

    private static void Run(CpuSession session, PlannedTile tile, float[] input, float[] output)
    {
        fixed (
            float* i = input,
                o = output
        )
        {
            session.Run((nint)i, tile, (nint)o, CancellationToken.None);
        }
    }

    private static (float Own, float Reference)[] BesideOnnxRuntime(ModelDescriptor model)
    {
        byte[] bytes = ModelCatalogue.ReadVerified(model);
        using CpuSession own = CpuSession.TryCreate(model, bytes)!;
        using OnnxRuntimeSessionFactory runtime = new OnnxRuntimeSessionFactory(null);
        using ISession reference = runtime.Create(model, bytes, DeviceKind.Cpu);
        return
        [
            .. _sizes
                .SelectMany(size => new[] { new Source(model, size.Width, size.Height) })
                .SelectMany(source => Whole(own, source).Zip(Whole(reference, source))),
        ];
    }

    private static CpuSession Session(ModelDescriptor model)
    {
        CpuSession? session = CpuSession.TryCreate(model, ModelCatalogue.ReadVerified(model));
        Assert.NotNull(session);
        return session;
    }

    private static float[] Whole(ISession session, Source source, CancellationToken cancellationToken = default)
    {
        float[] output = new float[source.OutputWidth * source.OutputHeight];
        fixed (
            float* input = source.Values,
                result = output
        )
        {
            session.Run((nint)input, source.Width, source.Height, (nint)result, source.OutputWidth, source.OutputHeight, cancellationToken);
        }

        return output;
    }

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values.AsSpan()).ToArray();

    private ModelDescriptor Write(NetworkTask kind, int scale, int units, int seed = 1) =>
        RandomNetworks.Describe(
            _folder,
            kind,
            scale,
            kind == NetworkTask.Reduce ? RandomNetworks.RRNet(scale, seed) : RandomNetworks.SRNet(scale, seed, units)
        );

    /// <summary>Noise for a network.</summary>
    private sealed class Source
    {
        /// <param name="model">What it is for.</param>
        /// <param name="width">Of the small picture.</param>
        /// <param name="height">Of the small picture.</param>
        public Source(ModelDescriptor model, int width, int height)
        {
            (InputStep, OutputStep) = (model.Shape.InputStep, model.Shape.OutputStep);
            (SmallWidth, SmallHeight, Planes) = (width, height, model.Shape.Input.Count);
            Random random = new Random((width * 1000) + height);
            Values = [.. Enumerable.Range(0, Width * Height * Planes).Select(_ => random.NextSingle())];
        }

        public int InputStep { get; }

        public int OutputStep { get; }

        public int SmallWidth { get; }

        public int SmallHeight { get; }

        public int Planes { get; }

        public int Width => SmallWidth * InputStep;

        public int Height => SmallHeight * InputStep;

        public int OutputWidth => SmallWidth * OutputStep;

        public int OutputHeight => SmallHeight * OutputStep;

        public float[] Values { get; }

        /// <summary>Multiplies the luma of all small pixels that are so far from a rectangle, or farther.</summary>
        public void Amplify(TileRect rect, int distance, float by)
        {
            for (int i = 0; i < Width * Height; i++)
            {
                (int x, int y) = (i % Width / InputStep, i / Width / InputStep);
                bool isNear =
                    x > rect.X - distance && y > rect.Y - distance && x < rect.Right - 1 + distance && y < rect.Bottom - 1 + distance;
                Values[i] *= isNear ? 1 : by;
            }
        }

        public float[] Cut(TileRect rect) =>
            [
                .. Enumerable
                    .Range(0, Planes * rect.Height)
                    .SelectMany(row =>
                        Values.Skip((((row / rect.Height * Height) + rect.Y + (row % rect.Height)) * Width) + rect.X).Take(rect.Width)
                    ),
            ];
    }
}
