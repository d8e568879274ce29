// A graph that somebody else has written is described by running it: what sizes it takes, how much it enlarges, whether its values go to
// 1 or to 255, and how far an output pixel looks. The last is found by changing single blocks of the input and looking where
// the output changes, and then proven: tiles with that halo must give the whole picture's values. What stays finite in a probe but
// not in the proof, or reaches beyond the largest probe, has no halo that tiles can have; its tiles are blended.
using System.Numerics;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.OnnxRuntime;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Hosting;

/// <summary>Measures the shape of networks. One per network.</summary>
internal sealed class NetworkProbe
{
    /// <summary>Largest difference between tiles and the whole, on the scale of black to white.</summary>
    public const float LargestDifference = 1e-5f;

    /// <summary>Overlap of tiles that cannot be exact, in input pixels.</summary>
    private const int BlendedHalo = 32;

    /// <summary>Further than this from its enlarged input, a result is not the same picture.</summary>
    private const double LargestError = 0.15;

    /// <summary>No further than this from it, the values are the network's own.</summary>
    private const double GoodError = 0.02;

    /// <summary>Values of a float16 network are this coarse.</summary>
    private const float HalfStep = 1f / 512;

    private static readonly int[] _multiples = [1, 2, 4, 8, 16, 32, 64, 3, 6, 12, 24, 48];
    private static readonly int[] _probeSides = [48, 96, 192, 320];

    private readonly ModelDescriptor _model;
    private readonly ISession _session;
    private readonly int _planes;
    private readonly bool _isHalf;
    private readonly GraphFacts? _facts;
    private readonly CancellationToken _cancellationToken;

    private NetworkProbe(ModelDescriptor model, ISession session, bool isHalf, GraphFacts? facts, CancellationToken cancellationToken)
    {
        (_model, _session, _planes, _isHalf, _facts, _cancellationToken) = (
            model,
            session,
            model.Shape.Input.Count,
            isHalf,
            facts,
            cancellationToken
        );
    }

    /// <summary>Measures a network.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="scale">How much it enlarges; null finds out.</param>
    /// <param name="progress">Fraction of the work done, roughly.</param>
    /// <param name="cancellationToken">Stops between runs and within one.</param>
    /// <exception cref="ModelException">No network for pictures; the message says why.</exception>
    public static NetworkShape Measure(
        string name,
        byte[] bytes,
        int? scale,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
    {
        OnnxGraph graph = OnnxGraph.Parse(bytes, name);
        int planes = CheckGraph(graph, name);
        NetworkPlanes pictures = new NetworkPlanes(planes == 1 ? PlaneContent.Luma : PlaneContent.Rgb, planes, ValueUnit.One);
        GraphFacts? facts = FactsOf(graph, name);
        (double operations, double featureBytes) = Cost(graph, facts);
        NetworkShape unknown = new NetworkShape(1, 1, 0, 1, pictures, pictures, operations, featureBytes);
        ModelDescriptor model = new ModelDescriptor(
            name,
            "added",
            ModelKind.Added,
            1,
            name,
            string.Empty,
            bytes.Length,
            string.Empty,
            unknown,
            null
        );
        using OnnxRuntimeSessionFactory factory = new OnnxRuntimeSessionFactory(null);
        try
        {
            using ISession session = factory.Create(model, bytes, DeviceKind.Cpu);
            const int Float16 = 10;
            return new NetworkProbe(
                model,
                session,
                graph.Inputs[0].ElementType == Float16 || graph.Outputs[0].ElementType == Float16,
                facts,
                cancellationToken
            ).Measure(scale, progress);
        }
        catch (InferenceException exception)
        {
            throw new ModelException($"{name} cannot be run: {exception.Message}", exception);
        }
    }

    private static int CheckGraph(OnnxGraph graph, string name)
    {
        if (graph.Inputs.Count != 1 || graph.Outputs.Count != 1)
        {
            throw new ModelException(
                $"{name}: expected one image in and one out, found {graph.Inputs.Count} inputs ({string.Join(", ", graph.Inputs.Select(input => input.Name))}) and {graph.Outputs.Count} outputs."
            );
        }

        foreach (OnnxNode node in graph.Nodes.Where(node => node.Domain.Length > 0))
        {
            throw new ModelException(
                $"{name} uses the operator {node.Domain}.{node.Operator}; expected only ONNX's own operators. Export it without custom operators."
            );
        }

        OnnxValue input = graph.Inputs[0];
        if (input.ElementType is not (1 or 10))
        {
            throw new ModelException($"{name}: expected float32 or float16 values, found ONNX element type {input.ElementType}.");
        }

        if (input.Dimensions.Count != 4 || input.Dimensions[1] is not (1 or 3))
        {
            string found =
                input.Dimensions.Count > 1 && input.Dimensions[1] < 0
                    ? "a variable number of channels"
                    : $"[{string.Join(", ", input.Dimensions.Select(length => length < 0 ? "?" : $"{length}"))}]";
            throw new ModelException(
                $"{name}: expected an input [N, 1 or 3, H, W], found {found}. Export it with a fixed number of channels, channels before height and width."
            );
        }

        return input.Dimensions[2] < 1 && input.Dimensions[3] < 1
            ? (int)input.Dimensions[1]
            : throw new ModelException(
                $"{name}: expected an input of any height and width, found {input.Dimensions[2]} x {input.Dimensions[3]}. Export it with dynamic axes."
            );
    }

    /// <summary>The graph's own account; null where an operator is not known.</summary>
    private static GraphFacts? FactsOf(OnnxGraph graph, string name)
    {
        try
        {
            return GraphFacts.Of(graph, name);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    /// <summary>The graph's own account, or a guess, which only tile sizes and progress depend on.</summary>
    private static (double Operations, double FeatureBytes) Cost(OnnxGraph graph, GraphFacts? facts)
    {
        if (facts is not null)
        {
            return (2 * facts.MultiplyAddsPerInputPixel, facts.FeatureBytesPerInputPixel);
        }

        OnnxTensor[] kernels = [.. graph.Constants.Values.Where(constant => constant.Dimensions.Count == 4)];
        double widest = kernels.Length == 0 ? 64 : kernels.Max(kernel => kernel.Dimensions[0]);
        return (2.0 * kernels.Sum(kernel => (double)kernel.Count), 4 * widest * sizeof(float));
    }

    private NetworkShape Measure(int? scale, IProgress<double>? progress)
    {
        (int step, int factor) = FindSizes(scale);
        progress?.Report(0.1);
        NetworkShape shape = _model.Shape with { InputStep = step, OutputStep = step * factor };
        shape = FindUnit(shape);
        progress?.Report(0.2);
        if (FindHalo(shape, progress) is { } halo && Proven(shape with { Halo = halo }) is { } proven)
        {
            progress?.Report(1);
            return proven;
        }

        progress?.Report(1);
        return shape with { Halo = (BlendedHalo + step - 1) / step * step, TilesAreExact = false };
    }

    /// <summary>The smallest block it takes, and how much it enlarges.</summary>
    private (int Step, int Factor) FindSizes(int? scale)
    {
        int[] factors = scale is { } given ? [given] : [.. Enumerable.Range(1, 16)];
        // What the graph says of its blocks holds, even where another size happens to run.
        foreach (int step in _multiples.Where(step => step % (_facts?.InputStep ?? 1) == 0))
        {
            // No larger multiple in common, and unlike each other, so that only what takes every multiple of the step takes these.
            (int width, int height) = (step * Odd(step, 37, 5), step * Odd(step, 29, 3));
            foreach (int factor in factors)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                if (Try(Noise(width, height, 1), width, height, factor) is not null)
                {
                    return (step, factor);
                }
            }
        }

        throw new ModelException(
            scale is null
                ? $"{_model.Id}: found no input size that it enlarges by a whole number from 1 to 16. It may need a different size, or do something else."
                : $"{_model.Id} does not enlarge {scale} times at any input size. Omit --scale to have the factor measured."
        );
    }

    /// <summary>Fewer blocks where blocks are large.</summary>
    private static int Odd(int step, int max, int min) => Math.Max(min, (max / step) | 1);

    private NetworkShape FindUnit(NetworkShape shape)
    {
        int side = (48 + shape.InputStep - 1) / shape.InputStep * shape.InputStep;
        float[] smooth = Smooth(side);
        (ValueUnit Unit, double Error)[] tried = [.. new[] { ValueUnit.One, ValueUnit.Byte }.Select(unit => (unit, Error(unit)))];
        // With larger values biases count for less, so a little better says nothing.
        (ValueUnit best, double error) = tried[0].Error > GoodError && tried[1].Error < 0.5 * tried[0].Error ? tried[1] : tried[0];
        if (!(error <= LargestError))
        {
            throw new ModelException(
                $"{_model.Id}: its output is not its input enlarged: the error is {error:0.##} of the range from black to white (values up to 1: {tried[0].Error:0.##}, up to 255: {tried[1].Error:0.##}). It may be made for another task or another range of values."
            );
        }

        return shape with
        {
            Input = shape.Input with { Unit = best },
            Output = shape.Output with { Unit = best },
        };

        double Error(ValueUnit unit)
        {
            float white = White(unit);
            float[]? made = Try([.. smooth.Select(value => value * white)], side, side, shape.Factor);
            double sum = 0;
            int large = side * shape.Factor;
            for (int i = 0; made is not null && i < made.Length; i++)
            {
                (int plane, int y, int x) = (i / (large * large), i / large % large, i % large);
                sum += Math.Abs((made[i] / white) - smooth[(plane * side * side) + (y / shape.Factor * side) + (x / shape.Factor)]);
            }

            return made is null ? double.PositiveInfinity : sum / made.Length;
        }
    }

    /// <summary>Where the output changes when a block of the input does; null if everywhere.</summary>
    private int? FindHalo(NetworkShape shape, IProgress<double>? progress)
    {
        if (_facts is { Halo: null })
        {
            return null;
        }

        for (int round = 0; round < _probeSides.Length; round++)
        {
            int step = shape.InputStep;
            int blocks = (_probeSides[round] / step) | 1,
                side = blocks * step,
                middle = blocks / 2;
            if (side > 3 * _probeSides[^1])
            {
                return null;
            }

            int reach = 0;
            for (int seed = 1; seed <= 3; seed++)
            {
                float white = White(shape.Input.Unit);
                float[] noise = [.. Noise(side, side, seed).Select(value => value * white)];
                float[] before = Run(noise, side, side, shape.Factor);

                // Both ways: a rectifier may swallow one.
                foreach (float level in new[] { 0f, white })
                {
                    float[] changed = (float[])noise.Clone();
                    for (int i = 0; i < step * step * _planes; i++)
                    {
                        (int plane, int y, int x) = (i / (step * step), i / step % step, i % step);
                        changed[(plane * side * side) + (((middle * step) + y) * side) + (middle * step) + x] = level;
                    }

                    reach = Math.Max(
                        reach,
                        Reach(
                            before,
                            Run(changed, side, side, shape.Factor),
                            side * shape.Factor,
                            middle * shape.OutputStep,
                            shape.OutputStep
                        )
                    );
                }
            }

            progress?.Report(0.2 + (0.6 * (round + 1) / _probeSides.Length));
            int halo = (reach + shape.Factor - 1) / shape.Factor;
            halo = (halo + step - 1) / step * step;

            // It has to end within the probe to be an end.
            if (halo < middle * step)
            {
                // A weight of nothing hides a pixel; the graph knows of it.
                return Math.Max(halo, _facts?.Halo ?? 0);
            }
        }

        return null;
    }

    /// <summary>Output pixels beyond a block at which two results differ.</summary>
    private static int Reach(float[] before, float[] after, int side, int block, int length)
    {
        int reach = 0;
        for (int i = 0; i < before.Length; i++)
        {
            if (before[i] != after[i])
            {
                (int y, int x) = (i / side % side, i % side);
                reach = Math.Max(reach, Math.Max(Beyond(x), Beyond(y)));
            }
        }

        return reach;

        int Beyond(int position) => position < block ? block - position : Math.Max(0, position - (block + length - 1));
    }

    /// <summary>The shape, if tiles with its halo give the whole picture's values; null if they do not.</summary>
    private NetworkShape? Proven(NetworkShape shape)
    {
        int step = shape.InputStep;
        int tile = Math.Max(1, 16 / step);
        int width = (((2 * shape.Halo) / step) + (3 * tile) + 1) * step,
            height = (((2 * shape.Halo) / step) + (2 * tile)) * step;
        float white = White(shape.Input.Unit);
        float[] noise = [.. Noise(width, height, 4).Select(value => value * white)];
        float[] whole = Run(noise, width, height, shape.Factor);
        TilePlan plan = TilePlan.Create(shape, width, height, tile);
        (int outputWidth, int outputHeight) = shape.OutputSize(width, height);
        float largest = 0;
        foreach (PlannedTile planned in plan.Tiles)
        {
            float[] source = new float[plan.SourceLength * _planes];
            for (int i = 0; i < source.Length; i++)
            {
                (int plane, int y, int x) = (i / plan.SourceLength, i % plan.SourceLength / plan.SourceWidth, i % plan.SourceWidth);
                source[i] = noise[(plane * width * height) + ((planned.Source.Y + y) * width) + planned.Source.X + x];
            }

            float[] made = Run(source, plan.SourceWidth, plan.SourceHeight, shape.Factor);
            for (int plane = 0; plane < _planes; plane++)
            {
                for (int y = planned.Tile.Y; y < planned.Tile.Bottom; y++)
                {
                    for (int x = planned.Tile.X; x < planned.Tile.Right; x++)
                    {
                        float tiled = made[
                            (plane * plan.ResultLength) + ((y - planned.Result.Y) * plan.ResultWidth) + x - planned.Result.X
                        ];
                        largest = Math.Max(
                            largest,
                            Math.Abs(tiled - whole[(plane * outputWidth * outputHeight) + (y * outputWidth) + x]) / white
                        );
                    }
                }
            }
        }

        return largest <= (_isHalf ? HalfStep : LargestDifference) ? shape : null;
    }

    private float[] Run(float[] input, int width, int height, int factor) =>
        Try(input, width, height, factor)
        ?? throw new ModelException($"{_model.Id} accepted some sizes but failed on {width} x {height} pixels.");

    /// <summary>Runs it; null if it refuses the size, or makes another.</summary>
    private unsafe float[]? Try(float[] input, int width, int height, int factor)
    {
        float[] output = new float[checked(width * factor * height * factor * _planes)];
        try
        {
            fixed (
                float* from = input,
                    to = output
            )
            {
                _session.Run((nint)from, width, height, (nint)to, width * factor, height * factor, _cancellationToken);
            }
        }
        catch (InferenceException)
        {
            return null;
        }

        return Array.TrueForAll(output, float.IsFinite)
            ? output
            : throw new ModelException(
                $"{_model.Id} gives NaN or infinite values on an ordinary picture. It is damaged or not made for pictures."
            );
    }

    private static float White(ValueUnit unit) => unit == ValueUnit.Byte ? 255 : 1;

    private float[] Noise(int width, int height, int seed)
    {
        Random random = new Random(seed);
        return [.. Enumerable.Range(0, width * height * _planes).Select(_ => 0.2f + (0.6f * random.NextSingle()))];
    }

    /// <summary>Waves no longer than the picture, another in every plane.</summary>
    private float[] Smooth(int side)
    {
        float[] picture = new float[side * side * _planes];
        for (int i = 0; i < picture.Length; i++)
        {
            (int plane, int y, int x) = (i / (side * side), i / side % side, i % side);
            Vector2 wave = new Vector2(x, y) * (MathF.Tau / side);
            picture[i] = 0.5f + (0.3f * MathF.Sin(wave.X + plane) * MathF.Cos(wave.Y - plane));
        }

        return picture;
    }
}
